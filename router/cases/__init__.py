"""The case as a decider: `decide` returns the facts that follow from a record, `evolve` applies them to the document. Pure."""
