"""The form of a row of labels: whatever would be measured wrongly, or not at all, is an error with its line."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from complaints.values import ComplaintClass, MissingPart
from normalizer.places.gazetteer import Gazetteer


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
    """A row: a report, its labels, or both. Fields that are not here are ignored."""

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
