"""Decides who owns a complaint (routing.py), by rules and a registry that are data. Pure: only app.py does I/O at run time."""
