"""Checks the data files of router and normaliser, and reports each mistake with its file and line."""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from typing import Any, Final, NamedTuple

from complaints.runtime import packaged
from normalizer.subjects.lexicon import ASKED_BY_CODE
from router.agencies.registry import registry_from
from router.rulebook.documents import Document, Mistake
from router.rulebook.reasons import Reasons
from router.rulebook.schema.files import (
    BODIES,
    MODELS,
    NAMES,
    RULES,
    SIGNALS,
    STATUTES,
    SUBJECTS,
    TOPICS,
    TYPES,
    UNITS,
    UNIVERSITIES,
    form,
    references,
)
from router.rulebook.schema.known import Known
from router.rulebook.statutes import Statutes
from router.rulebook.tiers import PLACEHOLDER, tiers_named
from router.rulebook.topics import subjects_by_topic, topic_key

DERIVED: Final = frozenset(
    (
        *("accused_governor", "accused_kpk_staff", "accused_mayor", "accused_ombudsman_staff", "accused_minister"),
        *("accused_parliament", "accused_prosecutor", "accused_prosecutor_auditor", "accused_police"),
        *("accused_police_auditor", "accused_election_staff", "accused_regional_staff"),
        *("intercity_road", "road_with_ends", "route_in_province", "route_across_provinces", "two_provinces"),
        *("irrigation_regency", "ship_above_30", "beyond_12", "slum_national", "slum_province"),
        *("question", "general_question"),
    )
)
"""Word groups that normalizer/ finds without a list of words: from numbers, places, and who does what to whom."""

OF_THINGS: Final = frozenset(("seaport",))
"""Word groups that only a named thing raises (types.yaml)."""


class Verdict(NamedTuple):
    """The findings of a check.

    Attributes:
        mistakes: the mistakes, by file and line.
        until: the first day on which a statute that the data name will no longer hold; empty if none is known. Until then, the same
        data have the same mistakes.
    """

    mistakes: list[Mistake]
    until: str


def mistakes(replaced: Mapping[str, bytes] | None = None, *, today: date | None = None) -> list[Mistake]:
    """Return all mistakes in the packaged data of normaliser and router, by file and line.

    Args:
        replaced: contents that take the place of packaged files, by the file's path from the top of the repository.
        today: the day on which the statutes must be in force; None for the present one.
    """
    return verdict(replaced, today=today).mistakes


def verdict(replaced: Mapping[str, bytes] | None = None, *, today: date | None = None) -> Verdict:
    """Return all mistakes, and until when this result holds. The parameters are those of `mistakes`.

    The form of each file is checked first. References between files are checked only if every form is right.
    """
    texts = {path: packaged.content(*path.split("/data/")) for path in MODELS} | dict(replaced or {})
    read = {path: form(path, data) for path, data in texts.items()}
    found = sorted({mistake for _, some in read.values() for mistake in some})
    files = {path: document for path, (document, _) in read.items() if document is not None}
    if found:
        return Verdict(found, "")
    if found := sorted(_circles(files)):  # a walk to the agencies above would never end
        return Verdict(found, "")
    known = _known(files, today or datetime.now(UTC).date())
    found = [mistake for document in files.values() for mistake in references(document, known)]
    found += [*_subjects(files), *_categories(files[TOPICS]), *_unused(files[SIGNALS], known)]
    if not found:
        found += _reasons(files[RULES], known)
    return Verdict(sorted(set(found)), min(known.ends, default=""))


def _known(files: Mapping[str, Document], today: date) -> Known:
    registry = registry_from(*(files[path].content for path in (BODIES, UNITS, NAMES, UNIVERSITIES)))
    return Known(
        registry=registry,
        groups=files[SIGNALS].content["words"].keys() | DERIVED | OF_THINGS,
        subjects={subject for path in SUBJECTS for subject in files[path].content},
        ruled=files[RULES].content["subjects"].keys(),
        topics=subjects_by_topic(files[TOPICS].content).keys(),
        types=files[TYPES].content.keys(),
        statutes=Statutes(files[STATUTES].content),
        today=today,
        asked=set(ASKED_BY_CODE),
    )


