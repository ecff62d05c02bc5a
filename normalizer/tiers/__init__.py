"""Which tier of government a matter belongs to: what a text says about it, whom it accuses, and what an answer decides."""
