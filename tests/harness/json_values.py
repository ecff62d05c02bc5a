"""JSON of any kind, made without a draw that is thrown away: what an upstream may send in place of what it documents."""

from typing import Any

from hypothesis import strategies as st

SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)


def json_values(
    scalars: st.SearchStrategy[Any] = SCALARS, names: st.SearchStrategy[str] | None = None
) -> st.SearchStrategy[Any]:
    """Return a strategy of values that nest at most three deep.

    The strategy is bounded as it is built. `st.recursive` is not: it discards and draws again what has too many leaves,
    which was one draw in eight here.

    Args:
        scalars: the values that hold no others.
        names: the names in the objects; texts of at most ten characters where none are given.
    """
    named = st.text(max_size=10) if names is None else names
    values = scalars
    for _ in range(3):
        # Of two pairs with one name the last is kept, as a JSON reader does; `st.dictionaries` would draw again.
        objects = st.lists(st.tuples(named, values), max_size=3).map(dict)
        values = scalars | st.lists(values, max_size=3) | objects
    return values
