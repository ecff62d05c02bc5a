"""Keeps Python's garbage collector away from objects that live until the process ends."""

import gc


def settle(young_objects: int) -> None:
    """Exclude all present objects from garbage collection: a collection that walks through the gazetteer would delay every answer.

    What is garbage already stays too: a few dozen objects after the tables are made, and to look for them takes 90 ms.

    Args:
        young_objects: the number of new objects between two collections. Reference counting frees nearly all objects that a message
            creates.
    """
    gc.freeze()
    gc.set_threshold(young_objects, 20, 50)
