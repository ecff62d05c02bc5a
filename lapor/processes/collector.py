"""Excludes objects that live until the process ends from Python's garbage collection."""

import gc


def settle(young_objects: int) -> None:
    """Exclude all present objects from garbage collection: a collection that walks through the gazetteer would delay every answer.

    Present garbage is kept, too: it is a few dozen objects after the tables are made, and finding them would take 90 ms.

    Args:
        young_objects: the number of new objects between two collections. Reference counting frees nearly all objects that a message
            creates.
    """
    gc.freeze()
    gc.set_threshold(young_objects, 20, 50)
