"""Hypothesis strategies for facts and documents of cases: everything that their models allow, field by field as the models name it."""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta, timezone
from functools import cache
from typing import Any, Final

from hypothesis import strategies as st
from msgspec import inspect

from complaints.case import Case
from complaints.fact import Fact
from tests.harness.facts import OF_KIND

Strategy = st.SearchStrategy[Any]

WORDS = st.text(max_size=12) | st.sampled_from(
    ("Nama:", "Budi Santoso", "081234567890", "budi@example.id", "B 1234 XY")
)
ZONES = st.integers(-12, 14).map(lambda hours: timezone(timedelta(hours=hours)))

NAMED: Final[Mapping[str, Strategy]] = {
    "tracking_code": WORDS.filter(
        lambda code: not code.startswith("\0")
    ),  # no key of a case begins with what is reserved
    "code": st.sampled_from(("33", "33.74", "33.74.01", "33.74.01.1001")),
    "sha256": st.just("0" * 64),
}
"""Texts with a form that the model does not tell."""

BITS: Final = {"version": 32, "paused_s": 32, "days": 16, "parts": 16, "questions": 16, "disputes": 16}
"""How large a number may be, by its name; a byte unless it is said."""

LEAST: Final = {"chain": 1}
"""How many of a list there are at least."""

PLAIN: Final[Mapping[type, Strategy]] = {
    inspect.NoneType: st.none(),
    inspect.BoolType: st.booleans(),
    inspect.BytesType: st.binary(max_size=5),
    inspect.UUIDType: st.uuids(),
    inspect.DateType: st.dates(date(1, 1, 1), date(9999, 12, 31)),
    inspect.DateTimeType: st.datetimes(datetime(1900, 1, 2), datetime(2299, 12, 30), timezones=ZONES | st.just(UTC)),  # noqa: DTZ001  # Hypothesis adds the zones
}
"""Types of which every value is possible."""


def of_type(type_: Any, name: str) -> Strategy:  # noqa: PLR0911  # one case per type
    """Return a strategy for the values of a field."""
    match type_:
        case inspect.Metadata(type=inner):
            return of_type(inner, name)
        case inspect.UnionType(types=types):
            return st.one_of([of_type(one, name) for one in types])
        case inspect.StructType(cls=model):
            return of_model(model)
        case inspect.VarTupleType(item_type=item):
            return st.lists(of_type(item, name), min_size=LEAST.get(name, 0), max_size=3).map(tuple)
        case inspect.DictType(key_type=key, value_type=value):
            return st.dictionaries(of_type(key, name), of_type(value, name), max_size=3)
        case inspect.EnumType(cls=values) | inspect.LiteralType(values=values):
            return st.sampled_from(values)
        case inspect.IntType(ge=least, le=most):
            return st.integers(least or 0, most or (1 << BITS.get(name, 8)) - 1)
        case inspect.FloatType(ge=least, le=most):
            return st.floats(least, most)
        case inspect.StrType(min_length=least):
            return NAMED.get(name, st.text(min_size=least, max_size=5) if least else WORDS)
    return PLAIN[type(type_)]


@cache
def of_model(model: type[Any]) -> Strategy:
    """Return a strategy for records of a model."""
    builds: Callable[..., Strategy] = st.builds
    info = inspect.type_info(model)
    assert isinstance(info, inspect.StructType)
    return builds(model, **{one.name: of_type(one.type, one.name) for one in info.fields})


FACTS: Final[st.SearchStrategy[Fact]] = st.sampled_from(list(OF_KIND.values())).flatmap(of_model)
CASES: Final[st.SearchStrategy[Case]] = of_model(Case)
