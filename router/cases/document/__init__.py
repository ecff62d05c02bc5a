"""The document of a case: the fold of its facts, and what it waits for."""
