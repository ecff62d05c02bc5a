"""Delivery receipts: what operators really write into them, and when two ids are the same."""

import pytest

from channels.sms.links import Link
from channels.sms.receipts import DeliveryReceipt, normalised, read_receipt
from complaints.runtime.address import parse_address
from tests.harness.tables import each_row, row_by_row

ADDRESS = parse_address("smpp://lapor:secret08@127.0.0.1", scheme="smpp", default_port=2775)


@each_row
def test_only_an_end_is_an_outcome(state: str, final: bool, ok: bool) -> None:
    """States are read by their beginning, because SMSCs abbreviate them differently."""
    found = DeliveryReceipt(message_id="1", state=state)
    assert (found.final, found.ok) == (final, ok)


@row_by_row
def test_the_words_of_a_receipt(body: bytes, message_id: str, state: str) -> None:
    """The order of appendix B is not kept by all."""
    assert read_receipt(body, {}) == DeliveryReceipt(
        message_id=message_id, state=state, error="000" if b"err" in body else ""
    )


def test_a_state_that_smpp_5_has_is_read() -> None:
    """9 is SKIPPED: no end."""
    found = read_receipt(b"", {0x1E: b"m1\0", 0x427: b"\x09"})
    assert found == DeliveryReceipt(message_id="m1", state="SKIPPED")


@pytest.mark.parametrize("body", [b"", b"id:1001", b"stat:DELIVRD", b"Pesan Anda sampai", b"id: stat:"])
def test_a_receipt_without_id_or_state_is_not_read(body: bytes) -> None:
    """It is counted, and answered."""
    assert read_receipt(body, {}) is None


@each_row
def test_the_id_of_an_answer_and_of_its_receipt_are_the_same(
    name: str, receipt_id: str, answered: str, reported: str
) -> None:
    """SMSCs write them differently: Kannel calls the setting msg-id-type."""
    link = Link(name="a", address=ADDRESS, receipt_id=receipt_id)
    assert link.submitted_id(answered) == link.reported_id(reported), name


def test_ids_that_differ_stay_different() -> None:
    """And an empty one stays empty."""
    assert normalised("1001") != normalised("10010")
    assert normalised("") == ""
