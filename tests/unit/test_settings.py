"""Settings: read in one place, checked at the start, and an error names the variable."""

import pytest

from complaints.errors import ConfigurationError
from complaints.runtime.address import parse_address
from complaints.runtime.settings import Settings


def test_a_blank_variable_is_an_unset_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """`LAPOR_KAFKA=` in a shell or a compose file means the embedded one."""
    monkeypatch.setenv("LAPOR_KAFKA", "")
    assert Settings.read().kafka is None


def test_a_wrong_value_names_its_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    """The operator reads which one to mend."""
    monkeypatch.setenv("LAPOR_MAX_HOPS", "many")
    with pytest.raises(ConfigurationError, match=r"LAPOR_MAX_HOPS='many'"):
        Settings.read()


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
