"""Reads in a complaint that its reporter, or the report itself, is to be hidden. To hide too much does the least harm. Pure."""

from msgspec.structs import replace

from complaints.message import InboundMessage
from conversation.citizen import KnownCase
from conversation.own import own_words
from normalizer.language.hiding import asks_to_be_hidden, asks_to_be_secret


def hidden(message: InboundMessage, *, like: KnownCase | None = None) -> InboundMessage:
    """Return a complaint as hidden as it asks to be in its text. Who asks for a secret report without a word of the person means both.

    Args:
        message: the complaint.
        like: the citizen's case of these days, if he has one: further words of it would betray what he had hidden there.
    """
    text = own_words(message)
    wishes = asks_to_be_hidden(text)
    secret = (wishes and asks_to_be_secret(text)) or (like is not None and like.secret)
    anonymous = wishes or secret or (like is not None and like.anonymous)
    if (secret and not message.secret) or (anonymous and not message.anonymous):
        return replace(message, secret=message.secret or secret, anonymous=message.anonymous or anonymous)
    return message
