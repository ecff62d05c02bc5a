"""Serves Open311 GeoReport v2, with the same operations as the form and the API."""

import json
from pathlib import PurePosixPath
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from channels.web.categories import find
from channels.web.messages import inbound, name_of
from channels.web.open311 import documents
from channels.web.parse import FieldError, from_json
from channels.web.parts import WebParts
from channels.web.receipt_keys import proves_itself, sending_of
from channels.web.responses import Handler, by_method
from channels.web.security import presented_key, region_of
from channels.web.service import LATER, WebService, idempotency_key, owner_of
from channels.web.told import number_for_emergencies
from channels.web.uploads.faults import UNAVAILABLE, api_answer
from complaints import tracking
from complaints.errors import TrackingCodeError
from complaints.event import Attachment

MOST_IDS = 50
"""The maximum number of ids in one request: each is looked up."""

FORMATS = ("json", "xml")


def _answer(request: Request, root: str, value: Any, status: int = 200) -> Response:
    body, media_type = documents.render(root, value, xml=request.url.path.endswith(".xml"))
    return Response(body, status_code=status, media_type=media_type)


def _no_case() -> HTTPException:
    return HTTPException(404, "service_request_id ini tidak dikenal.")


class GeoReport:
    """The request handlers of GeoReport."""

    def __init__(self, service: WebService, parts: WebParts) -> None:
        self._service = service
        self._parts = parts

    def routes(self) -> list[Route]:
        """Return the routes, in both formats."""
        table: dict[str, dict[str, Handler]] = {
            "services": {"get": self.get_services},
            "services/{code}": {"get": self.get_service},
            "requests": {"get": self.get_requests, "post": self.post_request},
            "requests/{code}": {"get": self.get_request},
            "tokens/{code}": {"get": self.get_token},
        }
        return [
            Route(f"/open311/v2/{path}.{kind}", handler, methods=methods)
            for path, handlers in table.items()
            for handler, methods in [by_method(**handlers)]
            for kind in FORMATS
        ]

    async def get_services(self, request: Request) -> Response:
        """List the services."""
        return _answer(request, "services", documents.services())

    async def get_service(self, request: Request) -> Response:
        """Return the definition of a service."""
        category = find(request.path_params["code"])
        if category is None:
            raise HTTPException(404, "service_code ini tidak dikenal.")
        return _answer(request, "service_definition", documents.definition(category))

    async def post_request(self, request: Request) -> Response:
        """Take a request, with files if the client sends any."""
        shown = presented_key(request.headers) or request.query_params.get("api_key", "")
        gate = lambda form: self._known(shown or form.fields.get("api_key", ""))  # noqa: E731
        form = await self._parts.reader.read(request, gate)
        owner = owner_of(shown or form.fields.get("api_key", ""), self._parts.keys)
        fields = {**request.query_params, **form.fields}
        sent = documents.submission(fields)
        found = sent if isinstance(sent, list) else from_json(json.dumps(sent).encode())
        checked = found if isinstance(found, list) else self._service.checked(found)
        if isinstance(checked, list):
            raise HTTPException(400, " ".join(_told(error) for error in checked))
        attachments = self._files(form.files)
        if url := fields.get("media_url", "").strip():
            attachments += (_linked(url),)
        message = inbound(
            checked,
            upstream_id=name_of("open311", owner, idempotency_key(request)),
            attachments=attachments,
            position=documents.position(fields),
            region=region_of(owner),
        )
        sending = sending_of(message)
        is_own = proves_itself(sending, await self._service.earlier(message))
        receipt = await self._service.keep(message)
        key = f"Kunci tanda terima: {self._parts.proofs.of(sending)}." if is_own else ""
        notice = " ".join(filter(None, (number_for_emergencies(checked.title, checked.text), key)))
        return _answer(request, "service_requests", documents.posted(receipt.tracking_code, notice))

    def _known(self, key: str) -> bool:
        try:
            owner_of(key, self._parts.keys)
        except HTTPException:
            return False
        return True

    def _files(self, uploads: Any) -> tuple[Attachment, ...]:
        kept = []
        for upload in uploads:
            if upload.attachment is None:
                status, title = api_answer(upload.fault, self._parts.max_file_bytes)
                raise HTTPException(status, title, LATER if status == UNAVAILABLE else None)
            kept.append(upload.attachment)
        return tuple(kept)

    async def get_requests(self, request: Request) -> Response:
        """List the cases with the given ids, which override all other arguments, as the specification demands.

        There is no list without ids: an id is a tracking code, which only the sender of the report may know.
        """
        asked = request.query_params
        ids = [code.strip() for code in asked.get("service_request_id", "").split(",") if code.strip()]
        if not ids or len(ids) > MOST_IDS:
            raise HTTPException(
                400, f"Sebutkan 1 sampai {MOST_IDS} service_request_id: kode laporan tidak kami umumkan."
            )
        found = [await self._service.status(_code(code)) for code in ids]
        return _answer(
            request, "service_requests", [documents.request(status) for status in found if status is not None]
        )

    async def get_request(self, request: Request) -> Response:
        """Return the status of a case."""
        status = await self._service.status(_code(request.path_params["code"]))
        if status is None:
            raise _no_case()
        return _answer(request, "service_requests", [documents.request(status)])

    async def get_token(self, request: Request) -> Response:
        """Return the request id for a token, which is the token itself."""
        return _answer(request, "service_requests", documents.token(_code(request.path_params["code"])))


def _code(text: str) -> str:
    try:
        return tracking.parse(text)
    except TrackingCodeError as error:
        raise _no_case() from error


def _told(error: FieldError) -> str:
    maybe = f" ({'; '.join(error.suggestions)})" if error.suggestions else ""
    names = {"text": "description", "location": "address_string"}
    return f"{names.get(error.field, error.field)}: {error.message}{maybe}"


def _linked(url: str) -> Attachment:
    """Return the attachment for a file on another server. It is never fetched from here."""
    name = PurePosixPath(url.partition("?")[0]).name[:120] or "lampiran"
    return Attachment(name=name, media_type="application/octet-stream", size_bytes=0, url=url[:2000])
