"""The shared vocabulary: events, ids, errors, settings, the bus. It imports none of the other packages."""
