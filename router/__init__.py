"""Pure: who owns a complaint (routing.py), by rules and registry that are data; app.py alone touches the outside."""
