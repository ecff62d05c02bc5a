"""The states of a step: their local copy, and how a worker brings it up to the end of the state topic."""
