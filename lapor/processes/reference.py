"""The reference data that analysts join with: agencies, regions, topics and the calendar, as columns for ClickHouse."""

import sys
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from hashlib import sha256
from importlib import resources
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from router.agencies.registry import Agency, Registry

_FORM: Final = b"1"
"""The version of this module's output: raise it to have the tables filled again."""

_FILES: Final = (
    ("router", ("bodies.yaml", "units.yaml", "names.yaml", "universities.yaml", "topics.yaml")),
    ("normalizer", ("regions.tsv.gz",)),
)
_PEOPLE: Final = resources.files("lapor.processes") / "population.yaml"
_FIRST_DAY, _LAST_DAY = date(2015, 1, 1), date(2035, 12, 31)
_LEVELS: Final = {2: "province", 5: "regency", 8: "district", 13: "village"}
_OF_DISTRICTS: Final = ("kec", "polsek", "kua")


def digest() -> str:
    """Return a digest of the data files, without making the tables."""
    found = sha256(_FORM + _PEOPLE.read_bytes())
    for package, names in _FILES:
        for name in names:
            found.update((resources.files(package) / "data" / name).read_bytes())
    return found.hexdigest()


def tables() -> Mapping[str, Mapping[str, Sequence[Any]]]:
    """Return the columns of each table by name (see sinks/clickhouse/dictionary.yaml)."""
    from router.agencies.registry import Registry

    registry = Registry.load()
    return {
        "regions": _columns(
            "code name level province_code province regency_code regency time_zone population population_year population_source",
            _regions(registry),
        ),
        "agencies": _columns("id name kind level parent_id government_id government region_code", _agencies(registry)),
        "topics": _columns("topic main sub subject", _topics()),
        "calendar": _columns("day weekday working working_number holiday", _calendar()),
    }


def _columns(names: str, rows: Iterator[tuple[Any, ...]]) -> Mapping[str, Sequence[Any]]:
    return dict(zip(names.split(), zip(*rows, strict=True), strict=True))


def _regions(registry: "Registry") -> Iterator[tuple[Any, ...]]:
    import yaml

    from normalizer.places.gazetteer import DISTRICT, PROVINCE, REGENCY
    from normalizer.zones import zone_of

    gazetteer, people = registry.gazetteer, yaml.safe_load(_PEOPLE.read_text("utf-8"))
    for code in gazetteer.names:
        province, regency = code[:PROVINCE], code[:REGENCY] if len(code) >= REGENCY else ""
        number = people["people"].get(code)
        known = (number, people["year"], people["source"]) if number else (None, None, "")
        name = gazetteer.name(code) if len(code) < DISTRICT else gazetteer.full_name(code)
        of = (gazetteer.name(province), regency, gazetteer.name(regency))
        yield (code, name, _LEVELS[len(code)], province, *of, zone_of(province)[1], *known)


def _agencies(registry: "Registry") -> Iterator[tuple[Any, ...]]:
    """Yield the agencies, except the offices of villages, which the database derives from the regions."""
    from normalizer.places.gazetteer import DISTRICT, REGENCY

    for agency in registry.bodies.values():
        yield _agency(registry, agency)
    for code in registry.gazetteer.names:
        kinds = registry.units if len(code) <= REGENCY else _OF_DISTRICTS if len(code) == DISTRICT else ()
        for kind in kinds:
            agency_or_none = registry.get(f"{kind}-{code}")
            if agency_or_none is not None:
                yield _agency(registry, agency_or_none)


def _agency(registry: "Registry", agency: "Agency") -> tuple[Any, ...]:
    government = registry.government_of(agency)
    known = ("", "") if government is None else (government.id, government.name)
    level = _LEVELS[len(agency.region)] if agency.region else "national"
    return (agency.id, agency.name, agency.kind, level, agency.parent or "", *known, agency.region or "")


def _topics() -> Iterator[tuple[Any, ...]]:
    from normalizer.cache import parsed

    for main, subjects in parsed("router", "topics.yaml").items():
        if isinstance(subjects, str):
            yield main, main, "", subjects
            continue
        yield main, main, "", ""
        for subject, subs in subjects.items():
            yield from ((f"{main}/{sub}", main, sub, subject) for sub in subs)


def _calendar() -> Iterator[tuple[Any, ...]]:
    from router.deadlines import days_off

    number, day = 0, _FIRST_DAY
    while day <= _LAST_DAY:
        off = days_off(day.year)
        is_working = day.isoweekday() <= 5 and day not in off  # noqa: PLR2004  # Friday
        number += is_working
        yield day, day.isoweekday(), is_working, number, off.get(day, "")
        day += timedelta(days=1)


def main() -> int:
    """Fill the tables in the ClickHouse of the environment's settings, unless they hold the same data already."""
    from contextlib import closing

    from complaints.runtime.settings import Settings
    from lapor.processes.wiring import store
    from sinks.clickhouse.reference import refresh

    settings = Settings()
    with closing(store(settings)) as own:
        refresh(own, digest(), tables, cluster=settings.clickhouse_cluster)
    return 0


if __name__ == "__main__":
    sys.exit(main())
