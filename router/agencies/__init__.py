"""Public bodies: the registry, and which body a name or a text means."""
