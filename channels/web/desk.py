"""What the form, the API and Open311 have in common: a submission is checked, kept, completed and looked up in one place."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol, TypeVar

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request

from channels import requests
from channels.correspondence import Outgoing
from channels.safe import Outcome, Receipt
from channels.web.api.request_keys import RequestKeys
from channels.web.parse import FieldError, Submission, faults_of_time
from channels.web.places import RegencySearch
from channels.web.security import ApiKeys, Forms, Limits
from channels.web.uploads.files import referred
from channels.web.uploads.multipart import FormReader
from complaints import tracking
from complaints.case import CaseReader, CaseStatus
from complaints.errors import CaseError, CaseFull, ContractViolation, TrackingCodeError, UnavailableError
from complaints.event import Attachment
from complaints.message import InboundMessage
from complaints.storage.attachments import AttachmentStore

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


class Letters(Protocol):
    """What was written to citizens."""

    def history(self, code: str) -> Sequence[Outgoing]:
        """Return all replies about a case, oldest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Furniture:
    """What the door works with.

    Attributes:
        cases: looks up where a case stands.
        letters: what was written to citizens.
        regencies: finds kabupaten and kota.
        store: keeps files.
        requests: the keys that clients named requests by.
        forms: signs what forms carry.
        keys: of the API's clients.
        limits: how often a client may ask.
        max_body_bytes: of one request, without files.
        max_file_bytes: of one file.
    """

    cases: CaseReader
    letters: Letters
    regencies: RegencySearch
    store: AttachmentStore
    requests: RequestKeys
    forms: Forms
    keys: ApiKeys
    limits: Limits
    max_body_bytes: int
    max_file_bytes: int

    @property
    def reader(self) -> FormReader:
        """Reads forms into the store."""
        return FormReader(store=self.store, most_bytes=self.max_body_bytes, most_file_bytes=self.max_file_bytes)


class Desk:
    """Thread-safe; nothing here blocks the event loop."""

    def __init__(self, intake: Entry, furniture: Furniture) -> None:
        """Keep the parts."""
        self._intake = intake
        self.furniture = furniture

    def place(self, typed: str) -> str | FieldError:
        """Return the full name of a kabupaten or kota, empty where none was typed, or what may have been meant."""
        if not typed.strip():
            return ""
        if (found := self.furniture.regencies.exact(typed)) is not None:
            return found.name
        near = tuple(regency.name for regency in self.furniture.regencies.suggest(typed))
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
                kept = await run_in_threadpool(referred, self.furniture.store, ref.sha256, ref.name)
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
            first = await run_in_threadpool(self.furniture.requests.claim, scope, key, content)
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
            return await run_in_threadpool(self.furniture.cases.status, code)
        except UnavailableError as error:
            raise HTTPException(
                503, "Status laporan belum dapat dilihat. Silakan coba lagi sebentar.", LATER
            ) from error

    async def letters(self, code: str) -> list[Outgoing]:
        """Return what was written to the citizen about a case, oldest first."""
        found = await run_in_threadpool(self.furniture.letters.history, code)
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
