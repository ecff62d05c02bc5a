"""The subject that each category of LAPOR! means."""

from collections.abc import Mapping, Sequence
from functools import cache

from normalizer.cache import parsed


def topic_key(topic: str) -> str:
    """Return a category's path ("Main/SUB") as `topic_subjects` has it: capitals and runs of spaces do not count."""
    return " ".join(topic.split()).casefold()


def subjects_by_topic(document: Mapping[str, str | Mapping[str, Sequence[str]]]) -> Mapping[str, str]:
    """Return the id of the subject of each category in a document that has the form of topics.yaml, by `topic_key` of its path.

    A main category that has subcategories is left out: on its own it does not show which of several agencies is responsible.
    """
    found: dict[str, str] = {}
    for main, subjects in document.items():
        if isinstance(subjects, str):
            found[topic_key(main)] = subjects
        else:
            found |= {topic_key(f"{main}/{sub}"): subject for subject, subs in subjects.items() for sub in subs}
    return found


@cache
def topic_subjects() -> Mapping[str, str]:
    """Return the id of the subject of each packaged category (see `subjects_by_topic`)."""
    return subjects_by_topic(parsed("router", "topics.yaml"))
