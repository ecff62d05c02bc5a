"""The pages to dispute, rate, withdraw or hide a case, and to forget its receipt key: forms that need no JavaScript."""

from http import HTTPStatus
from typing import Any, Final
from uuid import uuid4

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from channels.web.messages import name_of
from channels.web.parse import FieldError, checked_as
from channels.web.parts import WebParts
from channels.web.responses import page
from channels.web.service import WebService, code_in
from channels.web.told import number_for_emergencies
from channels.web.wishes import (
    HIDE,
    MOST_WORDS,
    NOT_DONE,
    RATE,
    SHOW,
    WISHES,
    WITHDRAW,
    KeyedWording,
    Wish,
    Wording,
    act_of,
    is_possible,
    link_to,
    message,
    offered,
    why_not,
)
from complaints import tracking
from complaints.case import CaseStatus

EXPIRED = FieldError(
    "form",
    "Formulir ini sudah terlalu lama terbuka. Kirim sekali lagi."
    " Bila pesan ini terus muncul, izinkan cookie untuk situs ini.",
)


_LABELS: Final = {
    "stars": "Nilai",
    "hide": "Yang disembunyikan",
    "show": "Yang ditampilkan lagi",
    "receipt_key": "Kunci tanda terima",
    "form": "Formulir",
}


class WishPages:
    """The request handlers. Each confirms only after it has the receipt of the message."""

    def __init__(self, service: WebService, parts: WebParts) -> None:
        self._service, self._parts = service, parts

    async def get(self, request: Request) -> Response:
        """Show the form of a wish; that of a withdrawal also asks for confirmation."""
        return await self._form(request, _wish(request), {}, [])

    async def post(self, request: Request) -> Response:
        """Take a wish; if it is invalid or not possible, show its form again with the values as typed."""
        wish, code = _wish(request), code_in(request.path_params)
        form = await self._parts.reader.read(request)
        fields = {
            name: value.replace("\r\n", "\n") for name, value in form.fields.items() if name in wish.model.model_fields
        }
        if not self._parts.forms.is_ours(request, form.fields.get("token", "")):
            return await self._form(request, wish, fields, [EXPIRED])
        said = checked_as(wish.model, _typed(fields))
        if isinstance(said, list):
            return await self._form(request, wish, fields, said)
        try:
            return await self._keep(request, wish, said, code, form.fields.get("form_key"))
        except HTTPException as error:
            at = "receipt_key" if error.status_code == HTTPStatus.FORBIDDEN else "form"
            answer = await self._form(request, wish, fields, [FieldError(at, error.detail)])
            answer.status_code = error.status_code
            answer.headers.update(error.headers or {})
            return answer

    async def get_forget(self, request: Request) -> Response:
        """Ask whether this browser should forget the receipt key of a case, and show the key once more."""
        code = code_in(request.path_params)
        case = await self._service.own_case(code, self._parts.receipts.held(request, code))
        if not self._parts.proofs.held(request, case):
            return RedirectResponse(f"/lacak/{code}", status_code=303)
        browser = self._parts.forms.browser(request)
        answer = page(
            "forget.html",
            code=code,
            spaced=tracking.spaced(code),
            receipt_key=self._parts.proofs.of(case),
            token=self._parts.forms.token(browser),
        )
        self._parts.forms.set_cookie(request, answer, browser)
        return answer

    async def post_forget(self, request: Request) -> Response:
        """Let this browser forget the receipt key of a case."""
        code = code_in(request.path_params)
        form = await self._parts.reader.read(request)
        answer = RedirectResponse(f"/lacak/{code}", status_code=303)
        if self._parts.forms.is_ours(request, form.fields.get("token", "")):
            case = await self._service.own_case(code, self._parts.receipts.held(request, code))
            self._parts.proofs.forget(request, answer, case)
        return answer

    async def _keep(self, request: Request, wish: Wish, said: Wording, code: str, key: str | None) -> Response:
        case = await self._service.own_case(code, self._parts.receipts.held(request, code))
        if not is_possible(wish, case):
            raise HTTPException(409, why_not(wish, case).message)
        if isinstance(said, KeyedWording):
            self._parts.proofs.require(case, said.receipt_key, request)
        own = case.tracking_code
        wanted = message(
            said, act_of(wish, said, case.state), about=own, upstream_id=name_of(f"wish/{wish.path}", own, key)
        )
        receipt = await self._service.keep(wanted)
        answer = RedirectResponse(f"/lacak/{code}?permintaan={wish.path}", status_code=303)
        is_danger = bool(number_for_emergencies(said.text))
        signed = self._parts.receipts.sign(case, code, receipt.message_id, is_danger=is_danger)
        self._parts.receipts.give(request, answer, signed)
        return answer

    async def _form(self, request: Request, wish: Wish, fields: dict[str, str], errors: list[FieldError]) -> Response:
        code = code_in(request.path_params)
        browser = self._parts.forms.browser(request)
        try:
            case = await self._service.own_case(code, self._parts.receipts.held(request, code))
        except HTTPException as error:
            case, errors = None, [*errors, FieldError("form", error.detail)]
        can = bool(fields) if case is None else is_possible(wish, case)
        if case is not None and not can:
            errors = [why_not(wish, case)]
        status = (403 if EXPIRED in errors else 422) if errors else 200
        answer = page(
            "wish.html",
            status=status,
            **shared(wish, fields, code, token=self._parts.forms.token(browser)),
            needs_key=wish.personal and not (case and self._parts.proofs.held(request, case)),
            errors={error.field: error for error in errors},
            possible=can,
            offered=case and offered(wish, case),
            labels=_LABELS | {"text": wish.words},
        )
        self._parts.forms.set_cookie(request, answer, browser)
        return answer


def wishes_for(status: CaseStatus | None, code: str, *, token: str, is_held: bool, stars: int) -> dict[str, Any]:
    """Return the forms of wishes to show on the page of a case, and the links to wishes with a page of their own.

    Args:
        status: the status of the case; None if it is not known, and no wish is possible.
        code: the tracking code of the case.
        token: the token of the browser's forms.
        is_held: whether the browser keeps the receipt key of the case.
        stars: the citizen's rating; 0 if there is none yet. Rating is a form before the first one, and a link after it.
    """
    if status is None:
        return {"forms": [], "links": []}
    here = (NOT_DONE,) if stars else (NOT_DONE, RATE)
    elsewhere = (RATE, WITHDRAW, HIDE, SHOW) if stars else (WITHDRAW, HIDE, SHOW)
    forms = [
        shared(wish, {}, code, token=token) | {"needs_key": wish.personal and not is_held}
        for wish in here
        if is_possible(wish, status)
    ]
    links = [(wish.path, link_to(wish, status)) for wish in elsewhere if is_possible(wish, status)]
    return {"forms": forms, "links": links}


def shared(wish: Wish, fields: dict[str, str], code: str, *, token: str) -> dict[str, Any]:
    """Return the values for the template of a wish's form."""
    return {
        "wish": wish,
        "code": code,
        "spaced": tracking.spaced(code),
        "token": token,
        "values": {"form_key": uuid4().hex, **fields},
        "longest": MOST_WORDS,
    }


def _wish(request: Request) -> Wish:
    found = WISHES.get(request.path_params["wish"])
    if found is None:
        raise HTTPException(404, "Halaman ini tidak ada.")
    return found


def _typed(fields: dict[str, str]) -> dict[str, Any]:
    """Return the fields of a form as the API sends them: a rating as a number."""
    stars = fields.get("stars", "")
    return {**fields, "stars": int(stars)} if stars in {"1", "2", "3", "4", "5"} else dict(fields)
