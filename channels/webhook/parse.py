"""Turns a signed body into an inbound message, and a reply into a body. Pure."""

from collections.abc import Callable
from datetime import UTC, datetime
from hashlib import sha256
from typing import Annotated, Any

from pydantic import AnyHttpUrl, BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from complaints.errors import MalformedMessage
from complaints.event import Attachment
from complaints.message import InboundMessage

NAME = "webhook"

MOST_ATTACHMENTS = 20
"""The maximum number of files of one complaint; each is only an address."""


def account_of(source: str) -> str:
    """Return the name of our account at a source."""
    return f"{NAME}/{source}"


Short = Annotated[str, StringConstraints(max_length=200, strip_whitespace=True)]


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", strict=True)


class Position(_Model):
    """A place on the map, in degrees."""

    latitude: float = Field(ge=-90, le=90)
    longitude: float = Field(ge=-180, le=180)


class File(_Model):
    """A file that the source keeps. The complaint only names it; it is not fetched, because the address could be any."""

    url: Annotated[AnyHttpUrl, Field(strict=False)]
    name: Short = "lampiran"
    media_type: Short = "application/octet-stream"
    size_bytes: int = Field(0, ge=0)


class Handed(_Model):
    """A complaint as a source hands it in."""

    id: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    """The source's own identifier of the complaint, returned with replies."""
    text: Annotated[str, StringConstraints(min_length=1, max_length=20_000)]
    sender: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    """The citizen's identifier at the source, returned with replies."""
    title: Short = ""
    location: Short | Position = ""
    occurred: Short = ""
    agency: Short = ""
    thread: Short = ""
    """A sender's messages in one thread continue the same matter, unless their content is about another one."""
    anonymous: bool = False
    secret: bool = False
    attachments: Annotated[tuple[File, ...], Field(max_length=MOST_ATTACHMENTS, strict=False)] = ()


def inbound(
    body: bytes, *, source: str, webhook_id: str, pseudonym: Callable[[str], str], shared: bool = False
) -> InboundMessage:
    """Return the message in a body whose signature was checked.

    Args:
        body: the JSON body.
        source: the name of the source that signed it.
        webhook_id: the same for each try of the same delivery. The same id with another content is another message.
        pseudonym: makes a keyed digest, to hide personal data in a source's identifiers.
        shared: whether many people use each `sender` of the source.

    Raises:
        MalformedMessage: the body is no complaint in the form of docs/adding-a-channel.md; the text names the field.
    """
    try:
        found = Handed.model_validate_json(body)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "body"
        raise MalformedMessage(f"no complaint: {where}: {first['msg']}") from error
    position = found.location if isinstance(found.location, Position) else None
    content = sha256(found.model_dump_json().encode("utf-8", "surrogatepass")).hexdigest()[:16]
    return InboundMessage(
        channel=NAME,
        account=account_of(source),
        upstream_id=pseudonym(f"{source}/{webhook_id}/{content}"),
        received_at=datetime.now(UTC),
        sender=f"{source}/{found.sender}",
        reply_to={"source": source, "reference": found.id, "citizen": found.sender},
        shared=shared,
        thread=f"{source}/{found.thread}" if found.thread else "",
        text=found.text,
        title=found.title,
        address="" if isinstance(found.location, Position) else found.location,
        occurred=found.occurred,
        addressed_to=found.agency,
        shared_location=(position.latitude, position.longitude) if position else None,
        attachments=tuple(_attachment(file) for file in found.attachments),
        anonymous=found.anonymous,
        secret=found.secret,
        body=found.model_dump_json(exclude={"sender"}).encode(),
        coding="application/json",
    )


def _attachment(file: File) -> Attachment:
    return Attachment(name=file.name, media_type=file.media_type, size_bytes=file.size_bytes, url=str(file.url))


def reply(reference: str, citizen: str, **told: Any) -> dict[str, Any]:
    """Return the body of a reply to a source, in the form that the specification recommends."""
    return {
        "type": "lapor.reply",
        "timestamp": datetime.now(UTC).isoformat(),
        "data": {"id": reference, "sender": citizen, **told},
    }
