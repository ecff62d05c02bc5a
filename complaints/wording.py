"""Makes the texts that citizens read: each sentence comes from wording.yaml and fits its channel. Pure."""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from functools import cache, partial
from importlib.resources import files
from string import Formatter

import yaml

from complaints.errors import ConfigurationError

SMS_CHARACTERS = 160
"""The length of one GSM-7 message (3GPP TS 23.040); a second part would cost the state twice as much."""

POST_CHARACTERS = 263
"""The room in a post of 280 characters after the mention of the citizen, whose account name has at most 15 characters."""

POST_LINK_CHARACTERS = 23
"""The number of characters that X counts for a web address, however short it is."""

_LINK = re.compile(r"[\w-]+(?:\.[\w-]+)+")

_DOTTED = re.compile(r"\.[\w-]")
"""A dot before a letter or digit, which every web address has and few posts: cheap to look for."""

_REGION = re.compile(r" (?:Kabupaten|Kota|Provinsi|Kab\.|Prov\.) (?:(?!Kabupaten |Kota |Provinsi ).)+$")
"""The region at the end of an agency's name."""

_HEAVY = re.compile("[^\u0000-\u10ff\u2000-\u200d\u2010-\u201f\u2032-\u2037]")
"""The characters that X counts as two; any other counts as one (docs.x.com, "Counting characters")."""

_PLAINER = {
    **str.maketrans("[]{}\u2018\u2019\u201c\u201d\u2013\u2014", "()()''\"\"--"),
    **str.maketrans("", "", "^\\~|\u20ac`"),
}
"""Replacements for GSM-7, which has no curly quotes and no long dashes. Brackets, braces and the like take two septets in it."""

_UNPLAIN = re.compile(r"[^\x00-\x7f]|[\[\]{}^\\~|`]")
"""A character that is not written as it is in an SMS."""


_FILE = "wording.yaml"

_VALUES = (
    (r"emergency|two_matters|off_scale|silent|not_silent|sure_stop|help", ""),
    (r"answered|asked|reminded", "code owner answer"),
    (r"put_off_\w+_because", "code owner due answer"),
    (r"put_off_\w+", "code owner due"),
    (r"reclassified", "code owner due named"),
    (r"question_pin", "code choices"),
    (r"which_case", "code answer"),
    (r"other_number|crowd|sure_withdraw", "code"),
    (r"status_(?:unknown|no_code|wrong_code)", "code"),
    (r"latest_answer", "answer"),
    (r"status_\w+", "code owner since due"),
    (r"\w+", "code owner"),
)
"""The values that a sentence may name in braces, by its occasion: the first that fits."""


@cache
def wording() -> dict[str, dict[str, str]]:
    """Return the templates of wording.yaml: for each occasion, a text for each channel that has its own, and one for "default".

    Raises:
        ConfigurationError: the file has a mistake; it says where.
    """
    loaded: dict[str, dict[str, str]] = yaml.safe_load(files(__package__).joinpath(_FILE).read_text("utf-8"))
    if found := mistakes(loaded):
        raise ConfigurationError(f"complaints/{_FILE}: {'; '.join(found)}")
    return loaded


def mistakes(templates: Mapping[str, Mapping[str, str]]) -> list[str]:
    """Return the mistakes in templates: an occasion without a default, a broken template, or a name in braces that has no value there."""
    found: list[str] = []
    for occasion, texts in templates.items():
        known = next(values.split() for form, values in _VALUES if re.fullmatch(form, occasion))
        if "default" not in texts:
            found.append(f"{occasion} has no text for `default`")
        for channel, template in texts.items():
            try:
                names = {name for _, name, _, _ in Formatter().parse(template) if name is not None}
            except ValueError as error:
                found.append(f"{occasion}, {channel}: {error}")
                continue
            found += [
                f"{occasion}, {channel}: {{{name}}} has no value there; known are {', '.join(known) or 'none'}"
                for name in sorted(names.difference(known))
            ]
    return found


_OPENING = "LAPOR! "
"""The first word of an SMS, which says who writes."""

_REMINDER = "Pengingat: "
"""The beginning of a question that is asked again: the same text twice looks like a mistake, and X refuses it."""


def text(occasion: str, channel: str, *, ending: str = "", **values: str) -> str:
    """Return the sentence for an occasion on a channel.

    If the sentence is too long for one SMS or one post on X, the owner's name is shortened. If the sentence has an agency's own words
    (`answer`), then on X these are shortened instead, and an SMS is not shortened: it continues in a second message. In an SMS, the values
    are written in plain characters (see `_plain`).

    Args:
        occasion: a key of wording.yaml.
        channel: the channel's name; a channel without a sentence of its own uses the default.
        ending: another occasion, whose sentence follows; empty for none.
        values: the values for the names in braces: code, owner, answer, named, since, due, choices.
    """
    template = _template(occasion, channel)
    return _filled(f"{template} {_template(ending, channel)}" if ending else template, channel, values)


def reminder(occasion: str, channel: str, **values: str) -> str:
    """Return the sentence for a question that is asked again; it says that it is a reminder. The parameters are those of `text`."""
    template = _template(occasion, channel)
    opening = _OPENING if template.startswith(_OPENING) else ""
    return _filled(f"{opening}{_REMINDER}{template.removeprefix(opening)}", channel, values)


def _template(occasion: str, channel: str) -> str:
    texts = wording()[occasion]
    return texts.get(channel, texts["default"])


def _filled(template: str, channel: str, values: dict[str, str]) -> str:
    match channel:
        case "sms":
            return _fitted(template, {name: _plain(value) for name, value in values.items()}, "owner", SMS_CHARACTERS)
        case "twitter":
            name = "answer" if "answer" in values else "owner"
            return _fitted(template, values, name, POST_CHARACTERS, weight=_post_weight)
        case _:
            return template.format(**values)


def question(
    part: str, channel: str, choices: Sequence[str] = (), *, again: bool = False, ending: str = "", **values: str
) -> str:
    """Return the question for a part of a complaint. If a pin on the map leaves a choice of regencies, the one for the place names them.

    Args:
        part: the part, such as "place".
        channel: the channel's name.
        choices: the names of the regencies; empty if there is no choice.
        again: whether it reminds the citizen of the question.
        ending: see `text`; a reminder has none.
        values: the values for the names in braces: code, owner.
    """
    tell = reminder if again else partial(text, ending=ending)
    if part != "place" or not choices:
        return tell(f"question_{part}", channel, **values)
    *others, last = [f"({number}) {name}" for number, name in enumerate(choices, 1)]
    return tell("question_pin", channel, **values, choices=f"{', '.join(others)} atau {last}")


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
    weight = len(post)
    if _DOTTED.search(post) is not None:
        weight += sum(max(0, POST_LINK_CHARACTERS - len(link)) for link in _LINK.findall(post))
    return weight if post.isascii() else weight + len(_HEAVY.findall(post))


def _plain(value: str) -> str:
    """Return a text in ASCII characters that take one septet each in GSM-7.

    Accents are removed; square brackets, braces, curly quotes and long dashes are replaced by similar characters. The characters
    ^ ~ | ` and the backslash, the euro sign and whatever has no ASCII form are dropped, and so is space at both ends.
    A single character outside GSM-7 would more than halve the room in an SMS.
    """
    if _UNPLAIN.search(value) is None:
        return value.strip()
    letters = unicodedata.normalize("NFKD", value.translate(_PLAINER))
    return letters.encode("ascii", "ignore").decode().strip()
