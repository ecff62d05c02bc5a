"""The kinds of values in data files: texts, words, days, laws, and names of what exists elsewhere."""

import re
from collections.abc import Callable
from datetime import date
from typing import Annotated, Any, ClassVar, Final

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationInfo
from pydantic_core import PydanticCustomError

from normalizer.places.gazetteer import REGENCY
from normalizer.subjects.vocabulary import OPEN, folded
from router.rulebook.schema.known import Known
from router.rulebook.statutes import STATUTE
from router.rulebook.tiers import PLACEHOLDER
from router.rulebook.topics import topic_key


class Part(BaseModel):
    """A part of a data file with named fields: nothing is converted, and an unknown field is a mistake.

    Attributes:
        called: what a message calls it.
    """

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    called: ClassVar[str]

    def __init_subclass__(cls, *, called: str, **config: Any) -> None:
        """Note what a message calls the part."""
        super().__init_subclass__(**config)
        cls.called = called


def wrong(said: str) -> PydanticCustomError:
    """Return the error of a validator; braces in the sentence are kept as they are."""
    return PydanticCustomError("data", "{said}", {"said": said})


_ARTICLE: Final = r"\d+[A-Z]?(?: ayat \(\d+\))?(?: huruf [a-z])?"
_LETTER: Final = r"(?:AA|BB|CC|DD|EE|FF|[A-Z])"
"""The annex of UU 23/2014 has the letters A to FF."""

_AT: Final = rf"(?:Pasal {_ARTICLE}(?:(?:, | dan ){_ARTICLE})*|Lampiran {_LETTER}(?:(?:, | dan ){_LETTER})*)"
_TITLE: Final = r"[A-Za-z][A-Za-z ,/.\-]*§?"
_CLAUSE: Final = re.compile(
    rf"§(?:(?: jo\.| dan|,) §)*(?: \([A-Za-z ]+\))?(?: tentang {_TITLE})?(?: {_AT}(?: dan {_AT})*)?(?: jo\. §)?"
)
"""A clause of a law, with § for each statute. A title has no digits, so that no misspelt article counts as one."""

_DAY: Final = re.compile(r"(?:19|20)\d\d(?:-\d\d-\d\d)?")
_BRACES: Final = re.compile(r"\{[^{}]*\}|[{}]")
_GREATEST: Final = 20
"""The largest weight in use; a weight of 1000 is a typing error."""


def _line(text: str) -> str:
    if not text.strip():
        raise wrong("a text is empty")
    if text != text.strip() or not text.isprintable():
        raise wrong(f"{text!r} begins or ends with a space, or is not of one line")
    return text


def _only(placeholder: str) -> Callable[[str], str]:
    """Return a validator for texts that have no braces but those of a placeholder."""

    def check(text: str) -> str:
        for found in _BRACES.findall(text):
            if found != placeholder:
                raise wrong(f"{found} is no placeholder: here only {placeholder} is replaced")
        return text

    return check


def _word(text: str, info: ValidationInfo) -> str:
    """Check the form of a word, but not again in the pass that looks up names: words are many, and refer to nothing."""
    if info.context is not None:
        return text
    inner = text.removeprefix(OPEN).removesuffix(OPEN)
    if OPEN in inner or not folded(inner):
        raise wrong(f"{text!r} is no word: letters or digits, with at most one {OPEN} at each end")
    return text


def _known(is_known: Callable[[Known, str], bool], said: str) -> Callable[[str, ValidationInfo], str]:
    """Return a validator that checks whether a name exists; it accepts any name while only the form of the files is checked."""

    def check(one: str, info: ValidationInfo) -> str:
        known: Known | None = info.context
        if known is not None and not is_known(known, one):
            raise wrong(said.format(one))
        return one

    return check


def _law(law: str, info: ValidationInfo) -> str:
    for clause in law.split(";"):
        plain = STATUTE.sub("§", clause.strip())
        if "§" not in plain:
            raise wrong(f"the law {clause.strip()!r} names no statute by kind, number and year")
        if not _CLAUSE.fullmatch(plain):
            raise wrong(f"the law {clause.strip()!r} is not written as 'UU 18/2008 Pasal 9' or 'UU 23/2014 Lampiran C'")
    known: Known | None = info.context
    if known is not None and (said := known.against(law)):
        raise wrong(said)
    return law


def _day_or_year(text: str) -> str:
    if not _DAY.fullmatch(text):
        raise wrong(f"{text!r} is no day as in 2026-01-31 and no year")
    try:
        date.fromisoformat(text if "-" in text else f"{text}-01-01")
    except ValueError as error:
        raise wrong(f"{text!r} is in no calendar") from error
    return text


