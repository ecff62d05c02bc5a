"""The operations that the form, the API and Open311 share: check, keep, complete and look up."""

import asyncio
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from datetime import UTC, datetime
from typing import Protocol, TypeVar

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request

from channels import requests
from channels.correspondence import Outgoing
from channels.safe import Outcome, Receipt
from channels.web.parse import FieldError, Submission, faults_of_time, from_form, typed
from channels.web.parts import WebParts
from channels.web.security import ApiKeys
from channels.web.uploads.files import referred
from complaints import tracking
from complaints.case import CaseStatus
from complaints.errors import CaseError, CaseFull, ContractViolation, TrackingCodeError, UnavailableError
from complaints.event import Attachment
from complaints.message import InboundMessage

RETRY_AFTER_S = "30"
"""What a client is told to wait when nothing can be kept."""

HISTORY_STATES = frozenset({"sent", "waiting", "sending"})
"""Letters that the citizen may read here: all but those that a replay made or that came too late."""

LATER = {"Retry-After": RETRY_AFTER_S}
T = TypeVar("T")


class Entry(Protocol):
    """The intake, as far as this door needs it."""

    def accept(self, message: InboundMessage) -> "Future[Receipt]":
        """Keep a complaint (see channels.intake.Intake)."""

    def complete(self, code: str, message: InboundMessage) -> "Future[Receipt]":
        """Add to a case (see channels.intake.Intake)."""


