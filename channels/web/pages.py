"""The pages: the form, the confirmation, and the tracking of a case; all of them work without JavaScript."""

from collections.abc import Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any
from uuid import uuid4

from msgspec import ValidationError, convert, to_builtins
from msgspec.structs import replace
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from channels.web.case_wishes import wishes_for
from channels.web.categories import categories
from channels.web.messages import NAME, addition, inbound, name_of
from channels.web.parse import AS_WRITTEN, EASTERNMOST, LONGEST_TEXT, MOST_ATTACHMENTS, FieldError
from channels.web.parts import WebParts
from channels.web.receipt_keys import Reported, proves_itself, sending_of
from channels.web.receipts import Sent
from channels.web.responses import page
from channels.web.service import Seen, WebService, code_in
from channels.web.told import STATES, Story, moment, number_for_emergencies
from channels.web.uploads.faults import FILE_FAULTS, MEGABYTE
from channels.web.uploads.multipart import Form
from channels.web.wishes import WISHES
from complaints import status_requests, tracking, wording
from complaints.calendar import written_day
from complaints.errors import TrackingCodeError
from complaints.event import Attachment
from normalizer.emergency import OCCASION

LABELS = {
    "title": "Judul",
    "text": "Isi laporan",
    "regency": "Kabupaten/kota",
    "location": "Alamat atau patokan",
    "occurred": "Tanggal kejadian",
    "agency": "Instansi tujuan",
    "category": "Kategori",
    "attachments": "Lampiran",
    "key": "Kunci tanda terima",
    "website": "Isian tambahan",
    "form": "Formulir",
}

EXPIRED = FieldError(
    "form",
    "Formulir ini sudah terlalu lama terbuka. Periksa isi dan lampirannya, lalu kirim sekali lagi."
    " Bila pesan ini terus muncul, izinkan cookie untuk situs ini.",
)
_ANSWERS = frozenset(("dilengkapi", "permintaan"))
"""The query parameters with which the page of a case confirms an addition or a wish; without them it does not mention either."""

MADE_BY_MACHINE = FieldError("website", "Kosongkan isian ini, lalu kirim sekali lagi.")


