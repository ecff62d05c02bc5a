"""The form of the files of agencies: bodies.yaml, universities.yaml, units.yaml and names.yaml."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from router.rulebook.schema.values import Agency, AgencyOrUnit, Governed, Id, Part, Text, Unit, UnitName

_Names = Annotated[list[Text], Field(min_length=1)]


class Body(Part):
    """A listed agency."""

    called: ClassVar[str] = "an agency"

    name: Text
    kind: Literal["ministry", "agency", "directorate", "inspectorate", "enterprise", "university", "unit"]
    aliases: list[Text]
    parent: Agency | None = None
    region: Governed | None = None


class Bodies(Part):
    """The file bodies.yaml."""

    called: ClassVar[str] = "bodies.yaml"

    version: Text
    national_administrator: Agency
    bodies: dict[Id, Body]


class University(Part):
    """A state university or polytechnic."""

    called: ClassVar[str] = "a university"

    name: Text
    aliases: list[Text]
    parent: Agency | None = None
    region: Governed | None = None


class Universities(Part):
    """The file universities.yaml."""

    called: ClassVar[str] = "universities.yaml"

    universities: dict[Id, University]


class Template(Part):
    """A kind of local unit."""

    called: ClassVar[str] = "a kind of unit"

    name: UnitName
    levels: Literal["p", "r", "pr"]
    aliases: list[Text]
    under: Unit | None = None
    national: Agency | None = None
    province_name: UnitName | None = None


class Units(Part):
    """The file units.yaml."""

    called: ClassVar[str] = "units.yaml"

    version: Text
    units: dict[Id, Template]
    names: dict[Governed, dict[Unit, UnitName]]


class Names(Part):
    """The file names.yaml."""

    called: ClassVar[str] = "names.yaml"

    version: Text
    written: dict[AgencyOrUnit, _Names]
    unique: dict[Agency, _Names]
    shared: dict[Text, list[Agency]]
    successors: dict[Text, Agency]
