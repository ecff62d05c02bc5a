"""The citizen's message in what was sent to the web, and the name by which it is the same when it comes again. Pure."""

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
    """Return the message in a submission. It has no sender: the web knows no persons.

    Args:
        submission: checked; its regency is a full name.
        upstream_id: what names this sending (see `name_of`). If it tells of danger to life, its words are a part of its name: under the
            name of an earlier sending they are a complaint of their own.
        attachments: those that it refers to, as they are kept.
        position: latitude and longitude in degrees, if they were sent beside the submission.
        region: the Kemendagri code of the region whose government's own channel it came through; None if it is nobody's.
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
    """Return all that was said but who says it, as canonical JSON; empty fields are left out.

    By it the conversation tells whether the same sending comes again or another content under its name.
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
        text: what the citizen wrote; may be empty if there are files.
        about: the tracking code of the case.
        upstream_id: what names this sending (see `name_of`).
        attachments: as they are kept.
    """
    sent = Submission.model_construct(text=text)
    return to_case(inbound(sent, upstream_id=upstream_id, attachments=attachments), about)


def to_case(message: InboundMessage, about: str, act: str = "") -> InboundMessage:
    """Return a message as one to a case.

    Its name depends on its content, too: under the same key another content is another message, however late it comes.

    Args:
        message: the message.
        about: the tracking code of the case.
        act: what is done with the case (see complaints.message.InboundMessage); empty if the message is added to it.
    """
    content = sha256(message.body + act.encode()).hexdigest()[:16]
    return replace(message, about=about, act=act, upstream_id=f"{message.upstream_id}/{content}")


def name_of(scope: str, client: str, key: str | None) -> str:
    """Return the name of a sending, which depends on its client and the client's key alone and not on what is sent.

    The same key of the same client is so the same complaint, with the same code. If it has another content, the conversation makes an
    addition of that. Without a key each sending has a name of its own.

    Args:
        scope: what kind of sending it is, such as "form": the same key names different sendings in different scopes.
        client: who chose the key; empty if that is not known.
        key: the client's key.
    """
    if not key:
        return uuid4().hex
    return sha256(f"{scope}\0{client}\0{key}".encode("utf-8", "surrogatepass")).hexdigest()[:32]
