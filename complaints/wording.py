"""Makes the texts that citizens read: each sentence comes from wording.yaml and fits its channel. Pure."""

import re
import unicodedata
from collections.abc import Callable, Sequence
from functools import cache
from importlib.resources import files

import yaml

SMS_CHARACTERS = 160
"""The length of one GSM-7 message (3GPP TS 23.040); a second part would cost the state twice as much."""

POST_CHARACTERS = 263
"""The room in a post of 280 characters after the mention of the citizen, whose account name has at most 15 characters."""

POST_LINK_CHARACTERS = 23
"""The number of characters that X counts for a web address, however short it is."""

_LINK = re.compile(r"[\w-]+(?:\.[\w-]+)+")

_REGION = re.compile(r" (?:Kabupaten|Kota|Provinsi|Kab\.|Prov\.) (?:(?!Kabupaten |Kota |Provinsi ).)+$")
"""The region at the end of an agency's name."""

_LIGHT = (range(0x1100), range(0x2000, 0x200E), range(0x2010, 0x2020), range(0x2032, 0x2038))
"""The characters that X counts as one; any other counts as two (docs.x.com, "Counting characters")."""

_PLAINER = {
    **str.maketrans("[]{}\u2018\u2019\u201c\u201d\u2013\u2014", "()()''\"\"--"),
    **str.maketrans("", "", "^\\~|\u20ac`"),
}
"""Replacements for GSM-7, which has no curly quotes and no long dashes. Brackets, braces and the like take two septets in it."""


@cache
def wording() -> dict[str, dict[str, str]]:
    """Return the templates of wording.yaml: for each occasion, a text for each channel that has its own, and one for "default"."""
    loaded: dict[str, dict[str, str]] = yaml.safe_load(files(__package__).joinpath("wording.yaml").read_text("utf-8"))
    return loaded


def text(occasion: str, channel: str, **values: str) -> str:
    """Return the sentence for an occasion on a channel.

    If the sentence is too long for one SMS or one post on X, the owner's name is shortened. If the sentence has an agency's own words
    (`answer`), then on X these are shortened instead, and an SMS is not shortened: it continues in a second message. In an SMS, the values
    are written in plain characters (see `_plain`).

    Args:
        occasion: a key of wording.yaml.
        channel: the channel's name; a channel without a sentence of its own uses the default.
        values: the values for the names in braces: code, owner, answer, named, since, due, choices.
    """
    texts = wording()[occasion]
    template = texts.get(channel, texts["default"])
    match channel:
        case "sms":
            return _fitted(template, {name: _plain(value) for name, value in values.items()}, "owner", SMS_CHARACTERS)
        case "twitter":
            name = "answer" if "answer" in values else "owner"
            return _fitted(template, values, name, POST_CHARACTERS, weight=_post_weight)
        case _:
            return template.format(**values)


def question(part: str, channel: str, choices: Sequence[str] = (), **values: str) -> str:
    """Return the question for a part of a complaint. If a pin on the map leaves a choice of regencies, the one for the place names them.

    Args:
        part: the part, such as "place".
        channel: the channel's name.
        choices: the names of the regencies; empty if there is no choice.
        values: the values for the names in braces: code, owner.
    """
    if part != "place" or not choices:
        return text(f"question_{part}", channel, **values)
    *others, last = [f"({number}) {name}" for number, name in enumerate(choices, 1)]
    return text("question_pin", channel, **values, choices=f"{', '.join(others)} atau {last}")


def _fitted(template: str, values: dict[str, str], name: str, most: int, weight: Callable[[str], int] = len) -> str:
    """Return the template, filled with the values. If it weighs more than `most`, shorten the value `name` and put "..." there.

    Of an owner's name the region at its end is kept: "Dinas Pekerjaan Umum dan... Kabupaten Bantul". Nothing is shortened if there is no
    value `name`, or if it is the owner and there is also an answer. If even an empty value is too long, the result weighs more than `most`.
    """
    whole = template.format(**values)
    if weight(whole) <= most or name not in values or (name == "owner" and "answer" in values):
        return whole
    region = _REGION.search(values[name]) if name == "owner" else None
    for kept, end in (
        (values[name][: region.start()], f"...{region[0]}") if region else ("", ""),
        (values[name], "..."),
    ):
        for length in range(min(len(kept), most), 0, -1):
            shorter = template.format(**values | {name: f"{kept[:length].rstrip()}{end}"})
            if weight(shorter) <= most:
                return shorter
    return template.format(**values | {name: "..."})


def _post_weight(post: str) -> int:
    """Return the length of a post as X counts it, or a little more: a text with dots, such as "a.b", counts as a web address."""
    links = sum(max(0, POST_LINK_CHARACTERS - len(link)) for link in _LINK.findall(post))
    return links + sum(1 if any(ord(letter) in span for span in _LIGHT) else 2 for letter in post)


def _plain(value: str) -> str:
    """Return a text in ASCII characters that take one septet each in GSM-7.

    Accents are removed; square brackets, braces, curly quotes and long dashes are replaced by similar characters. The characters
    ^ ~ | ` and the backslash, the euro sign and whatever has no ASCII form are dropped, and so is space at both ends.
    A single character outside GSM-7 would more than halve the room in an SMS.
    """
    letters = unicodedata.normalize("NFKD", value.translate(_PLAINER))
    return letters.encode("ascii", "ignore").decode().strip()
