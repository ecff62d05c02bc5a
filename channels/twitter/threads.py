"""Joins the posts of one citizen in one conversation into one message. Pure."""

from collections.abc import Iterable, Sequence

from msgspec.structs import replace

from complaints.message import InboundMessage


def joined(messages: Iterable[InboundMessage]) -> list[InboundMessage]:
    """Return the messages, with each citizen's posts in a conversation joined into one, at the place of the first."""
    threads: dict[tuple[str, str], list[InboundMessage]] = {}
    for message in messages:
        threads.setdefault((message.sender, message.thread), []).append(message)
    return [_one(posts) for posts in threads.values()]


def _one(posts: Sequence[InboundMessage]) -> InboundMessage:
    first = posts[0]
    if len(posts) == 1:
        return first
    return replace(
        first,
        text="\n".join(post.text for post in posts),
        address=next((post.address for post in posts if post.address), ""),
        shared_location=next((post.shared_location for post in posts if post.shared_location), None),
        tagged=tuple(dict.fromkeys(name for post in posts for name in post.tagged)),
        attachments=tuple(file for post in posts for file in post.attachments),
        body=b"[" + b",".join(post.body for post in posts) + b"]",
        parts=len(posts),
    )
