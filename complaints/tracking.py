"""Tracking codes: ten characters of Crockford base32 that nobody can guess, and a check character that detects misreading.

Codes are not in sequence, so they do not show how many complaints there are. The check character is a weighted sum over GF(32) with the
weights 1, a, a^2, ... (a is a primitive element). So it is in the same alphabet, which can be read aloud and typed on any phone. It detects
every single wrong character and every swap of two characters (docs/adr/0003-tracking-code.md).
"""

import hmac
from functools import lru_cache, partial
from hashlib import blake2b, sha256
from typing import Final
from uuid import UUID

from msgspec import convert

from complaints.errors import TrackingCodeError
from complaints.visible import visible

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base32: no I, L, O or U."""

PAYLOAD_LENGTH = 10
CODE_LENGTH: int = PAYLOAD_LENGTH + 1

_CANONICAL = {letter: value for value, letter in enumerate(ALPHABET)}
_VALUES = _CANONICAL | {"O": 0, "I": 1, "L": 1}
_POLYNOMIAL = 0b100101
"""x^5 + x^2 + 1, primitive over GF(2): its root generates all 31 non-zero elements of GF(32)."""


def _double(value: int) -> int:
    value <<= 1
    return value ^ _POLYNOMIAL if value & 0b100000 else value


_NEVER: Final = 64
"""Stands for a letter that no code has. A sum of which it is part is _WRONG and remains so, whatever is added."""

_WRONG: Final = 32
_DOUBLED: Final = (*map(_double, range(len(ALPHABET))), *[_WRONG] * (2 * _NEVER - _WRONG))
_TYPED: Final = bytes(_VALUES.get(chr(byte), _NEVER) for byte in range(256))


def _check_value(values: list[int]) -> int:
    total = 0
    for value in values:
        total = _DOUBLED[total ^ value]
    return total


def code_for(complaint_id: UUID, *, key: bytes) -> str:
    """Return the 11-character tracking code of a complaint.

    Args:
        complaint_id: the derived id of the complaint.
        key: a secret of at least 16 bytes; nobody can guess a code without it.
    """
    return _code(hmac.digest(key, complaint_id.bytes, sha256))


def receipt_key_for(complaint_id: UUID, content: str, *, key: bytes) -> str:
    """Return the receipt key of a complaint: ten characters of ALPHABET, which prove on the web that somebody sent it.

    It depends on the complaint and not on its code, so a code that another complaint has taken opens nothing. It also depends on what was
    sent, so other words under the identifier of a complaint give a key that opens nothing.

    Args:
        complaint_id: the derived id of the complaint.
        content: the digest of what was sent (see ids.content_digest).
        key: a secret of at least 16 bytes, another one than that of the codes.
    """
    return _code(hmac.digest(key, complaint_id.bytes + content.encode(), sha256))[:PAYLOAD_LENGTH]


def next_code(code: str, complaint_id: UUID) -> str:
    """Return the code that a complaint gets if another complaint has the code `code`.

    It is a function of both, so every attempt gives the same sequence of codes, and nobody can compute it who does not know the first one.
    """
    return _code(hmac.digest(code.encode(), complaint_id.bytes, sha256))


def _code(digest: bytes) -> str:
    number = int.from_bytes(digest[:7]) >> 6
    values = [(number >> shift) & 31 for shift in range(45, -1, -5)]
    return "".join(ALPHABET[value] for value in [*values, _check_value(values)])


_PAIRS: Final = tuple(first + second for first in ALPHABET for second in ALPHABET)
_REMEMBERED: Final = 1 << 14
_KEY_BYTES: Final = 64
"""Maximum number of bytes that BLAKE2b takes of a key."""

NUMBER_LENGTH = 12
NUMBER_PREFIX = "K-"
"""The beginning of a case number, so that nobody takes it for a tracking code."""


class Numbers:
    """Replaces tracking codes and ids in the tables of analysts. The latest are cached: a case has many rows at once."""

    def __init__(self, key: bytes) -> None:
        """Take a secret of at least 16 bytes, of which 64 count."""
        number = blake2b(key=key[:_KEY_BYTES], digest_size=8, person=b"case number")
        row_id = blake2b(key=key[:_KEY_BYTES], digest_size=16, person=b"row id")
        self._of_code = lru_cache(_REMEMBERED)(partial(_case_number, number))
        self._of_id = lru_cache(_REMEMBERED)(partial(_row_id, row_id))

    def __call__(self, code: str) -> str:
        """Return the case number of the case with this tracking code, such as "K-7QH2M9XB4TPD": what analysts see in place of the code.

        Nobody can compute one from the other without the key, so somebody who sees a case number cannot act on the case.

        Args:
            code: the tracking code in canonical form.
        """
        return self._of_code(code)

    def of(self, code: str | None) -> str:
        """Return the case number of a tracking code; empty if there is no code."""
        return self._of_code(code) if code else ""

    def id(self, id_: UUID) -> UUID:
        """Return what analysts see in place of an id, the same wherever that id occurs.

        The ids themselves are derived from each other and from the ids of public posts. Nobody can derive this one without the key.
        """
        return self._of_id(id_.int)


def _case_number(keyed: blake2b, code: str) -> str:
    number = int.from_bytes(_digest(keyed, code.encode()))
    return NUMBER_PREFIX + "".join([_PAIRS[(number >> shift) & 1023] for shift in (50, 40, 30, 20, 10, 0)])


def _row_id(keyed: blake2b, id_: int) -> UUID:
    return convert(_digest(keyed, id_.to_bytes(16)), UUID)  # in a third of the time that UUID() takes


def _digest(keyed: blake2b, content: bytes) -> bytes:
    own = keyed.copy()  # in two thirds of the time that a new one takes
    own.update(content)
    return own.digest()


def case_number_in(text: str) -> str | None:
    """Return the canonical form of a case number that a person typed; None if the text cannot be one.

    It is read as `parse` reads a code.
    """
    letters = _letters(text)
    if (
        len(letters) != NUMBER_LENGTH + 1
        or letters[0] != NUMBER_PREFIX[0]
        or any(one not in _VALUES for one in letters)
    ):
        return None
    return NUMBER_PREFIX + "".join(ALPHABET[_VALUES[letter]] for letter in letters[1:])


def parse(text: str) -> str:
    """Return the canonical form of the tracking code that a person typed: 11 characters of ALPHABET, without spaces.

    Spaces, tabs, line breaks, hyphens, dots and # are left out, lower case becomes upper case, O is read as 0, and I and L are read as 1.

    Raises:
        TrackingCodeError: the text is not a tracking code; the message says what is wrong with it.
    """
    letters = _letters(text)
    if len(letters) != CODE_LENGTH:
        raise TrackingCodeError(f"a tracking code has {CODE_LENGTH} characters, this one has {len(letters)}: {text!r}")
    wrong = [letter for letter in letters if letter not in _VALUES]
    if wrong:
        raise TrackingCodeError(f"{wrong[0]!r} is never part of a tracking code: {text!r}")
    values = [_VALUES[letter] for letter in letters]
    if _check_value(values[:-1]) != values[-1]:
        raise TrackingCodeError(
            f"the check character of {text!r} is wrong: a character was misread or left out, please look again"
        )
    return "".join(ALPHABET[value] for value in values)


def code_of(letters: str) -> str:
    """Return the canonical form of a code of eleven ASCII letters and digits, as `parse` does; empty if they are no code."""
    total, values = 0, letters.upper().encode("ascii", "replace").translate(_TYPED)
    for value in values[:PAYLOAD_LENGTH]:
        total = _DOUBLED[total ^ value]
    return "".join([ALPHABET[value] for value in values]) if total == values[-1] else ""


def typed_letters(text: str) -> str:
    """Return a receipt key, as a person typed it, in its canonical form; what cannot be one comes back as it is."""
    return "".join(ALPHABET[_VALUES[letter]] if letter in _VALUES else letter for letter in _letters(text))


def _letters(text: str) -> list[str]:
    seen = (letter.upper() if letter.isascii() else letter for letter in visible(text))
    return [letter for letter in seen if letter not in " -.\t\n#"]


def is_canonical(text: str) -> bool:
    """Return whether a text is a tracking code in its canonical form, as `parse` returns it."""
    if len(text) != CODE_LENGTH:
        return False
    total = 0
    for letter in text[:PAYLOAD_LENGTH]:
        value = _CANONICAL.get(letter, -1)
        if value < 0:
            return False
        total = _DOUBLED[total ^ value]
    return ALPHABET[total] == text[PAYLOAD_LENGTH]


def names_mailbox(citizen: str) -> bool:
    """Return whether the key of a citizen's mailbox is a tracking code, as on the web: anybody with the code then counts as the citizen."""
    return len(citizen) == CODE_LENGTH


def spaced(code: str) -> str:
    """Return a canonical code with spaces after the fifth and the tenth character, to be read aloud: "7K3M9 QX2RT S"."""
    return f"{code[:5]} {code[5:10]} {code[10:]}"
