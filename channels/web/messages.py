"""Turns a web submission into an inbound message, and names it so that a repeated sending is recognised. Pure."""

import json
from datetime import UTC, datetime
from hashlib import sha256
from uuid import uuid4

from msgspec.structs import replace

from channels.web.parse import Submission
from complaints.event import Attachment
from complaints.message import InboundMessage
from normalizer.emergency import tells_of_danger

NAME = "web"


def inbound(
    submission: Submission,
    *,
    upstream_id: str,
    attachments: tuple[Attachment, ...] = (),
    position: tuple[float, float] | None = None,
    region: str | None = None,
) -> InboundMessage:
    """Return the message of a submission. It has no sender: the web does not know who sends.

    Args:
        submission: a checked submission; its regency is a full name.
        upstream_id: the name of this sending (see `name_of`). If the words report danger to life, they become part of the name, so that
            they are a new complaint even under the name of an earlier sending.
        attachments: the stored files that it refers to.
        position: latitude and longitude in degrees, if they were sent beside the submission.
        region: the Kemendagri code of the region whose government's own channel it came through; None if there is none.
    """
    if any(map(tells_of_danger, (submission.title, submission.text))):
        words = f"{submission.title}\0{submission.text}".encode("utf-8", "surrogatepass")
        upstream_id = f"{upstream_id}/{sha256(words).hexdigest()[:16]}"
    return InboundMessage(
        channel=NAME,
        upstream_id=upstream_id,
        received_at=datetime.now(UTC),
        text=submission.text,
        title=submission.title,
        address=", ".join(part for part in (submission.location, submission.regency) if part),
        occurred=submission.occurred,
        addressed_to=submission.agency,
        topic=submission.category,
        shared_location=position or submission.position,
        keyword_region=region,
        attachments=attachments,
        anonymous=submission.anonymous,
        secret=submission.secret,
        body=content_of(submission, attachments, position),
        coding="application/json",
    )


def content_of(
    submission: Submission, attachments: tuple[Attachment, ...] = (), position: tuple[float, float] | None = None
) -> bytes:
    """Return the content of a submission as JSON, without the sender and without empty fields.

    The conversation compares it to tell a repeated sending from another content under the same name.
    """
    content = submission.model_dump(exclude={"attachments"}, exclude_defaults=True)
    if position:
        content["latitude"], content["longitude"] = position
    if attachments:
        known = ({"sha256": file.sha256, "name": file.name, "url": file.url} for file in attachments)
        content["attachments"] = [{name: value for name, value in file.items() if value} for file in known]
    return json.dumps(content, ensure_ascii=False).encode("utf-8", "replace")


def addition(text: str, *, about: str, upstream_id: str, attachments: tuple[Attachment, ...] = ()) -> InboundMessage:
    """Return the message that adds to a case (see `to_case`).

    Args:
        text: the citizen's text; may be empty if there are files.
        about: the tracking code of the case.
        upstream_id: the name of this sending (see `name_of`).
        attachments: the stored files.
    """
    sent = Submission.model_construct(text=text)
    return to_case(inbound(sent, upstream_id=upstream_id, attachments=attachments), about)


def to_case(message: InboundMessage, about: str, act: str = "") -> InboundMessage:
    """Return a message as one to a case.

    Its content becomes part of its name: another content under the same key is another message, however late it comes.

    Args:
        message: the message.
        about: the tracking code of the case.
        act: the act on the case (see complaints.message.InboundMessage); empty if the message is added to it.
    """
    content = sha256(message.body + act.encode()).hexdigest()[:16]
    return replace(message, about=about, act=act, upstream_id=f"{message.upstream_id}/{content}")


def name_of(scope: str, client: str, key: str | None) -> str:
    """Return the name of a sending, which depends only on the scope, the client and the client's key, not on the content.

    So the same key of the same client always names the same complaint, with the same code. If the content differs, the conversation makes
    it an addition. Without a key, each sending gets a random name.

    Args:
        scope: the kind of sending, such as "form": the same key names different sendings in different scopes.
        client: the client that chose the key; empty if it is not known.
        key: the client's key; None or empty if it sent none.
    """
    if not key:
        return uuid4().hex
    return sha256(f"{scope}\0{client}\0{key}".encode("utf-8", "surrogatepass")).hexdigest()[:32]
