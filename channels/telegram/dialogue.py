"""What the bot says by itself, and which keyboard goes with a reply. Pure."""

from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from complaints import tracking, wording
from complaints.event import ReplyKind

MOST_CHARACTERS = 4096
"""Of one message, in UTF-16 units (Bot API, sendMessage)."""

Keyboard = dict[str, Any]


@cache
def sentences() -> dict[str, Any]:
    """Return the sentences."""
    loaded: dict[str, Any] = yaml.safe_load(files(__package__).joinpath("sentences.yaml").read_text("utf-8"))
    return loaded


def prompt(occasion: str) -> tuple[str, Keyboard | None]:
    """Return the answer to a command: its text and keyboard. The first question opens the answer for the citizen."""
    keyboard = {"force_reply": True, "selective": True, "input_field_placeholder": sentences()["lapor_placeholder"]}
    return str(sentences()[occasion]), keyboard if occasion == "lapor" else None


def keyboard_for(kind: ReplyKind, text: str, *, code: str, private: bool) -> Keyboard | None:
    """Return the keyboard of a reply about a case: the question for the place has a button that shares a position.

    Args:
        kind: the reply's.
        text: the reply's.
        code: canonical; empty where the reply is about no case.
        private: a group cannot be asked for a position.
    """
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


def pieces(text: str) -> list[str]:
    """Return a text in pieces that Telegram takes, cut between lines or words where there are some."""
    found = []
    while _units(text) > MOST_CHARACTERS:
        end = MOST_CHARACTERS // 2
        end = max(text.rfind("\n", 1, end), text.rfind(" ", end // 2, end)) if " " in text[end // 2 : end] else end
        found.append(text[:end])
        text = text[end:].lstrip()
    return [*found, text]


def _units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
