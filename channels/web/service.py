"""The operations that the form, the API and Open311 share: check and keep a complaint or an addition, and look up a case."""

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

from channels.safe import Receipt
from channels.web.parse import LONGEST_KEY, SHORTEST_KEY, FieldError, Submission, faults_of_time, from_form, typed
from channels.web.parts import WebParts
from channels.web.receipts import Sent
from channels.web.security import ApiKeys
from channels.web.told import Story, story
from channels.web.uploads.files import referred
from complaints import ids, status_requests, tracking
from complaints.case import CaseStatus
from complaints.errors import ContractViolation, TrackingCodeError, UnavailableError
from complaints.event import Attachment
from complaints.fact import AnyFact
from complaints.message import InboundMessage

RETRY_AFTER_S = "30"
"""Seconds after which a client should try again if nothing can be kept now."""

LOOK_EVERY_S = 0.25
"""Seconds between two looks for a message that was just sent: the view mostly has it within one second."""

LATER = {"Retry-After": RETRY_AFTER_S}
"""The header of an answer that asks the client to try again later."""

T = TypeVar("T")


class Entry(Protocol):
    """The part of the intake that the web channel needs."""

    def take(self, message: InboundMessage) -> "Future[Receipt]":
        """Keep a message (see channels.intake.Intake)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """All that somebody may see under a tracking code.

    Attributes:
        status: the status of the case; None if the view has no such case.
        sent: the message of the receipt's holder, if the view does not have it yet; otherwise None.
        facts: the facts that this message caused, if it is a command and the view has its result; otherwise empty.
    """

    status: CaseStatus | None
    sent: Sent | None = None
    facts: tuple[AnyFact, ...] = ()


class WebService:
    """The operations that the form, the API and Open311 share. Thread-safe; its coroutines do not block the event loop."""

    def __init__(self, intake: Entry, parts: WebParts) -> None:
        self._intake = intake
        self._parts = parts

    def checked_form(self, fields: Mapping[str, str]) -> Submission | list[FieldError]:
        """Return the submission in a form, or all its errors at once, so that the citizen need not send it several times."""
        sent = from_form(fields)
        if isinstance(sent, Submission):
            return self.checked(sent)
        said, known = typed(fields), {error.field for error in sent}
        more = self.faults(said.get("regency", ""), said.get("occurred", ""))
        return [*sent, *(error for error in more if error.field not in known)]

    def place(self, typed: str) -> str | FieldError:
        """Return the full name of a kabupaten or kota (empty if none was typed), or an error that suggests names."""
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
        """Return a valid submission with the full name of its place, or all its errors."""
        found = self.faults(submission.regency, submission.occurred)
        if status_requests.parse(submission.text) is not None:
            found.append(
                FieldError("text", "Ini pertanyaan tentang status, bukan laporan. Status ada di halaman lacak.")
            )
        return found or submission.model_copy(update={"regency": self.place(submission.regency)})

    def faults(self, regency: str, occurred: str) -> list[FieldError]:
        """Return the errors in a place and a date as they were typed."""
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
        """Take a complaint or an addition, and return its receipt.

        Raises:
            HTTPException: 413, it is too large; 503, it cannot be kept now.
        """
        # this call may block while Kafka is away, so it must not run on the event loop
        waiting = await run_in_threadpool(self._intake.take, message)
        try:
            # if the client disconnects, the message is kept nevertheless
            return await asyncio.shield(asyncio.wrap_future(waiting))
        except ContractViolation as error:
            raise HTTPException(413, "Laporan terlalu besar.") from error
        except UnavailableError as error:
            raise HTTPException(503, "Laporan belum dapat diterima. Silakan coba lagi sebentar.", LATER) from error

    async def own_case(self, code: str, sent: Sent | None) -> CaseStatus:
        """Return the status of the case that a citizen writes to: the one with the code, or that of the receipt's complaint (see `seen`).

        Raises:
            HTTPException: 404, there is no such case yet; 503, the case cannot be looked up now.
        """
        status = (await self.seen(code, sent)).status
        if status is None:
            raise HTTPException(
                404,
                "Laporan ini belum dapat dibuka. Periksa lagi kodenya; laporan baru perlu beberapa saat, silakan coba lagi.",
            )
        return status

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
        """Return what the holder of a receipt, or anybody without one, may see under a tracking code.

        If another complaint had the code already, the holder of the receipt sees his own case, which got another code.

        Args:
            code: the tracking code.
            sent: the content of the receipt; None if there is no valid one.

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
        except HTTPException:  # the case is known; of the addition, only that it was received
            facts = ()
        if facts:  # read the status again, as it is after them
            status = await self.status(status.tracking_code) or status
        return Seen(status=status, sent=None if facts else sent, facts=facts)

    async def settled(self, code: str, sent: Sent | None) -> Seen:
        """Return what `seen` returns once the view has the sent message, or after the longest time that a page waits for it."""
        seen = await self.seen(code, sent)
        for _ in range(self._parts.looks):
            if seen.sent is None:
                break
            await asyncio.sleep(LOOK_EVERY_S)
            seen = await self.seen(code, sent)
        return seen

    async def asked(self, code: str, sent: Sent) -> tuple[CaseStatus | None, str]:
        """Return the status of the complaint that was just sent, and its open question: None and empty if they are not known."""
        try:
            status = (await self.settled(code, sent)).status
            return status, "" if status is None else (await self.story(status.tracking_code)).question
        except HTTPException:  # the complaint is safe, and its page asks later
            return None, ""

    async def earlier(self, message: InboundMessage) -> CaseStatus | None:
        """Return the status of an earlier complaint with the same name; None if there is none, or it cannot be looked up now."""
        id_, cases = ids.message_id(message.channel, message.upstream_id), self._parts.cases
        try:
            return await self._asked(lambda: cases.status_of(id_))
        except HTTPException:
            return None

    async def result(self, code: str, command_id: UUID) -> tuple[AnyFact, ...]:
        """Return the facts that a command caused; empty if it has no result yet.

        Raises:
            HTTPException: 503, the case cannot be looked up now.
        """
        return await self._asked(lambda: self._parts.cases.result(code, command_id))

    async def story(self, code: str) -> Story:
        """Return what the citizen reads about a case in addition to its status.

        Raises:
            HTTPException: 503, the case cannot be looked up now.
        """
        case = await self._asked(lambda: self._parts.cases.case(code))
        return Story() if case is None else story(case, await self._asked(lambda: self._parts.cases.facts(code)))


