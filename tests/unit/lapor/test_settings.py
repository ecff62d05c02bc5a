"""Settings: read in one place, checked at the start, and an error names the variable."""

import pytest

from complaints.errors import ConfigurationError
from complaints.runtime.address import parse_address
from complaints.runtime.settings import Settings
from complaints.runtime.variables import misspelt
from tests.harness.tables import row_by_row


def test_a_blank_variable_is_an_unset_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """`LAPOR_KAFKA=` in a shell or a compose file means the embedded one."""
    monkeypatch.setenv("LAPOR_KAFKA", "")
    assert Settings.read().kafka is None


@pytest.mark.parametrize("name", ["WEB", "VIEW", "WEBHOOK", "TELEGRAM_LISTEN", "METRICS", "ROUTER_WEB"])
@pytest.mark.parametrize("port", ["8080", ":8080"])
def test_where_to_listen_is_a_host_and_a_port(monkeypatch: pytest.MonkeyPatch, name: str, port: str) -> None:
    """A port alone would be taken for the name of a host, and the error would speak of another program."""
    monkeypatch.setenv(f"LAPOR_{name}", port)
    with pytest.raises(
        ConfigurationError, match=rf"LAPOR_{name}='{port}'.*host:port is needed, such as 127.0.0.1:8080"
    ):
        Settings.read()


def test_a_misspelt_variable_names_the_nearest_right_one() -> None:
    """It would be ignored without a word, and the governments' divisions of tasks with it."""
    names = ["HOME", "LAPOR_ALOTMENTS", "LAPOR_MODEL", "LAPOR_BUILD"]
    assert misspelt(names) == ["nothing reads LAPOR_ALOTMENTS: is LAPOR_ALLOTMENTS meant?"]


def test_a_missing_server_says_the_three_ways_out() -> None:
    """Start one, name the folder, or set the variable."""
    with pytest.raises(ConfigurationError, match=r"lapor up.*--data-dir.*LAPOR_KAFKA=host:port"):
        Settings.read(kafka=None).kafka_required()


def test_an_address_is_taken_apart_and_its_password_is_not_shown() -> None:
    """Percent-encoding is undone; printing the address hides the password."""
    address = parse_address("clickhouse://ana%40x:p%3Aw@db.example:9440/lapor", scheme="clickhouse", default_port=9000)
    assert (address.user, address.host, address.port, address.path) == ("ana@x", "db.example", 9440, "lapor")
    assert address.password.get_secret_value() == "p:w"
    assert "p:w" not in repr(address)
    assert parse_address("smpp://a:b@h", scheme="smpp", default_port=2775).port == 2775


@pytest.mark.parametrize("text", ["", "host:9000", "http://host", "clickhouse://", "clickhouse://h:notaport/x"])
def test_what_is_no_address_is_refused(text: str) -> None:
    """The form is in the message."""
    with pytest.raises(ConfigurationError, match="clickhouse://user:password@host:port"):
        parse_address(text, scheme="clickhouse", default_port=9000)


@row_by_row
def test_an_address_that_we_cannot_speak_is_refused_at_once(
    monkeypatch: pytest.MonkeyPatch, name: str, text: str, reason: str
) -> None:
    """Otherwise a service waits for it in vain and without a word. The error names the variable and the reason, and no password."""
    monkeypatch.setenv(f"LAPOR_{name}", text)
    with pytest.raises(ConfigurationError, match=rf"LAPOR_{name}=.*{reason}") as refused:
        Settings.read()
    assert "pw123" not in str(refused.value)


def test_the_error_of_an_address_has_no_part_of_its_password() -> None:
    """What is behind a slash in it would be taken for the port, and shown as one that is no number."""
    with pytest.raises(ConfigurationError) as refused:
        parse_address("clickhouse://u:pw123/with@db:9000/lapor", scheme="clickhouse", default_port=9000)
    assert "pw123" not in str(refused.value)
