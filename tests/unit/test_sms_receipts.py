"""A receipt may come before what it is about is on record."""

import pytest

from channels.sms import early
from channels.sms.early import EarlyReceipts
from channels.sms.receipts import DeliveryReceipt


class Notes:
    """Knows some identifiers."""

    def __init__(self, *known: str) -> None:
        self.known = set(known)
        self.came: list[tuple[str, bool, str]] = []

    def delivered(self, upstream_id: str, *, ok: bool, detail: str = "") -> bool:
        """Note what is known."""
        if upstream_id in self.known:
            self.came.append((upstream_id, ok, detail))
        return upstream_id in self.known


def receipt(message_id: str, state: str = "DELIVRD") -> DeliveryReceipt:
    """Return a receipt."""
    return DeliveryReceipt(message_id=message_id, state=state)


def test_a_receipt_that_comes_too_early_is_noted_later() -> None:
    """Once, and those that wait keep their order."""
    notes, receipts = Notes("a"), EarlyReceipts()
    for message_id in ("a", "b", "c"):
        receipts.take(receipt(message_id), notes)
    assert [one[0] for one in notes.came] == ["a"]
    receipts.again(notes)
    notes.known |= {"b", "c"}
    receipts.again(notes)
    receipts.again(notes)
    assert notes.came == [(name, True, "DELIVRD") for name in "abc"]


def test_a_receipt_that_nobody_knows_is_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    """After its time; and one that says only that the message is under way at once."""
    monkeypatch.setattr(early, "PATIENCE_S", 0.0)
    notes, receipts = Notes(), EarlyReceipts()
    receipts.take(receipt("a"), notes)
    receipts.take(receipt("b", "ENROUTE"), notes)
    receipts.again(notes)
    notes.known |= {"a", "b"}
    receipts.again(notes)
    assert not notes.came
