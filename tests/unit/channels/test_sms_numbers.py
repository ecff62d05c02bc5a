"""One citizen is one identity, however the nodes of an operator write his number."""

from channels.sms.numbers import TON_ALPHANUMERIC, TON_INTERNATIONAL, TON_NATIONAL, TON_UNKNOWN, e164
from tests.harness.tables import each

CITIZEN = "+6281234567890"


@each(
    ("number", "ton"),
    [
        ("+6281234567890", TON_INTERNATIONAL),
        ("+6281234567890", TON_UNKNOWN),
        ("6281234567890", TON_INTERNATIONAL),
        ("6281234567890", TON_NATIONAL),
        ("6281234567890", TON_UNKNOWN),
        ("081234567890", TON_NATIONAL),
        ("081234567890", TON_INTERNATIONAL),
        ("081234567890", TON_UNKNOWN),
        ("81234567890", TON_NATIONAL),
        ("81234567890", TON_INTERNATIONAL),
        ("81234567890", TON_UNKNOWN),
        ("006281234567890", TON_UNKNOWN),
        ("+081234567890", TON_INTERNATIONAL),
        ("+62 812-3456-7890", TON_INTERNATIONAL),
        ("+62 (0)812.3456.7890", TON_UNKNOWN),
        ("0812 3456\u00a07890", TON_NATIONAL),
        ("62081234567890", TON_UNKNOWN),
        ("+62081234567890", TON_INTERNATIONAL),
        ("0062081234567890", TON_UNKNOWN),
        ("+006281234567890", TON_INTERNATIONAL),
    ],
)
def test_62_and_0_and_plus_62_are_one_identity(number: str, ton: int) -> None:
    """Else parts of a text are not joined, and the answer to a question is another citizen's complaint."""
    assert e164(number, ton) == CITIZEN


@each(
    ("name", "number", "ton", "identity"),
    [
        ("a short code", "1708", TON_UNKNOWN, "1708"),
        ("a short code that is called international", "1708", TON_INTERNATIONAL, "1708"),
        ("a short code with a plus", "+1708", TON_INTERNATIONAL, "+1708"),
        ("a name", "INFO PLN", TON_ALPHANUMERIC, "INFO PLN"),
        ("a name of digits", "081234567890", TON_ALPHANUMERIC, "081234567890"),
        ("a name without its type", "Telkomsel", TON_UNKNOWN, "Telkomsel"),
        ("nothing", "", TON_UNKNOWN, ""),
        ("a name with separators and digits", "INFO-PLN 123", TON_UNKNOWN, "INFO-PLN 123"),
        ("a short code with separators", "17-08", TON_UNKNOWN, "17-08"),
        ("a number that is called a name", "0812 3456 7890", TON_ALPHANUMERIC, "0812 3456 7890"),
        ("zeros", "0000000", TON_UNKNOWN, "0000000"),
        ("Malaysia with the international prefix", "0060123456789", TON_UNKNOWN, "+60123456789"),
        ("Malaysia with separators", "+60 12-345 6789", TON_INTERNATIONAL, "+60123456789"),
        ("digits of another script", "٠٨١٢٣٤٥٦٧٨٩", TON_UNKNOWN, "٠٨١٢٣٤٥٦٧٨٩"),
        ("sixteen digits", "6281234567890123", TON_INTERNATIONAL, "6281234567890123"),
        ("twenty digits with a plus", "+62812345678901234567", TON_INTERNATIONAL, "+62812345678901234567"),
        ("fifteen digits", "628123456789012", TON_INTERNATIONAL, "+628123456789012"),
        ("a landline of Medan", "0614567890", TON_NATIONAL, "+62614567890"),
        ("a landline of Tebing Tinggi without 0", "62123456", TON_NATIONAL, "+6262123456"),
        ("a citizen abroad", "14155550123", TON_INTERNATIONAL, "+14155550123"),
        ("a citizen abroad, of no type", "14155550123", TON_UNKNOWN, "+14155550123"),
        ("Japan", "819012345678", TON_INTERNATIONAL, "+819012345678"),
        ("Japan with a plus", "+819012345678", TON_UNKNOWN, "+819012345678"),
        ("XL, whose number begins as Japan's", "81901234567", TON_INTERNATIONAL, "+6281901234567"),
        ("Hong Kong", "85261234567", TON_INTERNATIONAL, "+85261234567"),
        ("Indosat without 0", "85612345678", TON_NATIONAL, "+6285612345678"),
    ],
)
def test_what_else_comes_as_a_sender(name: str, number: str, ton: int, identity: str) -> None:
    """Machines remain as they are; a number has at most 15 digits (E.164)."""
    assert e164(number, ton) == identity, name


def test_an_identity_is_its_own_identity() -> None:
    """Whoever normalises twice changes nothing."""
    for number in (CITIZEN, "+819012345678", "1708", "INFO PLN", "+85261234567"):
        assert e164(e164(number)) == e164(number)
