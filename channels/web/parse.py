"""Checks the content of a form or an API request. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any, TypeVar
from urllib.parse import parse_qsl

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator
from pydantic_core import PydanticCustomError

from channels.web import categories
from complaints.errors import MalformedMessage
from complaints.visible import visible

LONGEST_TEXT = 20_000
"""The maximum number of characters: three times the longest report in a month of published ones."""

MOST_FIELDS = 50
"""The maximum number of fields of a form; ours has twenty, hidden ones included."""

MOST_ATTACHMENTS = 5
"""The maximum number of files of one complaint: a few photos and a document."""

SHORTEST_KEY, LONGEST_KEY = 16, 200
"""The length of an idempotency key in characters; a UUID has 36. Guessing a key reveals its complaint's code, so a short one is refused."""

EASTERNMOST = timedelta(hours=9)
"""How far Jayapura's clock is ahead of UTC: a date that has begun there is not in the future."""

AS_WRITTEN = "-"
"""The choice of a citizen whose place is not in our list: his words are used as the location."""


def _topic(text: str) -> str:
    if not text:
        return ""
    found = categories.topic(text)
    if found is None:
        raise PydanticCustomError("category", "no such category")
    return found


def _seen(text: str) -> str:
    if not visible(text).strip():
        raise PydanticCustomError("string_too_short", "no visible character")
    return text


Short = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)]


class AttachmentRef(BaseModel):
    """A reference to a file that was sent before."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$"), Field(description="Dari /api/v1/attachments")]
    name: Annotated[Short, Field(description="Nama berkas")] = ""


class Submission(BaseModel):
    """A complaint as the form and the mobile app send it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: Annotated[Short, Field(description="Judul laporan")] = ""
    text: Annotated[
        str,
        StringConstraints(strip_whitespace=True, min_length=1, max_length=LONGEST_TEXT),
        AfterValidator(_seen),
        Field(description="Isi laporan: apa yang terjadi"),
    ]
    regency: Annotated[Short, Field(description="Kabupaten/kota kejadian: nama atau kode Kemendagri")] = ""
    location: Annotated[Short, Field(description="Alamat atau patokan")] = ""
    latitude: Annotated[float | None, Field(ge=-90, le=90, description="Lintang titik kejadian dalam derajat")] = None
    longitude: Annotated[float | None, Field(ge=-180, le=180, description="Bujur titik kejadian dalam derajat")] = None
    occurred: Annotated[Short, Field(description="Tanggal kejadian: YYYY-MM-DD, atau dengan kata")] = ""
    agency: Annotated[Short, Field(description="Instansi tujuan")] = ""
    category: Annotated[
        Short, AfterValidator(_topic), Field(description="Kategori: nama, nama/subkategori, atau kode")
    ] = ""
    anonymous: Annotated[bool, Field(description="Tandai bagi instansi bahwa saya tidak mau dikenali")] = False
    secret: Annotated[bool, Field(description="Sembunyikan laporan ini dari publik")] = False
    attachments: Annotated[tuple[AttachmentRef, ...], Field(max_length=MOST_ATTACHMENTS, description="Lampiran")] = ()

    @model_validator(mode="after")
    def _both_or_none(self) -> "Submission":
        if (self.latitude is None) != (self.longitude is None):
            raise PydanticCustomError("half_position", "latitude without longitude, or the other way round")
        return self

    @property
    def position(self) -> tuple[float, float] | None:
        """Latitude and longitude in degrees; None if they were not sent."""
        return None if self.latitude is None or self.longitude is None else (self.latitude, self.longitude)


@dataclass(frozen=True, slots=True)
class FieldError:
    """An error in one field: the sentence for the citizen, and values that he may have meant."""

    field: str
    message: str
    suggestions: tuple[str, ...] = ()