def _statute(name: str) -> str:
    if not STATUTE.fullmatch(name):
        raise wrong(f"{name!r} is no statute's name as in 'UU 23/2014'")
    return name


def _pair(text: str) -> str:
    if len(groups := text.split("+")) != 2 or not all(groups):  # noqa: PLR2004 - a pair
        raise wrong(f"{text!r} is no pair of word groups as in road+dark")
    return text


def _governed(code: str) -> str:
    if len(code) > REGENCY:
        raise wrong(f"{code} is a district or village: take the province, regency or city")
    return code


def _weight(value: float) -> float:
    if not 1 <= abs(value) <= _GREATEST:
        raise wrong(f"the weight {value} is not between 1 and {_GREATEST}, or -{_GREATEST} and -1")
    return value


def _asked(text: str, info: ValidationInfo) -> str:
    """Check that word groups exist, and record that something asks for them."""
    _raised(text, info)
    known: Known | None = info.context
    if known is not None:
        known.asked.update(text.split("+"))
    return text


def _raised(text: str, info: ValidationInfo) -> str:
    known: Known | None = info.context
    if known is not None:
        for group in text.split("+"):
            if group not in known.groups:
                raise wrong(f"no word group has the name {group}")
    return text


Text = Annotated[str, AfterValidator(_line)]
Id = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*$")]
"""The id of an agency, a kind of unit or a subject that this file introduces."""

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
"""The name of a word group or a type that this file introduces."""

Word = Annotated[str, AfterValidator(_word)]
Words = Annotated[Text, AfterValidator(lambda text, info: " ".join(_word(one, info) for one in text.split()))]
"""Words in one text, separated by spaces."""

Law = Annotated[Text, AfterValidator(_law)]
Reason = Annotated[Text, AfterValidator(_only(PLACEHOLDER))]
UnitName = Annotated[Text, AfterValidator(_only("{place}"))]
DayOrYear = Annotated[str, AfterValidator(_day_or_year)]
StatuteName = Annotated[str, AfterValidator(_statute)]
Share = Annotated[float, Field(ge=0, le=1)]
Count = Annotated[int, Field(gt=0, le=366)]
"""A number of days."""

Weight = Annotated[int, AfterValidator(_weight)]
PairWeight = Annotated[float, AfterValidator(_weight)]
Group = Annotated[Text, AfterValidator(_asked)]
Raised = Annotated[Text, AfterValidator(_raised)]
"""A word group that is added to a text; this does not count as asking for it."""

Together = Annotated[Text, AfterValidator(_asked)]
"""Word groups that must all be there ("irrigation+river")."""

Pair = Annotated[Text, AfterValidator(_pair), AfterValidator(_asked)]
Agency = Annotated[Text, AfterValidator(_known(Known.is_agency, "no agency has the id {}"))]
Unit = Annotated[Text, AfterValidator(_known(Known.is_unit, "no kind of unit has the id {}"))]
AgencyOrUnit = Annotated[
    Text,
    AfterValidator(
        _known(lambda known, one: known.is_agency(one) or known.is_unit(one), "no agency or kind of unit has the id {}")
    ),
]
Body = Annotated[
    str,
    Field(pattern=r"^[a-z][a-z0-9.-]*(@(local|province|district|village))?$"),
    AfterValidator(_known(lambda known, one: known.tier(one) is not None, "no agency and no kind of unit is {}")),
]
Region = Annotated[Text, AfterValidator(_known(Known.is_region, "no region has the code {}"))]
Governed = Annotated[Region, AfterValidator(_governed)]
"""A region that has a government."""

Subject = Annotated[
    Text, AfterValidator(_known(lambda known, one: one in known.subjects, "no word list has the subject {}"))
]
Ruled = Annotated[
    Text,
    AfterValidator(_known(lambda known, one: one in known.ruled, "the subject {} has no rule: add one to rules.yaml")),
]
Topic = Annotated[
    Text,
    AfterValidator(
        _known(lambda known, one: topic_key(one) in known.topics, "topics.yaml has no category {}, written 'Main/SUB'")
    ),
]
Type = Annotated[Text, AfterValidator(_known(lambda known, one: one in known.types, "types.yaml has no type {}"))]


def ordered(rows: list[Any], first: str, second: str) -> list[Any]:
    """Check that pairs ascend in their first number and never fall in the second.

    Raises:
        PydanticCustomError: they do not.
    """
    if [one for one, _ in rows] != sorted({one for one, _ in rows}):
        raise wrong(f"the {first} do not ascend")
    if [two for _, two in rows] != sorted(two for _, two in rows):
        raise wrong(f"the {second} fall")
    return rows
