"""The sentences that are the bot's own, and the keyboard that goes with a reply. Pure."""

import re
from functools import cache
from importlib.resources import files
from typing import Any, Final, NamedTuple

import yaml

from complaints import tracking, wording
from complaints.mail import ReplyKind

MOST_CHARACTERS = 4096
"""The maximum length of one message in UTF-16 units (Bot API, sendMessage)."""

_CODE: Final = re.compile(r"\b[0-9A-Z]{5} [0-9A-Z]{5} [0-9A-Z]\b")
"""A tracking code as our texts have it."""

Keyboard = dict[str, Any]


class Instead(NamedTuple):
    """What a group reads if a citizen cannot be told something in private.

    Attributes:
        chat: the id of the group.
        answers: the id of the message that is quoted; None for none.
        text: a sentence that gives nothing away.
    """

    chat: int
    answers: int | None
    text: str


@cache
def sentences() -> dict[str, Any]:
    """Return the sentences."""
    loaded: dict[str, Any] = yaml.safe_load(files(__package__).joinpath("sentences.yaml").read_text("utf-8"))
    return loaded


def keyboard_for(kind: ReplyKind, text: str, *, code: str, private: bool) -> Keyboard | None:
    """Return the keyboard of a reply; None for none.

    The question what happened opens the citizen's answer. The question for the place has a button that shares a position. Any other reply
    about a case takes that button away.

    Args:
        kind: the kind of the reply.
        text: the text of the reply.
        code: the tracking code in canonical form; empty if the reply is not about a case.
        private: whether the chat is the citizen's own: a group cannot be asked for a position.
    """
    if kind is ReplyKind.small_talk:
        said = sentences()
        ask = {"force_reply": True, "selective": True, "input_field_placeholder": said["lapor_placeholder"]}
        return ask if text == said["lapor"] else None
    if not private:
        return None
    if (
        kind is ReplyKind.question
        and code
        and text == wording.text("question_place", "telegram", code=tracking.spaced(code))
    ):
        button = {"text": sentences()["location_button"], "request_location": True}
        return {"keyboard": [[button]], "one_time_keyboard": True, "resize_keyboard": True}
    return {"remove_keyboard": True}


def in_group(text: str) -> str:
    """Return a text for a group: without codes, by which everybody there could read and add. Their citizen asks for them in private."""
    instead = str(sentences()["code_in_group"])
    return _CODE.sub(lambda found: instead if tracking.is_canonical(found[0].replace(" ", "")) else found[0], text)


def pieces(text: str) -> list[str]:
    """Return a text in pieces that Telegram takes, cut between lines or words if possible."""
    found = []
    while _units(text) > MOST_CHARACTERS:
        end = MOST_CHARACTERS // 2
        end = max(text.rfind("\n", 1, end), text.rfind(" ", end // 2, end)) if " " in text[end // 2 : end] else end
        found.append(text[:end])
        text = text[end:].lstrip()
    return [*found, text]


def _units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
