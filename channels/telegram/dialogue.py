"""The bot's own sentences, and the keyboard and the pieces of a reply. Pure."""

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
"""A tracking code as our texts write it."""

Keyboard = dict[str, Any]


class Instead(NamedTuple):
    """The sentence for a group if a text cannot be sent to its citizen in private.

    Attributes:
        chat: the id of the group.
        answers: the id of the message to quote; None for none.
        text: a sentence that gives nothing away.
    """

    chat: int
    answers: int | None
    text: str


@cache
def sentences() -> dict[str, Any]:
    """Return the bot's own sentences by key."""
    loaded: dict[str, Any] = yaml.safe_load(files(__package__).joinpath("sentences.yaml").read_text("utf-8"))
    return loaded


def keyboard_for(kind: ReplyKind, text: str, *, code: str, private: bool) -> Keyboard | None:
    """Return the keyboard of a reply; None for none.

    The question what happened opens a reply field. The question about the place gets a button that shares a position. Any other reply in
    a private chat removes that button.

    Args:
        kind: the kind of the reply.
        text: the text of the reply.
        code: the tracking code in canonical form; empty if the reply is not about a case.
        private: whether the chat is the citizen's private one: Telegram does not let a bot ask for a position in a group.
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
    """Return a text for a group, without tracking codes: with one, everybody there could read the case and add to it."""
    instead = str(sentences()["code_in_group"])
    return _CODE.sub(lambda found: instead if tracking.is_canonical(found[0].replace(" ", "")) else found[0], text)


def pieces(text: str) -> list[str]:
    """Return a text in pieces within MOST_CHARACTERS, cut between lines or words if possible."""
    found = []
    while _units(text) > MOST_CHARACTERS:
        end = MOST_CHARACTERS // 2
        end = max(text.rfind("\n", 1, end), text.rfind(" ", end // 2, end)) if " " in text[end // 2 : end] else end
        found.append(text[:end])
        text = text[end:].lstrip()
    return [*found, text]


def _units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
