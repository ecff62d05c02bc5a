"""Takes a supporter off its main case: an addition that tells what the main case's answer does not answer, or another place."""

from complaints.fact import FactKind
from normalizer.matter.grave import is_grave
from router.cases.document.plain import Document, regency_of
from router.cases.draft import Draft
from router.facts import whole_text


def parts(before: Document, after: Document, text: str) -> str:
    """Return why a supporter is handled by itself from an addition on; empty if it stays with its main case.

    What a person merged although it told of such a matter before stays merged: that is what the person has decided.

    Args:
        before: the document before the addition.
        after: the document after it.
        text: the addition's own words.
    """
    if is_now_of_abuse(before, after):
        return "The citizen now tells of abuse."
    if is_corrected(before, after):
        return "The citizen has corrected the place."
    if is_grave(text) and not is_grave(whole_text(before["complaint"])):
        return "The citizen now tells of a crime, or of a person who was hurt."
    return ""


def is_now_of_abuse(before: Document, after: Document) -> bool:
    """Return whether a case has become one of oversight."""
    return bool(after["complaint"].get("oversight")) and not before["complaint"].get("oversight")


def is_corrected(before: Document, after: Document) -> bool:
    """Return whether the regency of a case was known, and is another one now."""
    return bool(was := regency_of(before)) and regency_of(after) != was


def leave(draft: Draft, why: str) -> None:
    """Add the fact that a supporter is handled by itself again."""
    draft.add(FactKind.unmerged, other=draft.now["main"], text=why)
