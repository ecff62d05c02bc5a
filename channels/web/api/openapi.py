"""The OpenAPI 3.1 document of the API and of Open311, generated from the models that validate requests. Pure."""

from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from channels.web.api.api import Accepted, Received, Status, Stored
from channels.web.categories import categories
from channels.web.open311.documents import ATTRIBUTES
from channels.web.parse import LONGEST_KEY, LONGEST_TEXT, SHORTEST_KEY, Submission
from channels.web.wishes import WISHES, Wish

REFERENCE = "#/components/schemas/{model}"


class Fault(BaseModel):
    """An error in one field."""

    field: str
    message: str
    suggestions: list[str] = []


class Problem(BaseModel):
    """An error (RFC 9457)."""

    title: str
    status: int
    errors: list[Fault] = []


def _schema(model: type[BaseModel]) -> dict[str, str]:
    return {"$ref": REFERENCE.format(model=model.__name__)}


def _json(model: type[BaseModel], what: str) -> dict[str, Any]:
    return {"description": what, "content": {"application/json": {"schema": _schema(model)}}}


def _problem(what: str) -> dict[str, Any]:
    return {"description": what, "content": {"application/problem+json": {"schema": _schema(Problem)}}}


_FAULTS = {
    "401": _problem("Kunci API diperlukan"),
    "404": _problem("Tidak ada"),
    "405": _problem("Bukan cara untuk alamat ini"),
    "408": _problem("Kiriman terputus"),
    "409": _problem("Tidak mungkin dalam keadaan laporan sekarang"),
    "413": _problem("Terlalu besar"),
    "415": _problem("Jenis berkas tidak diterima"),
    "422": _problem("Belum lengkap atau tidak benar"),
    "429": _problem("Terlalu sering; lihat Retry-After"),
    "400": _problem("Tidak dapat dibaca"),
    "503": _problem("Belum dapat; lihat Retry-After"),
}
_CODE = {
    "name": "code",
    "in": "path",
    "required": True,
    "description": "Kode laporan",
    "schema": {"type": "string", "minLength": 1},
}

_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "description": (
        "Kunci acak dari klien, misalnya UUID. Permintaan dengan kunci yang sama adalah satu laporan dengan satu kode; isi lain"
        " dengan kunci yang sama ditambahkan pada laporan itu."
    ),
    "schema": {"type": "string", "minLength": SHORTEST_KEY, "maxLength": LONGEST_KEY, "pattern": "^[!-~]*$"},
}

_RECEIPT = {
    "name": "receipt",
    "in": "query",
    "description": "Tanda terima dari pengiriman laporan ini",
    "schema": {"type": "string"},
}


def _faults(*codes: int) -> dict[str, Any]:
    return {str(code): _FAULTS[str(code)] for code in codes}


def _wish(wish: Wish) -> dict[str, Any]:
    """Return the operation that sends a wish about a case."""
    return {
        "operationId": f"post{wish.api.capitalize()}",
        "summary": f"{wish.title} {wish.hint}",
        "parameters": [_CODE, _KEY],
        "requestBody": {"required": True, "content": {"application/json": {"schema": _schema(wish.model)}}},
        "responses": {
            "202": _json(Accepted, "Permintaan tersimpan"),
            **_faults(401, 404, 408, 409, 413, 422, 429, 503),
        },
    }


def _api() -> dict[str, Any]:
    file = {"type": "string", "format": "binary"}
    return {
        "/api/v1/complaints": {
            "post": {
                "operationId": "postComplaint",
                "summary": "Sampaikan laporan",
                "parameters": [_KEY],
                "requestBody": {"required": True, "content": {"application/json": {"schema": _schema(Submission)}}},
                "responses": {"202": _json(Accepted, "Laporan tersimpan"), **_faults(401, 408, 413, 422, 429, 503)},
            }
        },
        "/api/v1/complaints/{code}": {
            "get": {
                "operationId": "getComplaint",
                "summary": "Status laporan",
                "parameters": [_CODE, _RECEIPT],
                "responses": {
                    "200": _json(Status, "Status"),
                    "202": _json(Received, "Diterima dan belum tercatat; hanya dengan tanda terima"),
                    **_faults(401, 404, 429, 503),
                },
            }
        },
        **{f"/api/v1/complaints/{{code}}/{wish.api}": {"post": _wish(wish)} for wish in WISHES.values()},
        "/api/v1/attachments": {
            "post": {
                "operationId": "postAttachment",
                "summary": "Kirim satu berkas untuk sebuah laporan",
                "requestBody": {
                    "required": True,
                    "content": {
                        "application/octet-stream": {"schema": file},
                        "multipart/form-data": {
                            "schema": {"type": "object", "properties": {"file": file}, "required": ["file"]}
                        },
                    },
                },
                "responses": {
                    "201": _json(Stored, "Berkas tersimpan"),
                    **_faults(400, 401, 408, 413, 415, 422, 429, 503),
                },
            }
        },
    }


