"""Pure: who owns a complaint (core.py), by rules and registry that are data; app.py alone touches the outside."""