def code_in(parameters: Mapping[str, str]) -> str:
    """Return the tracking code in a path.

    Raises:
        HTTPException: 404, it is not a valid code.
    """
    try:
        return tracking.parse(parameters["code"])
    except TrackingCodeError as error:
        raise HTTPException(404, "Kode laporan ini tidak dikenal. Periksa lagi hurufnya.") from error


def owner_of(key: str, keys: ApiKeys) -> str:
    """Return the name of the owner of an API key; empty if the API is open.

    Raises:
        HTTPException: 401, a key is required, and the client gave none or an unknown one.
    """
    if not keys.asked_for:
        return ""
    name = keys.name_of(key) if key else None
    if name is None:
        raise HTTPException(401, "Kunci API diperlukan.", {"WWW-Authenticate": "Bearer"})
    return name


def idempotency_key(request: Request) -> str | None:
    """Return the idempotency key of a request, or None if it has none.

    Raises:
        HTTPException: 422, the key is too short or too long.
    """
    key = request.headers.get("idempotency-key")
    if key is not None and not SHORTEST_KEY <= len(key) <= LONGEST_KEY:
        raise HTTPException(
            422, f"Idempotency-Key harus acak, {SHORTEST_KEY} sampai {LONGEST_KEY} karakter, misalnya UUID."
        )
    return key
