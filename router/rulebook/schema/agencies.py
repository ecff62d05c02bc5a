"""The form of the files of agencies: bodies.yaml, universities.yaml, units.yaml and names.yaml."""

from typing import Annotated, Literal

from pydantic import Field

from router.rulebook.schema.values import Agency, AgencyOrUnit, Governed, Id, Part, Text, Unit, UnitName

_Names = Annotated[list[Text], Field(min_length=1)]


class Body(Part, called="an agency"):
    """A listed agency."""

    name: Text
    kind: Literal["ministry", "agency", "directorate", "inspectorate", "enterprise", "university", "unit"]
    aliases: list[Text]
    parent: Agency | None = None
    region: Governed | None = None


class Bodies(Part, called="bodies.yaml"):
    """The file bodies.yaml."""

    version: Text
    national_administrator: Agency
    bodies: dict[Id, Body]


class University(Part, called="a university"):
    """A state university or polytechnic."""

    name: Text
    aliases: list[Text]
    parent: Agency | None = None
    region: Governed | None = None


class Universities(Part, called="universities.yaml"):
    """The file universities.yaml."""

    universities: dict[Id, University]


class Template(Part, called="a kind of unit"):
    """A kind of local unit."""

    name: UnitName
    levels: Literal["p", "r", "pr"]
    aliases: list[Text]
    under: Unit | None = None
    national: Agency | None = None
    province_name: UnitName | None = None


class Units(Part, called="units.yaml"):
    """The file units.yaml."""

    version: Text
    units: dict[Id, Template]
    names: dict[Governed, dict[Unit, UnitName]]


class Names(Part, called="names.yaml"):
    """The file names.yaml."""

    version: Text
    written: dict[AgencyOrUnit, _Names]
    unique: dict[Agency, _Names]
    shared: dict[Text, list[Agency]]
    successors: dict[Text, Agency]
