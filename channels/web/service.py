"""The operations that the form, the API and Open311 share: check, keep and complete a complaint, and look up a case."""

import asyncio
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol, TypeVar
from uuid import UUID

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request

from channels import status_requests
from channels.correspondence import Outgoing
from channels.safe import Outcome, Receipt
from channels.web.parse import FieldError, Submission, faults_of_time, from_form, typed
from channels.web.parts import WebParts
from channels.web.receipts import Sent
from channels.web.security import ApiKeys
from channels.web.uploads.files import referred
from complaints import tracking
from complaints.case import CaseStatus
from complaints.errors import CaseError, ContractViolation, TrackingCodeError, UnavailableError
from complaints.event import Attachment
from complaints.fact import Fact
from complaints.message import InboundMessage

RETRY_AFTER_S = "30"
"""Seconds after which a client should try again if nothing can be kept now."""

HISTORY_STATES = frozenset({"sent", "waiting", "sending"})
"""The states of replies that the citizen may read here: not "expired" (it came too late) or "undeliverable"."""

LATER = {"Retry-After": RETRY_AFTER_S}
"""The header of an answer that asks the client to try again later."""

T = TypeVar("T")


class Entry(Protocol):
    """The part of the intake that the web channel needs."""

    def accept(self, message: InboundMessage) -> "Future[Receipt]":
        """Keep a complaint (see channels.intake.Intake)."""

    def complete(self, code: str, message: InboundMessage) -> "Future[Receipt]":
        """Add a message to a case (see channels.intake.Intake)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What somebody may see under a tracking code.

    Attributes:
        status: the status of the case; None if the view has none.
        sent: what the holder of a receipt has sent and the view does not have yet; None if there is nothing like that.
        facts: what became of the addition that the holder of a receipt has sent; empty if it is in `sent`.
    """

    status: CaseStatus | None
    sent: Sent | None = None
    facts: tuple[Fact, ...] = ()