def _georeport(kind: str) -> dict[str, Any]:
    media = "application/json" if kind == "json" else "text/xml"

    def answer(what: str) -> dict[str, Any]:
        return {"description": what, "content": {media: {"schema": {}}}}

    def responses(*codes: int) -> dict[str, Any]:
        return {
            "200": answer("Jawaban GeoReport v2"),
            **{str(code): answer("Kesalahan GeoReport v2") for code in codes},
        }

    codes = {"type": "string", "enum": [category.code for category in categories()]}
    attributes = {f"attribute[{name}]": {"type": "string", "maxLength": 200} for name, *_ in ATTRIBUTES}
    posted = {
        "type": "object",
        "required": ["service_code", "description"],
        "properties": {
            "service_code": codes,
            "description": {"type": "string", "minLength": 1, "maxLength": LONGEST_TEXT},
            **{name: {"type": "string", "maxLength": 200} for name in ("address_string", "email", "phone", "api_key")},
            "lat": {"type": "number", "minimum": -90, "maximum": 90},
            "long": {"type": "number", "minimum": -180, "maximum": 180},
            "media_url": {"type": "string", "maxLength": 2000},
            **attributes,
        },
    }
    ids = {
        "name": "service_request_id",
        "in": "query",
        "required": True,
        "description": "Satu atau beberapa kode laporan, dipisah koma",
        "schema": {"type": "string", "minLength": 1},
    }
    service = {**_CODE, "description": "service_code", "schema": codes}
    return {
        f"/open311/v2/services.{kind}": {"get": {"responses": responses(429)}},
        f"/open311/v2/services/{{code}}.{kind}": {"get": {"parameters": [service], "responses": responses(404, 429)}},
        f"/open311/v2/requests.{kind}": {
            "get": {"parameters": [ids], "responses": responses(400, 404, 429, 503)},
            "post": {
                "parameters": [_KEY],
                "requestBody": {
                    "required": True,
                    "content": {"application/x-www-form-urlencoded": {"schema": posted}},
                },
                "responses": responses(400, 401, 408, 413, 415, 422, 429, 503),
            },
        },
        f"/open311/v2/requests/{{code}}.{kind}": {
            "get": {"parameters": [_CODE], "responses": responses(404, 429, 503)}
        },
        f"/open311/v2/tokens/{{code}}.{kind}": {"get": {"parameters": [_CODE], "responses": responses(404, 429)}},
    }


def document(*, needs_key: bool) -> dict[str, Any]:
    """Return the document; `needs_key` says whether the API asks for a key."""
    models: list[tuple[type[BaseModel], Any]] = [(Submission, "validation")]
    models += [(model, "validation") for model in {wish.model for wish in WISHES.values()}]
    models += [(model, "serialization") for model in (Accepted, Received, Status, Stored, Problem)]
    _, definitions = models_json_schema(models, ref_template=REFERENCE)
    found: dict[str, Any] = {
        "openapi": "3.1.0",
        "info": {"title": "LAPOR! API", "version": "1.0.0", "description": "Laporan warga, dan Open311 GeoReport v2."},
        "servers": [{"url": "/"}],
        "paths": {**_api(), **_georeport("json"), **_georeport("xml")},
        "components": {
            "schemas": definitions["$defs"],
            "securitySchemes": {
                "key": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
                "bearer": {"type": "http", "scheme": "bearer"},
            },
        },
    }
    if needs_key:
        found["security"] = [{"key": []}, {"bearer": []}]
    return found
