"""Reports with the bodies that officers or readers of the law named: what is learnt from and measured on."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from complaints.errors import ConfigurationError
from normalizer.results import Reading
from router.agencies.resolve import resolve
from router.owners import Facts
from router.routing import Router


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """One report and what is known of it.

    Attributes:
        id: of the report.
        title: of the report, perhaps empty.
        text: of the report.
        address: what was written in the location field.
        region: a Kemendagri code, None where it is not known or not labelled.
        best: names of the bodies that must handle it; of one officer's choice, that one.
        ok: names of bodies whose ownership would be no wrong door either.
        needs: what the owner cannot be found without.
        complaint_class: the labelled class, None where there is none.
        oversight: the labelled flag, None where there is none.
        region_labelled: whether `region` is a label, so that None means that the text supports none.
    """

    id: str
    title: str
    text: str
    address: str = ""
    region: str | None = None
    best: tuple[str, ...] = ()
    ok: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    complaint_class: str | None = None
    oversight: bool | None = None
    region_labelled: bool = False


def read_rows(path: Path) -> list[dict[str, Any]]:
    """Return the JSON objects of a file, one a line.

    Raises:
        ConfigurationError: the file is not there or a line is none.
    """
    try:
        return [orjson.loads(line) for line in path.read_bytes().splitlines() if line.strip()]
    except (OSError, orjson.JSONDecodeError) as error:
        raise ConfigurationError(f"{path} cannot be read as JSON lines: {error}") from error


def labelled(rows: Iterable[Mapping[str, Any]], texts: Mapping[str, Mapping[str, Any]] | None = None) -> list[Labelled]:
    """Return the reports of a file's rows.

    Args:
        rows: either reports with the officer's `agency`, or owners (`best`, `ok`, `needs`, `region`).
        texts: the reports by id, where the rows have only labels.

    Raises:
        ConfigurationError: a row has no text, and none is known for its id.
    """
    return list(_labelled(rows, texts or {}))


def texts_for(rows: Sequence[Mapping[str, Any]], path: Path, reports: Path | None) -> dict[str, dict[str, Any]]:
    """Return the reports by id that rows without texts are about; nothing where every row has its own.

    Args:
        rows: of the labels.
        path: where the labels stand; a file beside it that has all their ids is taken where none is named.
        reports: the file that was named.

    Raises:
        ConfigurationError: no file has them.
    """
    wanted = {str(row.get("id", "")) for row in rows if "text" not in row}
    if not wanted:
        return {}
    for candidate in [reports] if reports else sorted(path.parent.glob("*.jsonl")):
        try:
            texts = {str(row["id"]): row for row in read_rows(candidate) if "text" in row and "id" in row}
        except (ConfigurationError, TypeError):
            continue
        if wanted <= texts.keys():
            return texts
    where = str(reports) if reports else f"no .jsonl file beside {path}"
    lack = "lacks some of them" if reports else "has all of them"
    raise ConfigurationError(
        f"{len(wanted)} rows have no text, and {where} {lack}: name the file of the reports with --reports"
    )


def _labelled(rows: Iterable[Mapping[str, Any]], texts: Mapping[str, Mapping[str, Any]]) -> Iterator[Labelled]:
    for row in rows:
        key = str(row.get("id", ""))
        report = row if "text" in row else texts.get(key)
        if report is None:
            raise ConfigurationError(f"row {key!r} has no text: name the file that has the reports with --reports")
        of_law = "best" in row
        yield Labelled(
            id=key,
            title=str(report.get("title") or ""),
            text=str(report.get("text") or ""),
            address=str(report.get("address") or ""),
            region=row.get("region"),
            best=tuple(row["best"]) if of_law else tuple(filter(None, [row.get("final_owner") or row.get("agency")])),
            ok=tuple(row.get("ok", ())),
            needs=tuple(row.get("needs", ())),
            complaint_class=row.get("class"),
            oversight=row.get("oversight"),
            region_labelled=of_law,
        )


def read(router: Router, report: Labelled) -> tuple[Reading, Facts]:
    """Return what the reader makes of a report, and the facts of the decision; the label's region is not used."""
    reading = router.reader.read(report.text, title=report.title, address=report.address)
    return reading, Facts(reading)


def ids_of(router: Router, names: Iterable[str], region: str | None) -> list[str | None]:
    """Return the registry's ids of the names, None for a body that it lacks."""
    return [agency.id if (agency := resolve(router.registry, name, region)) else None for name in names]
