"""The documents of Open311 GeoReport v2: services, definitions, requests and errors, in XML and JSON. Pure.

Source: the GeoReport v2 specification of open311.org. Service codes are our categories; a request's id is its tracking code.
"""

import json
import re
from collections.abc import Mapping
from typing import Any
from xml.etree import ElementTree as ET

from channels.web.categories import Category, categories, find
from channels.web.parse import FieldError
from complaints.case import CaseStatus

XML, JSON = "text/xml; charset=utf-8", "application/json; charset=utf-8"

NOTICE = "Simpan service_request_id: dengan kode itu laporan dapat dilacak dan dilengkapi."

_NO_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML 1.0 cannot hold."""

_ITEMS = {
    "services": "service",
    "attributes": "attribute",
    "values": "value",
    "service_requests": "request",
    "errors": "error",
}
"""The names of a list's elements, by the name of the list."""

ATTRIBUTES = (
    ("title", "string", "Judul laporan", ()),
    ("regency", "string", "Kabupaten/kota kejadian: nama atau kode Kemendagri", ()),
    ("occurred", "string", "Tanggal kejadian: YYYY-MM-DD, atau dengan kata", ()),
    ("agency", "string", "Instansi tujuan, bila Anda tahu", ()),
    (
        "anonymous",
        "singlevaluelist",
        "Tandai bagi instansi bahwa saya tidak mau dikenali",
        (("true", "Ya"), ("false", "Tidak")),
    ),
    ("secret", "singlevaluelist", "Sembunyikan laporan ini dari publik", (("true", "Ya"), ("false", "Tidak"))),
)
"""The attributes of every service, besides the fields of GeoReport: code, datatype, description, choices. None is required."""

_GEOREPORT = {"description": "text", "address_string": "location"}
"""GeoReport's names of our fields."""


def render(root: str, value: Any, *, xml: bool) -> tuple[bytes, str]:
    """Return a document and its media type.

    Args:
        root: the name of the outermost element; JSON has none.
        value: dicts, lists and texts; None for an empty element.
        xml: whether to write XML; otherwise JSON.
    """
    if not xml:
        return json.dumps(value, ensure_ascii=False).encode("utf-8", "replace"), JSON
    return ET.tostring(_element(root, value), encoding="utf-8", xml_declaration=True), XML


def _element(name: str, value: Any) -> ET.Element:
    element = ET.Element(name)
    if isinstance(value, Mapping):
        element.extend(_element(key, inner) for key, inner in value.items())
    elif isinstance(value, (list, tuple)):
        element.extend(_element(_ITEMS[name], inner) for inner in value)
    elif isinstance(value, bool):
        element.text = "true" if value else "false"
    elif value is not None:
        element.text = _NO_XML.sub("\ufffd", str(value))
    return element


def errors(code: int, description: str, *, xml: bool) -> tuple[bytes, str]:
    """Return an error document and its media type."""
    return render("errors", [{"code": code, "description": description}], xml=xml)


def service(category: Category) -> dict[str, Any]:
    """Return a category as an entry in the list of services."""
    return {
        "service_code": category.code,
        "service_name": category.shown,
        "description": f"Laporan tentang {category.shown}",
        "metadata": True,
        "type": "realtime",
        "keywords": ",".join(category.keywords),
        "group": "SP4N-LAPOR!",
    }


def services() -> list[dict[str, Any]]:
    """Return the services that are offered."""
    return [service(category) for category in categories() if category.offered]


def definition(category: Category) -> dict[str, Any]:
    """Return a service's definition."""
    return {
        "service_code": category.code,
        "attributes": [
            {
                "variable": True,
                "code": code,
                "datatype": datatype,
                "required": False,
                "datatype_description": None,
                "order": order,
                "description": description,
                "values": [{"key": key, "name": name} for key, name in values],
            }
            for order, (code, datatype, description, values) in enumerate(ATTRIBUTES, 1)
        ],
    }


def submission(fields: Mapping[str, str]) -> dict[str, Any] | list[FieldError]:
    """Return a posted request as our own fields, or its errors."""
    code = fields.get("service_code", "").strip()
    category = find(code) if code else None
    if category is None:
        return [
            FieldError("service_code", "service_code wajib diisi." if not code else "service_code ini tidak dikenal.")
        ]
    found: dict[str, Any] = {"category": category.code}
    for name, ours in _GEOREPORT.items():
        if fields.get(name):
            found[ours] = fields[name].replace("\r\n", "\n")
    for name, *_ in ATTRIBUTES:
        if fields.get(f"attribute[{name}]"):
            found[name] = fields[f"attribute[{name}]"]
    return found


def position(fields: Mapping[str, str]) -> tuple[float, float] | None:
    """Return latitude and longitude in degrees; None if they are not given, or are no place on Earth."""
    try:
        lat, long = float(fields.get("lat", "")), float(fields.get("long", ""))
    except ValueError:
        return None
    return (lat, long) if -90 <= lat <= 90 and -180 <= long <= 180 else None  # noqa: PLR2004  # degrees


def posted(code: str, warning: str = "") -> list[dict[str, Any]]:
    """Return the answer to a post; `warning` is a sentence to put before the notice, or empty."""
    notice = f"{warning} {NOTICE}" if warning else NOTICE
    return [{"service_request_id": code, "service_notice": notice, "account_id": None}]


def token(code: str) -> list[dict[str, Any]]:
    """Return the request that a token stands for. Our requests get their id at once, so the token is the id itself."""
    return [{"service_request_id": code, "token": code}]


def request(status: CaseStatus) -> dict[str, Any]:
    """Return the status of a case, without the content of the report: anybody with the code may ask."""
    return {
        "service_request_id": status.tracking_code,
        "status": "closed" if status.state == "closed" else "open",
        "status_notes": status.answer or status.state,
        "service_name": None,
        "service_code": None,
        "description": None,
        "agency_responsible": status.owner,
        "service_notice": NOTICE,
        "requested_datetime": status.received_at.isoformat(timespec="seconds"),
        "updated_datetime": status.since.isoformat(timespec="seconds"),
        "expected_datetime": f"{status.due.isoformat()}T23:59:59+07:00" if status.due else None,
        "address": None,
        "address_id": None,
        "zipcode": None,
        "lat": None,
        "long": None,
        "media_url": None,
    }
