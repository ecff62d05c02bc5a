"""Files are what their bytes say, and their names lead nowhere."""

from hypothesis import given
from hypothesis import strategies as st

from channels.web.security import client_of
from channels.web.uploads.files import LONGEST_NAME, MEDIA_TYPES, media_type, safe_name
from tests.harness.tables import each, each_row


@each_row
def test_a_file_is_what_its_bytes_say(head: bytes, kind: str | None) -> None:
    """What phones make, and PDF; nothing that runs where it is opened."""
    assert media_type(head + b"x" * 64 if head else b"") == kind


@given(st.binary(max_size=200))
def test_any_bytes_are_a_type_of_ours_or_none(head: bytes) -> None:
    """Nothing raises."""
    assert media_type(head) in {None, *MEDIA_TYPES.values()}


@each(
    ("name", "safe"),
    [
        ("foto.jpg", "foto.jpg"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\Ani\\foto.jpg", "foto.jpg"),
        ("a\x00b\r\n.png", "ab.png"),
        ("\u202egpj.exe", "gpj.exe"),
        ("...", "lampiran"),
        ("", "lampiran"),
        ("x" * 500 + ".png", "x" * (LONGEST_NAME - 4) + ".png"),
    ],
)
def test_a_name_has_no_folders_and_no_marks(name: str, safe: str) -> None:
    """It is shown to people, and never used as a path."""
    assert safe_name(name) == safe


@each_row
def test_a_client_is_an_address_or_the_network_of_one_customer(host: str, client: str) -> None:
    """This machine is one, since a proxy on it may stand before all citizens."""
    assert client_of(host) == client
