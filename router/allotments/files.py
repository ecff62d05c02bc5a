"""Reads the files in which governments divide their tasks, and names each mistake in them with its line.

A file has `government` (an agency's id, "pemda-33.74") and `editions`, each with `since` (the first day), `source`, and what is new from
that day on: `units` (by kind: `name`, `aliases`, `under`, `source`; or `none`), `subjects` (by subject: a list of units, or units with
the numbers of their reports) and `managing_officer` (`unit`, `decree`). docs/allotments.md has an example.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from hashlib import blake2b
from pathlib import Path
from typing import Any, Final

import orjson

from complaints.errors import ConfigurationError
from router.agencies.registry import OWN, Agency, Registry
from router.allotments.check import mistakes_of
from router.allotments.edition import GONE, Allotments, Allotted, Edition, Loaded, merged
from router.rulebook.documents import Document, Mistake, NotYamlError

SUFFIXES: Final = (".yaml", ".yml")
"""Endings of the names of allotment files; other files in their folder are left alone."""

_GOVERNMENT: Final = "pemda-"

_PARTS: Final = ("units", "subjects", "managing_officer")
"""The parts of an edition. A later edition keeps the entries of earlier ones that it does not name, and within a unit the fields."""


def load(folder: Path, registry: Registry, today: date) -> Loaded:
    """Return the divisions of tasks in a folder of YAML files.

    Args:
        folder: the folder; only files with one of SUFFIXES count.
        registry: the agencies that exist.
        today: the day whose names and divisions count if a complaint's day is not known.

    Raises:
        ConfigurationError: the folder cannot be read, or a file has a mistake; the text names file and line.
    """
    return load_files(files_in(folder), registry, today)


def load_files(paths: Sequence[Path], registry: Registry, today: date) -> Loaded:
    """Return the divisions of tasks in some files.

    Raises:
        ConfigurationError: a file cannot be read or has a mistake; the text names file and line.
    """
    documents, found = _checked(paths, registry)
    if found:
        raise ConfigurationError("the allotments have mistakes:\n" + "\n".join(map(str, found)))
    return _loaded(documents, registry, today)


def load_sound(folder: Path, registry: Registry, today: date) -> tuple[Loaded, list[Mistake]]:
    """Return the divisions of tasks in the files of a folder that have no mistake, and the first mistake of each other file.

    Two files about one government are both left out.

    Raises:
        ConfigurationError: the folder is missing, cannot be read, or has no file.
    """
    sound: list[Document] = []
    left_out: list[Mistake] = []
    for path in files_in(folder):
        try:
            documents, found = _checked([path], registry)
        except ConfigurationError as error:
            documents, found = [], [Mistake(str(path), 1, str(error))]
        sound += [] if found else documents
        left_out += found[:1]
    twice = [*_twice(sound)]
    doubled = {document.content["government"] for document in sound if document.path in {one.file for one in twice}}
    sound = [document for document in sound if document.content["government"] not in doubled]
    return _loaded(sound, registry, today), sorted([*left_out, *twice])


def _loaded(documents: Sequence[Document], registry: Registry, today: date) -> Loaded:
    editions: dict[str, tuple[Edition, ...]] = {}
    for document in documents:
        region, made, registry = _editions(document.content, registry, today)
        editions[region] = made
    return Loaded(Allotments(editions, today), registry)


def files_in(folder: Path) -> list[Path]:
    """Return the allotment files of a folder, by name.

    Raises:
        ConfigurationError: there is none, or the folder cannot be read.
    """
    if not folder.is_dir():
        raise ConfigurationError(f"LAPOR_ALLOTMENTS={folder} is not a folder: make it, or unset LAPOR_ALLOTMENTS")
    try:
        found = [path for path in sorted(folder.iterdir()) if path.suffix in SUFFIXES]
    except OSError as error:
        raise ConfigurationError(f"the folder {folder} cannot be read: {error.strerror}") from error
    if not found:
        raise ConfigurationError(
            f"the folder {folder} has no allotment: put files there that end with {' or '.join(SUFFIXES)}"
            " (`lapor agency allot` proposes one), or unset LAPOR_ALLOTMENTS"
        )
    return found


def check(paths: Sequence[Path], registry: Registry) -> list[Mistake]:
    """Return the mistakes in allotment files, by file and line.

    Raises:
        ConfigurationError: a file cannot be read.
    """
    return _checked(paths, registry)[1]


def _checked(paths: Sequence[Path], registry: Registry) -> tuple[list[Document], list[Mistake]]:
    found: list[Mistake] = []
    documents: list[Document] = []
    for path in paths:
        try:
            documents.append(_document(path))
        except NotYamlError as error:
            found.append(error.mistake)
    for document in documents:
        found += mistakes_of(document, registry)
    return documents, sorted([*found, *_twice(documents)])


def _document(path: Path) -> Document:
    try:
        return Document(str(path), path.read_text("utf-8"))
    except UnicodeDecodeError as error:
        raise NotYamlError(Mistake(str(path), 1, "the file is not in UTF-8: save it with this encoding")) from error
    except OSError as error:
        raise ConfigurationError(f"{path} cannot be read: {error}") from error


def _twice(documents: Sequence[Document]) -> Iterator[Mistake]:
    seen: dict[str, str] = {}
    for document in documents:
        government = (
            str(document.content.get("government", "")) if isinstance(document.content, dict) else document.path
        )
        if government in seen:
            yield document.mistake(f"{seen[government]} is about {government} too: join the two files", "government")
        seen[government] = document.path


def _editions(content: Mapping[str, Any], registry: Registry, today: date) -> tuple[str, tuple[Edition, ...], Registry]:
    """Return the region of a file's government, its editions, the latest first, and the registry with its units.

    Before the first day of the first edition the government has the usual units under their usual names. The registry has the units of
    later days too, because a report of such a day needs them. The content is plain data of the file, already checked.
    """
    region = content["government"].removeprefix(_GOVERNMENT)
    so_far: dict[str, dict[str, Any]] = {part: {} for part in _PARTS}
    made: list[Edition] = []
    named: dict[str, Any] = {}
    in_force = registry
    for row in content["editions"]:
        so_far = {part: so_far[part] | (row.get(part) or {}) for part in _PARTS} | {
            "units": merged(so_far["units"], row.get("units") or {})
        }
        units = {key: unit for key, unit in so_far["units"].items() if unit != GONE}
        named |= units
        known = _with_units(registry, region, units)
        since = date.fromisoformat(row["since"])
        if since <= today:
            in_force = _with_units(registry, region, named)
        made.append(_edition(region, since, so_far, known))
    other_days = {key: row for key, row in named.items() if not in_force.get(f"{key}-{region}")}
    whole = _with_units(in_force, region, other_days)
    return region, tuple(reversed(made)), _with_other_names(whole, region, content["editions"])


def _with_other_names(registry: Registry, region: str, rows: Sequence[Mapping[str, Any]]) -> Registry:
    """Return the registry in which officers may also write the names and aliases that units have in other editions.

    A name that another unit has now means that unit.
    """
    now, aliases = registry.local_names.get(region, {}), registry.local_aliases.get(region, {})
    further = {unit: list(names) for unit, names in aliases.items()}
    taken = {*now.values(), *(name for names in aliases.values() for name in names)}
    for row in rows:
        for unit, named in (row.get("units") or {}).items():
            written = [] if named == GONE else [named.get("name"), *named.get("aliases", [])]
            further.setdefault(unit, []).extend(name for name in written if name and name not in taken)
    return registry.with_own(region, {}, {}, further, {})


def _with_units(registry: Registry, region: str, units: Mapping[str, Mapping[str, Any]]) -> Registry:
    """Return the registry in which the units of a region's government have their own names."""
    templates = {
        key: {"name": row["name"], "levels": "", "aliases": [], OWN: True}
        for key, row in units.items()
        if key not in registry.units
    }
    return registry.with_own(
        region,
        {key: row["name"] for key, row in units.items()},
        templates,
        {key: row.get("aliases", []) for key, row in units.items()},
        {key: row["under"] for key, row in units.items() if "under" in row},
    )


