"""Makes the command of an act from the options that an officer gave. Pure."""

from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any, Final
from uuid import UUID

import orjson
from msgspec import ValidationError, convert

from complaints import tracking
from complaints.case import Case
from complaints.command import AnyCommand
from complaints.errors import ConfigurationError, TrackingCodeError
from ops.casework.acts import Act

FIELDS: Final = {
    "text": "text",
    "suggest": "to",
    "to": "to",
    "beside": "beside",
    "until": "until",
    "class": "class",
    "oversight": "oversight",
    "into": "other",
    "final": "final",
    "source": "source",
}
"""The field of the command that each option of the command line, or member of a JSON line, fills."""

_MEMBER: Final = {"at": "received_at"}
_WRONG: Final = {
    "until": "no day such as 2026-12-14",
    "at": "no moment such as 2026-12-14T09:00:00+07:00, with the time zone",
    "beside": 'no list of ids of agencies such as ["dishub-33"]',
}
"""The errors for invalid values of fields."""


def checked(act: Act, said: Mapping[str, Any], *, prefix: str = "--") -> dict[str, Any]:
    """Return the fields of the command that an act's options fill.

    Args:
        act: the act.
        said: its options by name; None for one that was not given.
        prefix: the prefix of an option's name in errors.

    Raises:
        ConfigurationError: an option is missing, is not one of the act's, or has a value that is empty, too long or no tracking code.
    """
    given = {name: value for name, value in said.items() if value is not None}
    if "suggest" in given and "to" in given:
        raise ConfigurationError(f"{act.name} takes {prefix}suggest or {prefix}to, not both")
    given = {"to" if name == "suggest" else name: value for name, value in given.items()}
    known = {"to" if name == "suggest" else name for name in (*act.needs, *act.takes)}
    if unknown := next((name for name in given if name not in known), None):
        raise ConfigurationError(f"{act.name} takes no {prefix}{unknown}")
    if missing := next((name for name in act.needs if name not in given), None):
        raise ConfigurationError(f"{act.name} needs {prefix}{missing}")
    if "text" in given:
        given["text"] = _text(act, given["text"], prefix)
    if "into" in given:
        given["into"] = _code(given["into"], prefix)
    return {FIELDS[name]: value for name, value in given.items()}


def _text(act: Act, text: object, prefix: str) -> str:
    if not isinstance(text, str):
        raise ConfigurationError(f"{prefix}text is no text")
    if "text" in act.needs and not text.strip():
        raise ConfigurationError(f"{prefix}text is empty: it says {act.text[0].lower()}{act.text[1:]}")
    text = text.strip()
    if (size := len(text.encode("utf-8", "replace"))) > act.most_bytes:
        raise ConfigurationError(f"{prefix}text has {size} bytes; at most {act.most_bytes} are possible")
    return text


def _code(text: object, prefix: str) -> str:
    try:
        return tracking.parse(str(text))
    except TrackingCodeError as error:
        raise ConfigurationError(f"{prefix}into: {error}") from error


def digest(fields: Mapping[str, Any]) -> str:
    """Return a digest of the fields of a command, which tells it from others of its kind by the same agency."""
    return sha256(orjson.dumps(dict(fields), option=orjson.OPT_SORT_KEYS, default=str)).hexdigest()


def command(  # noqa: PLR0913  # the parts of a command
    act: Act, code: str, *, id_: UUID, agency: str, fields: Mapping[str, Any], at: datetime | str, prefix: str = "--"
) -> AnyCommand:
    """Return the command by which an agency acts on a case.

    Args:
        act: the act.
        code: the tracking code in its canonical form.
        id_: the id of the command: the same for the same command.
        agency: the id of the agency.
        fields: the fields that `checked` returned.
        at: when the agency gave the command.
        prefix: the prefix of an option's name in errors.

    Raises:
        ConfigurationError: a value is invalid; the error names the option.
    """
    made = {"id": id_, "tracking_code": code, "kind": act.name, "actor": agency, "received_at": at, **fields}
    try:
        return convert(made, AnyCommand)  # type: ignore[no-any-return]
    except ValidationError as error:
        wrong, _, path = str(error).rpartition(" - at `$.")
        field = "at" if path.startswith("received_at") else path.rstrip("`").partition("[")[0]
        name = next((option for option, of in FIELDS.items() if of == field), field)
        if field in _WRONG:
            wrong = f"{made[_MEMBER.get(field, field)]!r} is {_WRONG[field]}"
        raise ConfigurationError(f"{prefix}{name}: {wrong}") from error


def nonce(case: Case, fields: Mapping[str, Any]) -> str:
    """Return a text that tells two commands of one kind, by one agency and to one case, apart.

    Until something happens to the case, the same fields are the same command. Afterwards they are a new one, which the router judges.
    """
    return f"{case.version}/{digest(fields)}"
