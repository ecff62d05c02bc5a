"""The setting LAPOR_SMPP: links with and without names, and what each operator grants."""

import pytest

from channels.sms.account import account_name
from channels.sms.links import read_links, twins
from complaints.errors import ConfigurationError
from tests.harness.tables import each_row


def test_the_plain_form_is_named_by_its_system_id_and_address() -> None:
    """The name is the key of a mailbox: it has no password, and is the same after each start."""
    first, second = read_links("smpp://lapor:secret08@smsc.example, smpp://lapor2:pw@10.0.0.1:2776")
    assert (account_name(first), first.address.port) == ("sms/lapor@smsc.example:2775", 2775)
    assert account_name(second) == "sms/lapor2@10.0.0.1:2776"
    assert (first.per_second, first.receipt_id, first.plain_receipts) == (None, "", False)


def test_an_operator_has_a_name_a_rate_and_a_base_for_ids() -> None:
    """The address of a named link may change."""
    (link,) = read_links("telkomsel=smpp://lapor:a%40b@smsc.example:2775?tps=12.5&receipt_id=dec")
    assert account_name(link) == "sms/telkomsel"
    assert link.address.password.get_secret_value() == "a@b"
    assert (link.per_second, link.receipt_id) == (12.5, "dec")


def test_an_smsc_may_leave_its_receipts_unmarked() -> None:
    """Each bind of it is told so."""
    links = read_links("smpp://a:b@h?receipts=plain,smpp://a:b@h?receipts=plain,smpp://c:d@h")
    assert [link.plain_receipts for link in links] == [True, True, False]


def test_two_binds_of_one_system_id_are_two_accounts_that_share_receipts() -> None:
    """An operator may grant several: its address stands there several times."""
    links = read_links("smpp://a:b@h,smpp://a:b@h,smpp://c:d@h")
    assert [link.name for link in links] == ["a@h:2775", "a@h:2775+", "c@h:2775"]
    assert [link.name for link in twins(links[1], links)] == ["a@h:2775+", "a@h:2775"]
    assert twins(links[2], links) == [links[2]]


@each_row
def test_what_is_wrong_is_named_without_the_password(text: str, reason: str) -> None:
    """At the start, and not at midnight."""
    with pytest.raises(ConfigurationError, match=reason) as caught:
        read_links(text)
    assert "geheim" not in str(caught.value)
