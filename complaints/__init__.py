"""The shared vocabulary: events, ids, errors, settings and the bus. It imports none of the other packages."""
