"""One citizen is one identity, however the nodes of an operator write his number."""

from channels.sms.numbers import TON_ALPHANUMERIC, TON_INTERNATIONAL, TON_NATIONAL, TON_UNKNOWN, e164
from tests.harness.tables import each_row

CITIZEN = "+6281234567890"
TONS = {
    "unknown": TON_UNKNOWN,
    "international": TON_INTERNATIONAL,
    "national": TON_NATIONAL,
    "alphanumeric": TON_ALPHANUMERIC,
}


@each_row
def test_62_and_0_and_plus_62_are_one_identity(number: str, ton: str) -> None:
    """Else parts of a text are not joined, and the answer to a question is another citizen's complaint."""
    assert e164(number, TONS[ton]) == CITIZEN


@each_row
def test_what_else_comes_as_a_sender(name: str, number: str, ton: str, identity: str) -> None:
    """Machines remain as they are; a number has at most 15 digits (E.164)."""
    assert e164(number, TONS[ton]) == identity, name


def test_an_identity_is_its_own_identity() -> None:
    """Whoever normalises twice changes nothing."""
    for number in (CITIZEN, "+819012345678", "1708", "INFO PLN", "+85261234567"):
        assert e164(e164(number)) == e164(number)