class Pages:
    """The request handlers. Each confirms only after it has the receipt of the message."""

    def __init__(self, service: WebService, parts: WebParts) -> None:
        self._service = service
        self._parts = parts
        self._forms = parts.forms
        self._receipts = parts.receipts
        self._most_mb = parts.max_file_bytes // MEGABYTE

    async def get_form(self, request: Request) -> Response:
        """Show the empty form."""
        return self._form(request, fields={}, errors=[], files=())

    async def post_form(self, request: Request) -> Response:
        """Take a filled form. If a field is invalid, show the form again with an error beside the field, and all values and files."""
        form, files, errors = await self._read(request)
        if (asked := status_requests.parse(form.fields.get("text", ""))) is not None and not (files or errors):
            return RedirectResponse(f"/lacak/{asked.code}" if asked.code else "/lacak", status_code=303)
        found = self._service.checked_form(form.fields)
        if isinstance(found, list):
            errors = [*found, *errors]
        if errors or isinstance(found, list):
            return self._form(request, fields=form.fields, errors=errors, files=files)
        name = name_of("form", self._forms.browser(request), form.fields.get("form_key"))
        # no other browser can send this name
        message = replace(inbound(found, upstream_id=name, attachments=files), proven=True)
        sending, earlier = sending_of(message), await self._service.earlier(message)
        try:
            receipt = await self._service.keep(message)
        except HTTPException as error:
            fault = FieldError("form", error.detail)
            return _refused(error, self._form(request, fields=form.fields, errors=[fault], files=files))
        path = f"/lacak/{receipt.tracking_code}?lagi=1" if earlier else f"/diterima/{receipt.tracking_code}"
        answer = RedirectResponse(path, status_code=303)
        is_danger = bool(number_for_emergencies(found.title, found.text))
        signed = self._receipts.sign(sending, receipt.tracking_code, is_danger=is_danger)
        self._receipts.give(request, answer, signed)
        if proves_itself(sending, earlier):
            self._parts.proofs.give(request, answer, sending)
        return answer

    async def _read(self, request: Request) -> tuple[Form, tuple[Attachment, ...], list[FieldError]]:
        """Return a form, its files of this and earlier sendings, and the errors in both. Files count only if the token is ours."""

        def is_ours(form: Form) -> bool:
            return self._forms.is_ours(request, form.fields.get("token", ""))

        form = await self._parts.reader.read(request, gate=is_ours)
        ours = is_ours(form)
        kept = self._kept(form) if ours else ()
        files = {
            file.sha256: file for file in (*kept, *(upload.attachment for upload in form.files)) if file is not None
        }
        errors = [] if ours else [EXPIRED]
        if form.fields.get("website"):
            errors.append(MADE_BY_MACHINE)
        if told := self._file_faults(form, len(files)) if ours else "":
            errors.append(FieldError("attachments", told))
        return form, tuple(files.values())[:MOST_ATTACHMENTS], errors

    def _file_faults(self, form: Form, count: int) -> str:
        told = [
            FILE_FAULTS[upload.fault].form.format(name=upload.name, most=self._most_mb)
            for upload in form.files
            if upload.fault
        ]
        if form.surplus or count > MOST_ATTACHMENTS:
            told.append(f"Paling banyak {MOST_ATTACHMENTS} lampiran.")
        return " ".join(told)

    def _kept(self, form: Form) -> tuple[Attachment, ...]:
        """Return the files of an earlier sending that the citizen has not removed from the list."""
        dropped = set(form.lists.get("drop", ()))
        try:
            files = convert(self._forms.signed_files(form.fields.get("kept", "")), list[Attachment])
        except ValidationError:
            return ()
        return tuple(file for file in files if file.sha256 not in dropped)

    def _form(
        self,
        request: Request,
        *,
        fields: Mapping[str, str],
        errors: list[FieldError],
        files: tuple[Attachment, ...],
    ) -> Response:
        browser = self._forms.browser(request)
        status = 403 if EXPIRED in errors else 422
        answer = page(
            "form.html",
            status=status if errors else 200,
            values={"form_key": uuid4().hex, **fields},
            errors={error.field: error for error in errors},
            labels=LABELS,
            categories=categories(),
            today=(datetime.now(UTC) + EASTERNMOST).date().isoformat(),
            as_written=AS_WRITTEN,
            longest=LONGEST_TEXT,
            **self._shared(browser, files),
        )
        self._forms.set_cookie(request, answer, browser)
        return answer

    def _shared(self, browser: str, files: tuple[Attachment, ...]) -> dict[str, Any]:
        return {
            "token": self._forms.token(browser),
            "files": files,
            "kept": self._forms.sign_files(to_builtins(files)),
            "most_files": MOST_ATTACHMENTS,
            "most_mb": self._most_mb,
        }

    async def get_regencies(self, request: Request) -> Response:
        """Return the kabupaten and kota that the typed letters may mean."""
        found = self._parts.regencies.suggest(request.query_params.get("q", ""))
        return JSONResponse([{"code": regency.code, "name": regency.name} for regency in found])

    async def get_received(self, request: Request) -> Response:
        """Show the code, our question if we have one, and the emergency number if the sender has just reported danger to life."""
        code = code_in(request.path_params)
        sent = self._receipts.held(request, code)
        case, question = None, ""
        if sent is not None:
            case, question = await self._service.asked(code, sent)
            code = case.tracking_code if case else code
        key = self._receipt_key(request, case or sent)
        spaced = tracking.spaced(code)
        return page(
            "received.html", code=code, spaced=spaced, warning=_warning(sent), receipt_key=key, question=question
        )

    def _receipt_key(self, request: Request, reported: Reported | None) -> str:
        """Return the receipt key in its displayed form if this browser keeps it, else an empty text."""
        proofs = self._parts.proofs
        return proofs.of(reported) if reported and proofs.held(request, reported) else ""

    async def get_search(self, request: Request) -> Response:
        """Ask for a tracking code, and redirect to its page."""
        sought = request.query_params.get("kode", "").strip()
        error = ""
        if sought:
            try:
                return RedirectResponse(f"/lacak/{tracking.parse(sought)}", status_code=303)
            except TrackingCodeError:
                error = "Kode ini tidak benar. Kode laporan terdiri dari 11 huruf dan angka; periksa lagi."
        elif "kode" in request.query_params:
            error = "Isi kode laporan Anda."
        return page("search.html", status=422 if error else 200, typed=sought, error=error)

    async def get_case(self, request: Request) -> Response:
        """Show the status of a case, and what has happened to it."""
        return await self._case(request, code_in(request.path_params), fields={}, errors=[], files=())

    async def post_case(self, request: Request) -> Response:
        """Add a text or files to a case."""
        code = code_in(request.path_params)
        form, files, errors = await self._read(request)
        text = form.fields.get("text", "").replace("\r\n", "\n").strip()
        if not text and not files:
            errors.append(FieldError("text", "Isi keterangan, atau lampirkan berkas."))
        if len(text) > LONGEST_TEXT:
            errors.append(FieldError("text", f"Isian ini terlalu panjang, paling banyak {LONGEST_TEXT} karakter."))
        if errors:
            return await self._case(request, code, fields=form.fields, errors=errors, files=files)
        try:
            case = await self._service.own_case(code, self._receipts.held(request, code))
            own = case.tracking_code
            is_proven = self._parts.proofs.given(request, case, form.fields.get("key", ""))
            name = name_of("addition", own, form.fields.get("form_key"))
            added = addition(text, about=own, upstream_id=name, attachments=files)
            receipt = await self._service.keep(replace(added, proven=is_proven))
        except HTTPException as error:
            at = "key" if error.status_code == HTTPStatus.FORBIDDEN else "form"
            fault = FieldError(at, error.detail)
            return _refused(error, await self._case(request, code, fields=form.fields, errors=[fault], files=files))
        answer = RedirectResponse(f"/lacak/{code}?dilengkapi=1", status_code=303)
        is_danger = bool(number_for_emergencies(text))
        signed = self._receipts.sign(case, code, receipt.message_id, is_danger=is_danger)
        self._receipts.give(request, answer, signed)
        return answer

    async def _case(
        self,
        request: Request,
        code: str,
        *,
        fields: Mapping[str, str],
        errors: list[FieldError],
        files: tuple[Attachment, ...],
    ) -> Response:
        browser, asks = self._forms.browser(request), request.query_params
        sent, unknown, story = self._receipts.held(request, code), "", Story()
        is_answer = sent is not None and sent.command_id is not None and not asks.keys().isdisjoint(_ANSWERS)
        try:
            seen = await (self._service.settled if is_answer else self._service.seen)(code, sent)
            if seen.status is not None:
                code = seen.status.tracking_code
                story = await self._service.story(code)
        except HTTPException as error:
            seen, unknown = Seen(status=None, sent=sent), error.detail
        status = seen.status
        key = self._receipt_key(request, status)
        answer = page(
            "case.html",
            status=(403 if EXPIRED in errors else 422) if errors else 200,
            code=code,
            spaced=tracking.spaced(code),
            case=status,
            unknown=unknown,
            states=STATES,
            story=story,
            **wishes_for(status, code, token=self._forms.token(browser), is_held=bool(key), stars=story.stars),
            receipt_key=key,
            may_prove=status is not None and status.by_code and status.state != "closed" and not key,
            changed="lagi" in asks,
            warning=_warning(sent) if "lagi" in asks or is_answer else "",
            wished=WISHES.get(asks.get("permintaan", "")),
            day=written_day,
            moment=moment,
            received=moment(seen.sent.at) if seen.sent else "",
            result=seen.facts[0] if seen.facts else None,
            completed="lagi" in asks or is_answer,
            values={"form_key": uuid4().hex, **fields},
            errors={error.field: error for error in errors},
            labels={**LABELS, "text": "Keterangan tambahan"},
            longest=LONGEST_TEXT,
            **self._shared(browser, files),
        )
        self._forms.set_cookie(request, answer, browser)
        return answer


def _warning(sent: Sent | None) -> str:
    """Return the sentence with the emergency number if the sender has just reported danger; else an empty text."""
    return wording.text(OCCASION, NAME) if sent is not None and sent.is_danger else ""


def _refused(error: HTTPException, answer: Response) -> Response:
    """Give the page of a form the status and the headers of an error, and return it."""
    answer.status_code = error.status_code
    answer.headers.update(error.headers or {})
    return answer