_SENTENCES = {
    "string_too_short": "Isian ini wajib diisi.",
    "missing": "Isian ini wajib diisi.",
    "string_too_long": "Isian ini terlalu panjang, paling banyak {max_length} karakter.",
    "string_type": "Isian ini harus berupa teks.",
    "bool_parsing": "Pilih ya atau tidak.",
    "bool_type": "Pilih ya atau tidak.",
    "extra_forbidden": "Isian ini tidak dikenal.",
    "json_invalid": "Data yang dikirim bukan JSON yang benar.",
    "too_long": "Paling banyak {max_length} lampiran.",
    "string_pattern_mismatch": "Isian ini tidak benar.",
    "greater_than_equal": "Isian ini di luar batas.",
    "less_than_equal": "Isian ini di luar batas.",
    "int_type": "Pilih satu angka.",
    "literal_error": "Pilih salah satu.",
    "float_type": "Isian ini harus berupa angka.",
    "float_parsing": "Isian ini harus berupa angka.",
    "finite_number": "Isian ini harus berupa angka.",
    "half_position": "latitude dan longitude harus dikirim bersama.",
    "category": "Kategori ini tidak dikenal.",
    "model_type": "Data yang dikirim harus berupa objek JSON.",
}


M = TypeVar("M", bound=BaseModel)


def from_json(body: bytes) -> Submission | list[FieldError]:
    """Return the submission in a JSON body, or its errors."""
    return json_as(Submission, body)


def json_as(model: type[M], body: bytes) -> M | list[FieldError]:
    """Return the model in a JSON body, or its errors."""
    try:
        return model.model_validate_json(body)
    except ValidationError as error:
        return _errors(error)


def checked_as(model: type[M], said: Mapping[str, Any]) -> M | list[FieldError]:
    """Return the model in plain data, or its errors."""
    try:
        return model.model_validate(said)
    except ValidationError as error:
        return _errors(error)


def form_fields(body: bytes) -> list[tuple[str, str]]:
    """Return the fields of an urlencoded form; bytes that are not UTF-8 become U+FFFD.

    Raises:
        MalformedMessage: it has more than MOST_FIELDS fields.
    """
    try:
        return parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError as error:
        raise MalformedMessage(f"no form of ours: {error}") from error


_TYPED = Submission.model_fields.keys() - {"attachments", "latitude", "longitude"}


def typed(fields: Mapping[str, str]) -> dict[str, Any]:
    """Return the fields of a form under the names of a submission. Unknown fields are ignored.

    A picked date takes precedence over a written one, and a picked kabupaten/kota over a typed one.
    """
    known: dict[str, Any] = {
        name: value.replace("\r\n", "\n") for name, value in fields.items() if name in _TYPED
    }  # browsers send each line break as two characters
    if fields.get("occurred_date"):
        known["occurred"] = fields["occurred_date"]
    pick = fields.get("regency_pick", "")
    if pick == AS_WRITTEN:
        known["location"] = ", ".join(part for part in (fields.get("location", ""), known.pop("regency", "")) if part)
    elif pick:
        known["regency"] = pick
    return known


def from_form(fields: Mapping[str, str]) -> Submission | list[FieldError]:
    """Return the submission in a form's fields (see typed), or its errors."""
    return checked_as(Submission, typed(fields))


def faults_of_time(occurred: str, now: datetime) -> list[FieldError]:
    """Return an error if a date in ISO form is in the future; a date in words is read later."""
    try:
        day = date.fromisoformat(occurred)
    except ValueError:
        return []
    if day > (now.astimezone(UTC) + EASTERNMOST).date():
        return [FieldError("occurred", "Tanggal ini belum terjadi.")]
    return []


def _errors(error: ValidationError) -> list[FieldError]:
    return [
        FieldError(
            ".".join(str(step) for step in found["loc"]) or "body",
            _SENTENCES.get(found["type"], "Isian ini tidak benar.").format(**found.get("ctx", {})),
        )
        for found in error.errors(include_url=False)
    ]
