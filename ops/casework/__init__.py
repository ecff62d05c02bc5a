"""The agencies' side of a case: what they ask for, what became of it, and the case as they read it."""
