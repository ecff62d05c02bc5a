"""Keeps Python's collector from walking what stays loaded for good."""

import gc


def settle(young_objects: int) -> None:
    """Take all that is loaded now out of the collector's way: a walk through the gazetteer holds every answer up.

    Args:
        young_objects: new objects between two collections; nearly all that a message makes is freed by its reference counts.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(young_objects, 20, 50)
