"""Agencies: the registry, and which agency a name or a text means."""