class WebService:
    """The operations that the form, the API and Open311 share. Thread-safe; none of them blocks the event loop."""

    def __init__(self, intake: Entry, parts: WebParts) -> None:
        """Take what the operations need.

        Args:
            intake: where complaints go.
            parts: everything else.
        """
        self._intake = intake
        self._parts = parts

    def checked_form(self, fields: Mapping[str, str]) -> Submission | list[FieldError]:
        """Return what a form says, or everything that is wrong with it: nobody likes to send a form three times.

        Args:
            fields: the form's fields by name.
        """
        sent = from_form(fields)
        if isinstance(sent, Submission):
            return self.checked(sent)
        said, known = typed(fields), {error.field for error in sent}
        more = self.faults(said.get("regency", ""), said.get("occurred", ""))
        return [*sent, *(error for error in more if error.field not in known)]

    def place(self, typed: str) -> str | FieldError:
        """Return the full name of a kabupaten or kota, empty where none was typed, or what may have been meant."""
        if not typed.strip():
            return ""
        if (found := self._parts.regencies.exact(typed)) is not None:
            return found.name
        near = tuple(regency.name for regency in self._parts.regencies.suggest(typed))
        message = (
            "Ada beberapa yang cocok. Pilih salah satu." if near else "Kabupaten/kota ini tidak ada dalam daftar kami."
        )
        return FieldError("regency", message, near)

    def checked(self, submission: Submission) -> Submission | list[FieldError]:
        """Return a submission that may be kept, or all that is wrong with it."""
        found = self.faults(submission.regency, submission.occurred)
        if requests.parse(submission.text) is not None:  # by text message it would be answered as one
            found.append(
                FieldError("text", "Ini pertanyaan tentang status, bukan laporan. Status ada di halaman lacak.")
            )
        return found or submission.model_copy(update={"regency": self.place(submission.regency)})

    def faults(self, regency: str, occurred: str) -> list[FieldError]:
        """Return what is wrong with a place and a date, as they were typed."""
        place = self.place(regency)
        return [*([place] if isinstance(place, FieldError) else []), *faults_of_time(occurred, datetime.now(UTC))]

    async def attachments(self, submission: Submission) -> tuple[Attachment, ...] | list[FieldError]:
        """Return the files that a submission refers to, or which of them are not there."""
        found, faults = [], []
        for number, ref in enumerate(submission.attachments):
            try:
                kept = await run_in_threadpool(referred, self._parts.store, ref.sha256, ref.name)
            except UnavailableError as error:
                raise HTTPException(503, "Lampiran belum dapat dibaca. Silakan coba lagi sebentar.", LATER) from error
            if kept is None:
                faults.append(FieldError(f"attachments.{number}.sha256", "Lampiran ini tidak ada pada kami."))
            else:
                found.append(kept)
        return faults or tuple(found)

    async def keep(self, message: InboundMessage) -> Receipt:
        """Keep a complaint.

        Raises:
            HTTPException: 413, 422 or 503: it is not kept as a complaint.
        """
        return await self._kept(lambda: self._intake.accept(message))

    async def complete(self, code: str, message: InboundMessage) -> Receipt:
        """Add to the case with a code.

        Raises:
            HTTPException: as for `keep`; 404 where there is no such case, 409 where it takes no more.
        """
        try:
            return await self._kept(lambda: self._intake.complete(code, message))
        except CaseFull as error:
            raise HTTPException(
                409,
                "Laporan ini sudah terlalu sering dilengkapi. Silakan sampaikan kelanjutannya sebagai laporan baru.",
            ) from error
        except CaseError as error:
            raise HTTPException(
                404, "Laporan ini belum dapat dilengkapi. Laporan baru perlu beberapa saat; silakan coba lagi."
            ) from error

    async def _kept(self, hand_in: Callable[[], "Future[Receipt]"]) -> Receipt:
        # handing in may block while Kafka is away: not on the event loop
        waiting = await run_in_threadpool(hand_in)
        try:
            receipt = await asyncio.shield(
                asyncio.wrap_future(waiting)
            )  # a client that leaves does not undo what is kept
        except ContractViolation as error:
            raise HTTPException(413, "Laporan terlalu besar.") from error
        except UnavailableError as error:
            raise HTTPException(503, "Laporan belum dapat diterima. Silakan coba lagi sebentar.", LATER) from error
        if receipt.outcome is Outcome.dead_lettered:
            raise HTTPException(422, "Laporan tidak dapat dibaca; petugas akan memeriksanya.")
        return receipt

    async def claim(self, scope: str, key: str, content: str) -> None:
        """Note that a client names a request by a key.

        Raises:
            HTTPException: 422, it named another request so before; 503, that cannot be known now.
        """
        try:
            first = await run_in_threadpool(self._parts.requests.claim, scope, key, content)
        except UnavailableError as error:
            raise HTTPException(503, "Laporan belum dapat diterima. Silakan coba lagi sebentar.", LATER) from error
        if not first:
            raise HTTPException(422, "Idempotency-Key ini sudah dipakai untuk laporan dengan isi lain.")

    async def status(self, code: str) -> CaseStatus | None:
        """Return where a case stands; None where it is not there yet.

        Raises:
            HTTPException: 503, it cannot be known now.
        """
        try:
            return await run_in_threadpool(self._parts.cases.status, code)
        except UnavailableError as error:
            raise HTTPException(
                503, "Status laporan belum dapat dilihat. Silakan coba lagi sebentar.", LATER
            ) from error

    async def letters(self, code: str) -> list[Outgoing]:
        """Return what was written to the citizen about a case, oldest first."""
        found = await run_in_threadpool(self._parts.letters.history, code)
        return [letter for letter in found if letter.state in HISTORY_STATES and not letter.reply.replayed]


def code_in(parameters: Mapping[str, str]) -> str:
    """Return the tracking code of a path.

    Raises:
        HTTPException: 404, it is none.
    """
    try:
        return tracking.parse(parameters["code"])
    except TrackingCodeError as error:
        raise HTTPException(404, "Kode laporan ini tidak dikenal. Periksa lagi hurufnya.") from error


def client_name(request: Request, keys: ApiKeys, key: str) -> str:
    """Return who a client of the API is: its key's name, or its address where the API is open.

    Raises:
        HTTPException: 401, it needs a key and shows none of ours.
    """
    if not keys.asked_for:
        return request.client.host if request.client else ""
    name = keys.name_of(key) if key else None
    if name is None:
        raise HTTPException(401, "Kunci API diperlukan.", {"WWW-Authenticate": "Bearer"})
    return f"key {name}"
