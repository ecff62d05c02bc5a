"""Checks that the data of the router are whole: each mistake is named with its file and line."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from normalizer.subjects.lexicon import SIGNALS
from normalizer.things.table import Things
from router.agencies.registry import Registry
from router.rulebook.documents import Document, Mistake, NotYamlError
from router.rulebook.reasons import Reasons
from router.rulebook.statutes import Statutes
from router.rulebook.tiers import LOCAL, NATIONAL, PLACEHOLDER, PROVINCIAL, Tier, tier_of, tiers_named

_ROUTER_FILES: Final = (
    "rules.yaml",
    "bodies.yaml",
    "units.yaml",
    "names.yaml",
    "universities.yaml",
    "statutes.yaml",
    "topics.yaml",
)
_SUBJECT_FILES: Final = ("subjects/places.yaml", "subjects/nation.yaml")
_SIGNALS: Final = "subjects/signals.yaml"

_TIERS: Final[Mapping[str, Tier]] = {"local": LOCAL, "province": PROVINCIAL, "district": LOCAL, "village": LOCAL}
_OWNER_FIELDS: Final = frozenset(("body", "if", "unless", "in", "if_placed", "placeless", "reason", "law"))
_RULE_FIELDS: Final = frozenset(("law", "reason", "owners", "named", "asks", "doubt"))

_DERIVED_GROUPS: Final = frozenset(
    (
        "intercity_road",
        "question",
        "general_question",
        "road_with_ends",
        "route_in_province",
        "route_across_provinces",
        "two_provinces",
        "irrigation_regency",
        "accused_mayor",
        "accused_governor",
        "accused_regional_staff",
        "ship_above_30",
        "beyond_12",
        "slum_national",
        "slum_province",
    )
)
"""Word groups that the reader finds without a list of words."""


def mistakes(rules: str | None = None) -> list[Mistake]:
    """Return all mistakes in the packaged data of normaliser and router, by file and line.

    Args:
        rules: the text of a file that takes the place of rules.yaml; None for the packaged one.
    """
    try:
        router = {
            name: Document.packaged("router", name, rules if name == "rules.yaml" else None) for name in _ROUTER_FILES
        }
        reader = {name: Document.packaged("normalizer", name) for name in (*_SUBJECT_FILES, _SIGNALS)}
    except NotYamlError as error:
        return [error.mistake]
    found = [
        document.mistake(f"the key {key} is there twice; join the two entries")._replace(line=line)
        for document in (*router.values(), *reader.values())
        for key, line in document.doubled
    ]
    if found:  # the content of a file with doubled keys is not what was meant
        return sorted(found)
    registry = Registry.load()
    checked = _Rules(router["rules.yaml"], reader, registry)
    found += [*checked.mistakes(), *_registry(router, registry), *_subjects(reader), *_topics(router), *_types()]
    return sorted(found)


class _Rules:
    """Checks rules.yaml against the subjects, the word groups and the agencies."""

    def __init__(self, document: Document, reader: Mapping[str, Document], registry: Registry) -> None:
        self._document = document
        self._registry = registry
        self._reasons = Reasons(registry)
        raised = {group for thing in Things.load().all for group in thing.groups}
        self._groups = set(reader[_SIGNALS].content["words"]) | _DERIVED_GROUPS | raised
        self._subjects = {name: reader[part] for part in _SUBJECT_FILES for name in reader[part].content}

    def mistakes(self) -> Iterator[Mistake]:
        content = self._document.content
        rules = content["subjects"]
        for subject, part in self._subjects.items():
            if subject not in rules:
                yield part.mistake(f"the subject {subject} has no rule: add one to rules.yaml", subject)
        for subject, rule in rules.items():
            yield from self._rule(subject, rule)
        yield from self._oversight(content["oversight"])
        shares = [share for share, _ in content["calibration"]]
        if shares != sorted(shares):
            yield self._wrong("the shares of the calibration do not ascend", "calibration")

    def _oversight(self, row: Mapping[str, Any]) -> Iterator[Mistake]:
        named: list[tuple[str, tuple[str, ...]]] = [(body, (body,)) for body in (row["police"], *row["itself"])]
        named += [(one, ("national", body)) for body, over in row["national"].items() for one in (body, over)]
        named += [(body, ("accused", group)) for group, body in row["accused"].items()]
        named += [(body, ("beside", group)) for group, others in row["beside"].items() for body in others]
        for key, basis in row["bases"].items():
            yield from law_mistakes(self._document, basis["law"], "oversight", "bases", key)
        for body, path in named:
            if not self._registry.get(body):
                yield self._wrong(f"no agency has the id {body}", "oversight", *path)

    def _wrong(self, said: str, *path: object) -> Mistake:
        return self._document.mistake(said, *path)

    def _rule(self, subject: str, rule: Mapping[str, Any]) -> Iterator[Mistake]:
        at = ("subjects", subject)
        if subject not in self._subjects:
            yield self._wrong(f"no word list has the subject {subject}: remove the rule, or add the subject", *at)
        for name in rule.keys() - _RULE_FIELDS:
            yield self._wrong(f"a rule has no field {name}", *at, name)
        yield from law_mistakes(self._document, rule["law"], *at)
        asks = rule.get("asks", {})
        doubt = rule.get("doubt", {})
        doubtful = [group for groups in doubt.get("if", ()) for group in groups.split("+")]
        for group in (
            *asks.get("if", ()),
            *asks.get("unless", ()),
            *doubtful,
            *doubt.get("in_city", ()),
            *doubt.get("unless", ()),
        ):
            if group not in self._groups:
                yield self._wrong(f"no word group has the name {group}", *at, "asks" if asks else "doubt")
        for place, owner in enumerate(rule["owners"]):
            yield from self._owner(owner, (*at, "owners", str(place)))

    def _owner(self, owner: Mapping[str, Any], at: tuple[str, ...]) -> Iterator[Mistake]:
        for name in owner.keys() - _OWNER_FIELDS:
            yield self._wrong(f"an owner has no field {name}", *at, name)
        yield from self._conditions(owner, at)
        if "law" in owner:
            yield from law_mistakes(self._document, owner["law"], *at)
        body, _, level = owner["body"].partition("@")
        tier = self._tier(body, level)
        if tier is None:
            yield self._wrong(f"no agency and no kind of unit is {owner['body']}", *at)
        else:
            yield from self._reason(owner, tier, at)

    def _conditions(self, owner: Mapping[str, Any], at: tuple[str, ...]) -> Iterator[Mistake]:
        for group in (*owner.get("if", ()), *owner.get("unless", ())):
            if group not in self._groups:
                yield self._wrong(f"no word group has the name {group}", *at)
        for region in owner.get("in", ()):
            if not self._registry.gazetteer.name(region):
                yield self._wrong(f"no region has the code {region}", *at)

    def _reason(self, owner: Mapping[str, Any], tier: Tier, at: tuple[str, ...]) -> Iterator[Mistake]:
        """Check the reason of an owner, which must not be that of another tier or agency. That of the rule is checked when it is used."""
        body, _, level = owner["body"].partition("@")
        reason = owner.get("reason", "")
        contradicts = tiers_named(reason.replace(PLACEHOLDER, "")) - {tier}
        if contradicts:
            others = " and ".join(sorted(contradicts))
            yield self._wrong(f"the reason names the tier {others}, but {owner['body']} is of the tier {tier}", *at)
        if agency := self._registry.get(body) if not level else None:
            named = self._reasons.named(reason)
            if named and not self._reasons.fits(reason, agency):
                yield self._wrong(f"the reason names {', '.join(sorted(named))} and not {body}", *at)

    def _tier(self, body: str, level: str) -> Tier | None:
        if not level:
            agency = self._registry.get(body)
            return tier_of(agency, self._registry) if agency else None
        if body in {"kec", "kel", "polsek", "kua"}:
            return NATIONAL if body in {"polsek", "kua"} else LOCAL
        template = self._registry.units.get(body)
        if template is None:
            return None
        return NATIONAL if "national" in template else _TIERS.get(level)


def law_mistakes(document: Document, law: str, *at: str) -> Iterator[Mistake]:
    """Yield what is wrong with a law: it names no statute, one that statutes.yaml lacks, or one that holds no more.

    Args:
        document: the file that has the law.
        law: the law with its articles.
        at: the path to it in the file.
    """
    statutes = Statutes.load()
    known = {one.name for one in statutes}
    references = statutes.references(law)
    if not references:
        yield document.mistake(f"the law {law!r} names no statute by kind, number and year", *at)
    for reference in references:
        if reference.statute.name not in known:
            yield document.mistake(f"statutes.yaml lacks {reference.statute.name}", *at)
        elif reference.statute.until:
            yield document.mistake(f"{reference.statute.name} holds no more since {reference.statute.until}", *at)


def _types() -> Iterator[Mistake]:
    """Check the laws of the types of named things."""
    document = Document.packaged("normalizer", "things/types.yaml")
    for kind, row in document.content.items():
        yield from law_mistakes(document, row["law"], kind, "law")


def _registry(files: Mapping[str, Document], registry: Registry) -> Iterator[Mistake]:
    """Check that each id in the files of agencies is one of an agency or of a kind of unit."""

    def is_agency(one: str) -> bool:
        return registry.get(one) is not None

    def is_unit(one: str) -> bool:
        return one in registry.units

    for file, section, named, is_known in (
        ("bodies.yaml", "bodies", lambda _, row: row.get("parent"), is_agency),
        ("units.yaml", "units", lambda _, row: row.get("national"), is_agency),
        ("units.yaml", "units", lambda _, row: row.get("under"), is_unit),
        ("names.yaml", "written", lambda key, _: key, lambda one: is_agency(one) or is_unit(one)),
        ("names.yaml", "unique", lambda key, _: key, is_agency),
        ("names.yaml", "successors", lambda _, heir: heir, is_agency),
    ):
        for key, row in files[file].content[section].items():
            one = named(key, row)
            if one is not None and not is_known(one):
                yield files[file].mistake(f"no agency or kind of unit has the id {one}", section, key)


def _subjects(reader: Mapping[str, Document]) -> Iterator[Mistake]:
    """Check that the pairs of word groups name groups that exist, and that no subject is in two files."""
    signals = reader[_SIGNALS]
    groups = signals.content["words"]
    first, second = (reader[part] for part in _SUBJECT_FILES)
    for subject in first.content.keys() & second.content.keys():
        yield second.mistake(f"the subject {subject} is in {first.path} too", subject)
    entries = [(document, name, row) for document in (first, second) for name, row in document.content.items()]
    entries += [(signals, name, signals.content[name]) for name in SIGNALS]
    for result, pairs in signals.content["raised"].items():
        for group in (result, *(group for pair in pairs for group in pair.split("+"))):
            if group not in groups:
                yield signals.mistake(f"no word group has the name {group}", "raised", result)
    for document, name, row in entries:
        for pair in row.get("pairs", {}):
            for group in pair.split("+"):
                if group not in groups and group not in _DERIVED_GROUPS:
                    yield document.mistake(f"no word group has the name {group}", name, "pairs", pair)


def _topics(router: Mapping[str, Document]) -> Iterator[Mistake]:
    document, rules = router["topics.yaml"], router["rules.yaml"].content["subjects"]
    for main, subjects in document.content.items():
        for subject in (subjects,) if isinstance(subjects, str) else subjects:
            if subject not in rules:
                yield document.mistake(f"the subject {subject} has no rule: add one to rules.yaml", main, subject)
