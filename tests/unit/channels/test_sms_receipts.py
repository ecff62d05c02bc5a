"""Delivery receipts: what operators really write into them, and when two ids are the same."""

from channels.sms.links import Link
from channels.sms.receipts import DeliveryReceipt, normalised, read_receipt
from complaints.runtime.address import parse_address
from tests.harness.tables import each_row

ADDRESS = parse_address("smpp://lapor:secret08@127.0.0.1", scheme="smpp", default_port=2775)


@each_row
def test_only_an_end_is_an_outcome(state: str, final: bool, ok: bool) -> None:
    """States are read by their beginning, because SMSCs abbreviate them differently."""
    found = DeliveryReceipt(message_id="1", state=state)
    assert (found.final, found.ok) == (final, ok)


@each_row
def test_receipts(name: str, body: bytes, tlvs: dict[int, bytes], receipt: DeliveryReceipt | None) -> None:
    """SMPP 3.4: message_state and receipted_message_id, or appendix B's words, whose order is not kept by all."""
    assert read_receipt(body, tlvs) == receipt, name


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
