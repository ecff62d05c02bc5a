"""Labelled reports, each with the agencies that an officer chose or the law names. They are used to train and to measure the router."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import orjson
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from complaints.errors import ConfigurationError
from complaints.values import ComplaintClass, MissingPart
from normalizer.places.gazetteer import Gazetteer
from normalizer.results import Reading
from normalizer.zones import local_day
from router.agencies.resolve import resolve
from router.facts import Facts
from router.jsonlines import moment_of
from router.routing import Router
from router.within import House


def _region(code: str) -> str:
    if code and code not in Gazetteer.load().names:
        raise ValueError(f"{code!r} is no Kemendagri code of a region, as 33.74 is")
    return code


def _agency(name: str) -> str:
    if not name.strip():
        raise ValueError("the name of an agency is empty")
    return name


_Agency = Annotated[str, AfterValidator(_agency)]


class Row(BaseModel):
    """A row of a file: a report, its labels, or both. Other fields are ignored."""

    model_config = ConfigDict(strict=True, extra="ignore")

    id: str | int = ""
    text: str | None = None
    title: str | None = None
    address: str | None = None
    received_at: str | None = None
    date: str | None = None
    agency: str | None = None
    final_owner: str | None = None
    region: Annotated[str, AfterValidator(_region)] | None = None
    best: list[_Agency] = Field(default=[], min_length=1)
    ok: list[_Agency] = Field(default=[])
    needs: list[MissingPart] = Field(default=[])
    complaint_class: Annotated[ComplaintClass, Field(strict=False)] | None = Field(default=None, alias="class")
    oversight: bool | None = None
    names_agency: bool | None = None


def mistake_in(row: Mapping[str, Any]) -> str:
    """Return what is wrong with a row of labels; empty if nothing is."""
    try:
        Row.model_validate(row)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        field = ".".join(str(part) for part in first["loc"][:1])
        said = first["msg"].removeprefix("Value error, ")
        return f"`{field}` is {first['input']!r}: {said[0].lower()}{said[1:]}"
    return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """A report with its labels.

    Attributes:
        id: the id of the report; may be empty.
        title: the title of the report; may be empty.
        text: the text of the report.
        address: the content of the location field.
        region: the Kemendagri code of the region that the report is about; None if it is unknown or not labelled.
        best: the names of the agencies of which one must handle the report; only one name if the label is an officer's choice; empty if
            there is no label.
        ok: the names of other agencies that would be acceptable owners ("no wrong door").
        needs: the parts that the report lacks and without which the owner cannot be found (see MissingPart).
        complaint_class: the labelled class, or None if it is not labelled.
        oversight: the labelled oversight flag, or None if it is not labelled.
        region_labelled: whether `region` is a label; then None means that the text supports no region.
        names_agency: whether the text names the labelled agency, or None if that is not labelled.
        received: the time of receipt in ISO 8601, or its beginning (a date); empty if it is not known.
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
    names_agency: bool | None = None
    received: str = ""


def read_rows(path: Path, *, of_labels: bool = False) -> list[dict[str, Any]]:
    """Return the JSON objects of a file with one object per line.

    Args:
        path: the file.
        of_labels: whether they are labels to measure with; then each must have the form of `Row`, and an id that no other row has.

    Raises:
        ConfigurationError: the file cannot be read, a line is no JSON object, or a label is invalid.
    """
    try:
        lines = path.read_bytes().splitlines()
    except OSError as error:
        raise ConfigurationError(f"{path} cannot be read: {error.strerror}") from error
    rows = {number: _row(line, path, number) for number, line in enumerate(lines, 1) if line.strip()}
    if of_labels:
        _check_labels(rows, path)
    return list(rows.values())


def _check_labels(rows: Mapping[int, Mapping[str, Any]], path: Path) -> None:
    seen: dict[str, int] = {}
    for number, row in rows.items():
        if said := mistake_in(row):
            raise ConfigurationError(f"{path}, line {number}: {said}")
        key = str(row.get("id", ""))
        if key and (first := seen.setdefault(key, number)) != number:
            raise ConfigurationError(f"{path}, line {number}: the id {key!r} is that of line {first} too")


def _row(line: bytes, path: Path, number: int) -> dict[str, Any]:
    try:
        row = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise ConfigurationError(f"{path}, line {number}, is not JSON: {error}") from error
    if not isinstance(row, dict):
        raise ConfigurationError(f"{path}, line {number}, is not a JSON object")
    for field in ("agency", "final_owner"):
        if not isinstance(row.get(field), str | None):
            raise ConfigurationError(f"{path}, line {number}: `{field}` is not a text")
    return row


def labelled(rows: Iterable[Mapping[str, Any]], texts: Mapping[str, Mapping[str, Any]] | None = None) -> list[Labelled]:
    """Return the labelled reports that the rows of a file describe.

    Args:
        rows: either reports with the officer's choice in `final_owner` or `agency`, or labels from the law in `best`, `ok` and `needs`. A
            row may have its own `text`, `title`, `address`, `region`, `class` and `oversight`.
        texts: the reports by id, for the rows without a `text`.

    Raises:
        ConfigurationError: a row has no text, and `texts` has no report with its id.
    """
    return list(_labelled(rows, texts or {}))


def texts_for(rows: Sequence[Mapping[str, Any]], path: Path, reports: Path | None) -> dict[str, dict[str, Any]]:
    """Return the reports whose texts the rows lack, by id, from the file that has them. The result is empty if every row has a text.

    Args:
        rows: the rows with the labels.
        path: the file of the labels.
        reports: the file with the reports. If it is None, the first .jsonl file in the folder of `path` that has all these ids is used.

    Raises:
        ConfigurationError: the file, or every .jsonl file in the folder, lacks some of the reports or cannot be read.
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
            names_agency=row.get("names_agency"),
            received=str(report.get("received_at") or report.get("date") or ""),
        )


def read(router: Router, report: Labelled, house: House | None = None) -> tuple[Reading, Facts]:
    """Return the reading of a report's title, text and location field, and the facts for the routing decision. Labels are not used.

    The day of receipt decides which edition of a government's allotment counts. It is not used to read words such as "kemarin".

    Args:
        router: reads the report.
        report: the report.
        house: the government or body whose own desk got the report; None if it is not known.
    """
    region = house.region if house else ""
    reading = router.reader.read(report.text, title=report.title, address=report.address, region=region or None)
    moment = moment_of(report.received)
    day = local_day(moment, reading.place.province) if moment else None
    return reading, Facts(reading, home=region, day=day, within=house is not None)


def ids_of(router: Router, names: Iterable[str], region: str | None) -> list[str | None]:
    """Return the registry's id of each named agency, in order; None for an agency that the registry lacks.

    Args:
        router: the router whose registry is used.
        names: the names as an officer or the law writes them.
        region: the Kemendagri code of the report's region; it helps with names of local agencies without a place.
    """
    return [agency.id if (agency := resolve(router.registry, name, region)) else None for name in names]