def _circles(files: Mapping[str, Document]) -> Iterator[Mistake]:
    """Yield a mistake for each agency and kind of unit that is above itself."""
    for path, section, field in ((BODIES, "bodies", "parent"), (UNITS, "units", "under")):
        rows: Mapping[str, Mapping[str, Any]] = files[path].content[section]
        for key in rows:
            above, seen = str(rows[key].get(field)), {key}
            while above in rows and above not in seen:
                seen.add(above)
                above = str(rows[above].get(field))
            if above == key:
                yield files[path].mistake(f"{key} is below itself", section, key, field)


def _subjects(files: Mapping[str, Document]) -> Iterator[Mistake]:
    """Yield a mistake for each subject that has no rule, or is in two files."""
    first, second = (files[path] for path in SUBJECTS)
    for document in (first, second):
        for subject in document.content.keys() - files[RULES].content["subjects"].keys():
            yield document.mistake(f"the subject {subject} has no rule: add one to rules.yaml", subject)
    for subject in first.content.keys() & second.content.keys():
        yield second.mistake(f"the subject {subject} is in {first.path} too", subject)


def _categories(topics: Document) -> Iterator[Mistake]:
    """Yield a mistake for each subcategory that a main category has twice: a form offers it once, for one subject."""
    for main, subjects in topics.content.items():
        seen: dict[str, str] = {}
        for subject, subs in subjects.items() if isinstance(subjects, dict) else ():
            for place, sub in enumerate(subs):
                if before := seen.get(topic_key(sub)):
                    said = f"{sub} is already a subcategory, of {before}: keep one of them"
                    yield topics.mistake(said, main, subject, place)
                seen[topic_key(sub)] = subject


def _unused(signals: Document, known: Known) -> Iterator[Mistake]:
    """Yield a mistake for each word group that nothing asks for, and each without words that the code asks for."""
    words = signals.content["words"].keys()
    for group in words - known.asked:
        said = (
            f"nothing uses the word group {group}: its name is misspelt, or code reads it and asked.py does not say so"
        )
        yield signals.mistake(said, "words", group)
    for group in ASKED_BY_CODE - words:
        yield signals.mistake(f"the code asks for the word group {group}, which has no words", "words")


def _reasons(rules: Document, known: Known) -> Iterator[Mistake]:
    """Yield a mistake for each owner's reason that names another tier or agency, and each rule's reason that names none of its owners.

    The reason of a rule is checked for each owner when it is used: an owner for whom it is not true gets another sentence.
    """
    reasons = Reasons(known.registry)
    for subject, rule in rules.content["subjects"].items():
        if named := _nobodys(rule, known, reasons):
            said = (
                f"the reason names {', '.join(sorted(named))}, and no owner without a reason of its own is of that kind"
            )
            yield rules.mistake(said, "subjects", subject, "reason")
        for place, owner in enumerate(rule["owners"]):
            for said in _contradictions(owner, known, reasons):
                yield rules.mistake(said, "subjects", subject, "owners", place, "reason")


def _nobodys(rule: Mapping[str, Any], known: Known, reasons: Reasons) -> frozenset[str]:
    """Return what the reason of a rule names, if it is true of none of the owners that have it; else nothing."""
    reason = rule.get("reason", "")
    having = [known.example(owner["body"]) for owner in rule["owners"] if not owner.get("reason")]
    named = reasons.named(reason)
    fits = not having or any(agency is None or reasons.is_named(named, agency) for agency in having)
    return frozenset() if fits or not named else named


def _contradictions(owner: Mapping[str, Any], known: Known, reasons: Reasons) -> Iterator[str]:
    reason, written = owner.get("reason", ""), owner["body"]
    tier = known.tier(written)
    if others := tiers_named(reason.replace(PLACEHOLDER, "")) - {tier}:
        yield f"the reason names the tier {' and '.join(sorted(others))}, but {written} is of the tier {tier}"
    agency = known.example(written)
    if agency and (named := reasons.named(reason)) and not reasons.fits(reason, agency):
        yield f"the reason names {', '.join(sorted(named))} and not {written}"