def _edition(region: str, since: date, so_far: Mapping[str, Mapping[str, Any]], registry: Registry) -> Edition:
    digest = blake2b(orjson.dumps(so_far, option=orjson.OPT_SORT_KEYS), digest_size=4).hexdigest()
    gone = [key for key, row in so_far["units"].items() if row == GONE]
    agencies: dict[str, Agency] = {}
    for key in so_far["units"].keys() - set(gone):
        agency = registry.unit(key, region)
        assert agency is not None
        agencies[agency.id] = agency
    officer = so_far["managing_officer"]
    heir = registry.unit(officer["unit"] if officer else "pemda", region) or registry.get(officer["unit"])
    assert heir is not None
    return Edition(
        region=region,
        since=since,
        version=f"{region}@{since}+{digest}",
        agencies=agencies,
        subjects={subject: _allotted(row) for subject, row in so_far["subjects"].items()},
        officer=officer["unit"] if officer else "",
        gone={f"{key}-{region}": heir for key in gone},
    )


def _allotted(row: str | Sequence[str] | Mapping[str, int]) -> tuple[Allotted, ...]:
    if isinstance(row, Mapping):
        return tuple(Allotted(unit, reports) for unit, reports in sorted(row.items(), key=lambda one: -one[1]))
    return tuple(Allotted(unit, 0) for unit in ([row] if isinstance(row, str) else row))
