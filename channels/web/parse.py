"""What a form or the API may send, checked, and turned into a citizen's message. Pure."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Annotated, Any
from urllib.parse import parse_qsl
from uuid import uuid4

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from complaints.errors import MalformedMessage
from complaints.message import InboundMessage

NAME = "web"

LONGEST_TEXT = 20_000
"""Characters. The longest report in a month of published ones has a third of it."""

MOST_FIELDS = 50
"""Of a form; ours has nine."""

Short = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)]


class Submission(BaseModel):
    """A complaint as the form and the mobile app send it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: Annotated[Short, Field(description="Judul laporan")] = ""
    text: Annotated[
        str,
        StringConstraints(strip_whitespace=True, min_length=1, max_length=LONGEST_TEXT),
        Field(description="Isi laporan: apa yang terjadi"),
    ]
    location: Annotated[Short, Field(description="Lokasi kejadian")] = ""
    occurred: Annotated[Short, Field(description="Tanggal kejadian")] = ""
    agency: Annotated[Short, Field(description="Instansi tujuan")] = ""
    category: Annotated[Short, Field(description="Kategori")] = ""
    contact: Annotated[Short, Field(description="Nomor telepon atau alamat e-mail untuk jawaban")] = ""
    anonymous: Annotated[bool, Field(description="Sembunyikan nama saya dari instansi")] = False
    secret: Annotated[bool, Field(description="Sembunyikan laporan ini dari publik")] = False


@dataclass(frozen=True, slots=True)
class FieldError:
    """What is wrong with one field, in the citizen's words."""

    field: str
    message: str


_SENTENCES = {
    "string_too_short": "Isian ini wajib diisi.",
    "missing": "Isian ini wajib diisi.",
    "string_too_long": "Isian ini terlalu panjang, paling banyak {max_length} karakter.",
    "string_type": "Isian ini harus berupa teks.",
    "bool_parsing": "Pilih ya atau tidak.",
    "bool_type": "Pilih ya atau tidak.",
    "extra_forbidden": "Isian ini tidak dikenal.",
    "json_invalid": "Data yang dikirim bukan JSON yang benar.",
    "model_type": "Data yang dikirim harus berupa objek JSON.",
}


def from_json(body: bytes) -> Submission | list[FieldError]:
    """Return the submission in a JSON body, or what is wrong with it."""
    try:
        return Submission.model_validate_json(body)
    except ValidationError as error:
        return _errors(error)


def form_fields(body: bytes) -> dict[str, str]:
    """Return the fields of an urlencoded form; bytes that are no UTF-8 become U+FFFD.

    Raises:
        MalformedMessage: it has more than MOST_FIELDS fields.
    """
    try:
        return dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=MOST_FIELDS))
    except ValueError as error:
        raise MalformedMessage(f"no form of ours: {error}") from error


def from_form(fields: Mapping[str, str]) -> Submission | list[FieldError]:
    """Return the submission in a form's fields, or what is wrong with it. Fields that the form does not have are passed over."""
    known: dict[str, Any] = {name: value for name, value in fields.items() if name in Submission.model_fields}
    try:
        return Submission.model_validate(known)
    except ValidationError as error:
        return _errors(error)


def _errors(error: ValidationError) -> list[FieldError]:
    return [
        FieldError(
            ".".join(str(step) for step in found["loc"]) or "body",
            _SENTENCES.get(found["type"], "Isian ini tidak benar.").format(**found.get("ctx", {})),
        )
        for found in error.errors(include_url=False)
    ]


def inbound(submission: Submission, *, idempotency_key: str | None) -> InboundMessage:
    """Return the message in a submission.

    Args:
        submission: checked.
        idempotency_key: what the client names this sending by. The same key with the same content is the same complaint, however
            often it comes; without one each sending is a complaint of its own.
    """
    content = submission.model_dump(exclude={"contact"})
    body = json.dumps(content, ensure_ascii=False).encode()
    own = sha256(idempotency_key.encode() + b"\0" + body).hexdigest()[:32] if idempotency_key else uuid4().hex
    return InboundMessage(
        channel=NAME,
        upstream_id=own,
        received_at=datetime.now(UTC),
        sender=submission.contact or own,
        text=submission.text,
        title=submission.title,
        address=submission.location,
        occurred=submission.occurred,
        addressed_to=submission.agency,
        topic=submission.category,
        anonymous=submission.anonymous,
        secret=submission.secret,
        body=body,
        coding="application/json",
    )
