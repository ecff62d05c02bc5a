"""Pure: who owns a complaint (core.py), by rules and registry that are data; app.py alone touches the outside."""

from complaints.compiled import beside

__path__ = beside("router", __path__)