class WebService:
    """The operations that the form, the API and Open311 share. Thread-safe; its coroutines do not block the event loop."""

    def __init__(self, intake: Entry, parts: WebParts) -> None:
        """Keep the parts.

        Args:
            intake: takes the messages.
            parts: the other parts of the web channel.
        """
        self._intake = intake
        self._parts = parts

    def checked_form(self, fields: Mapping[str, str]) -> Submission | list[FieldError]:
        """Return the content of a form, or all its faults at once, so that the citizen need not send it several times.

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
        """Return the full name of a kabupaten or kota (empty if none was typed), or an error with the names that may have been meant."""
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
        """Return a submission that may be kept, with the full name of its place, or all its faults."""
        found = self.faults(submission.regency, submission.occurred)
        if status_requests.parse(submission.text) is not None:  # the intake would take it for a question about a case
            found.append(
                FieldError("text", "Ini pertanyaan tentang status, bukan laporan. Status ada di halaman lacak.")
            )
        return found or submission.model_copy(update={"regency": self.place(submission.regency)})

    def faults(self, regency: str, occurred: str) -> list[FieldError]:
        """Return the faults of a place and a date as they were typed."""
        place = self.place(regency)
        return [*([place] if isinstance(place, FieldError) else []), *faults_of_time(occurred, datetime.now(UTC))]

    async def attachments(self, submission: Submission) -> tuple[Attachment, ...] | list[FieldError]:
        """Return the attachments that a submission refers to, or an error for each that does not exist.

        Raises:
            HTTPException: 503, the store of attachments cannot be read now.
        """
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
            HTTPException: 413, it is too large; 422, it became a dead letter; 503, it cannot be kept now.
        """
        return await self._kept(lambda: self._intake.accept(message))

    async def complete(self, code: str, message: InboundMessage) -> Receipt:
        """Add a message to the case with a code.

        Raises:
            HTTPException: as for `keep`; 404, there is no such case, or nobody can tell now.
        """
        try:
            return await self._kept(lambda: self._intake.complete(code, message))
        except CaseError as error:
            raise HTTPException(
                404, "Laporan ini belum dapat dilengkapi. Laporan baru perlu beberapa saat; silakan coba lagi."
            ) from error

    async def _kept(self, hand_in: Callable[[], "Future[Receipt]"]) -> Receipt:
        # this call may block while Kafka is away, so it must not run on the event loop
        waiting = await run_in_threadpool(hand_in)
        try:
            receipt = await asyncio.shield(
                asyncio.wrap_future(waiting)
            )  # if the client disconnects, the message is kept nevertheless
        except ContractViolation as error:
            raise HTTPException(413, "Laporan terlalu besar.") from error
        except UnavailableError as error:
            raise HTTPException(503, "Laporan belum dapat diterima. Silakan coba lagi sebentar.", LATER) from error
        if receipt.outcome is Outcome.dead_lettered:
            raise HTTPException(422, "Laporan tidak dapat dibaca; petugas akan memeriksanya.")
        return receipt

    async def claim(self, scope: str, key: str, content: str) -> None:
        """Record the idempotency key of a client's request.

        Raises:
            HTTPException: 422, the client used the key for a request with other content before; 503, that cannot be known now.
        """
        try:
            first = await run_in_threadpool(self._parts.requests.claim, scope, key, content)
        except UnavailableError as error:
            raise HTTPException(503, "Laporan belum dapat diterima. Silakan coba lagi sebentar.", LATER) from error
        if not first:
            raise HTTPException(422, "Idempotency-Key ini sudah dipakai untuk laporan dengan isi lain.")

    async def status(self, code: str) -> CaseStatus | None:
        """Return the status of a case; None if the case does not exist yet.

        Raises:
            HTTPException: 503, the status cannot be looked up now.
        """
        return await self._asked(lambda: self._parts.cases.status(code))

    async def _asked(self, look_up: Callable[[], T]) -> T:
        try:
            return await run_in_threadpool(look_up)
        except UnavailableError as error:
            raise HTTPException(
                503, "Status laporan belum dapat dilihat. Silakan coba lagi sebentar.", LATER
            ) from error

    async def seen(self, code: str, sent: Sent | None) -> Seen:
        """Return what may be seen under a tracking code by whoever has a receipt for it, or by anybody.

        If another complaint had the code already, the holder of the receipt sees the case of the complaint, which has another code.

        Args:
            code: the tracking code.
            sent: what the receipt says; None without a valid one.

        Raises:
            HTTPException: 503, the case cannot be looked up now.
        """
        status = await self.status(code)
        if sent is None:
            return Seen(status=status)
        if status is None or status.complaint_id != sent.complaint_id:
            status = await self._asked(lambda: self._parts.cases.status_of(sent.complaint_id))
        if status is None or sent.command_id is None:
            return Seen(status=status, sent=sent if status is None else None)
        try:
            facts = await self.result(status.tracking_code, sent.command_id)
        except HTTPException:  # the case is known; of the addition no more can be said than that it was received
            facts = ()
        return Seen(status=status, sent=None if facts else sent, facts=facts)

    async def result(self, code: str, command_id: UUID) -> tuple[Fact, ...]:
        """Return what became of a command; empty if it has no result yet.

        Raises:
            HTTPException: 503, the case cannot be looked up now.
        """
        return await self._asked(lambda: self._parts.cases.result(code, command_id))

    async def letters(self, code: str) -> list[Outgoing]:
        """Return the replies to the citizen about a case, oldest first, without those that came too late."""
        found = await run_in_threadpool(self._parts.letters.history, code)
        return [letter for letter in found if letter.state in HISTORY_STATES]


def code_in(parameters: Mapping[str, str]) -> str:
    """Return the tracking code in a path.

    Raises:
        HTTPException: 404, it is not a valid code.
    """
    try:
        return tracking.parse(parameters["code"])
    except TrackingCodeError as error:
        raise HTTPException(404, "Kode laporan ini tidak dikenal. Periksa lagi hurufnya.") from error


def client_name(request: Request, keys: ApiKeys, key: str) -> str:
    """Return the name of a client of the API: the name of its key, or its address if the API is open.

    Raises:
        HTTPException: 401, a key is required, and the client gave none or an unknown one.
    """
    if not keys.asked_for:
        return request.client.host if request.client else ""
    name = keys.name_of(key) if key else None
    if name is None:
        raise HTTPException(401, "Kunci API diperlukan.", {"WWW-Authenticate": "Bearer"})
    return f"key {name}"
