"""The agencies' side of a case: their commands, the results, and the case as officers see it."""
