"""Tools for operators: they act on single cases, replay events, evaluate and train the router, and check a running installation."""
