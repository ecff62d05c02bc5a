"""Decides who owns a complaint (routing.py), by rules and a registry that are data, and composes the replies to the citizen (replies.py).

Only app.py does I/O after the data are loaded.
"""
