"""Decodes an SMS whose parts are joined, and finds the region that its keyword names. Pure."""

from channels.sms.coding import decode
from channels.sms.keywords import Keywords


def text_of(body: bytes, data_coding: int) -> tuple[str, str, str | None]:
    """Return the text, the name of its coding, and the Kemendagri code of the region that a keyword names. Never raises.

    Args:
        body: the user data of all parts in their order, without headers (InboundMessage.body).
        data_coding: SMPP's data_coding octet of the first part (Fragment.data_coding).
    """
    text, coding = decode(body, data_coding)
    return text, coding, Keywords.load().region(text)
