"""The view: the cases as a local table with an internal HTTP interface, a copy of two topics that can be lost."""
