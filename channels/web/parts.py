"""The parts that the handlers of the web channel use."""

from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from channels.web.places import RegencySearch
from channels.web.receipt_keys import ReceiptKeys
from channels.web.receipts import Receipts
from channels.web.security import ApiKeys, Forms, Limits
from channels.web.uploads.multipart import FormReader
from complaints.case import Case, CaseReader, CaseStatus
from complaints.fact import AnyFact
from complaints.storage.attachments import AttachmentStore


class Cases(CaseReader, Protocol):
    """Looks up cases, and the results of commands to them. Each method raises UnavailableError if it cannot now. Thread-safe."""

    def status_of(self, complaint_id: UUID) -> CaseStatus | None:
        """Return the status of the case of a complaint, whatever its tracking code is; None if there is none yet."""

    def case(self, code: str) -> Case | None:
        """Return the document of the case with a tracking code; None if there is no such case."""

    def facts(self, code: str) -> tuple[AnyFact, ...]:
        """Return the facts of the case with a tracking code, oldest first; none if there is no such case."""

    def result(self, code: str, command_id: UUID) -> tuple[AnyFact, ...]:
        """Return the facts that a command to the case with a tracking code caused; none if it has no result yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WebParts:
    """The parts that the handlers use.

    Attributes:
        cases: looks up cases.
        regencies: finds kabupaten and kota.
        store: keeps files.
        forms: signs the hidden values of forms.
        receipts: signs and reads the receipts of messages that were just sent.
        proofs: makes and checks receipt keys.
        keys: the keys of the API's clients.
        limits: the number of requests that a client may make per period.
        max_body_bytes: the maximum size of one request in bytes, without files.
        max_file_bytes: the maximum size of one file in bytes.
        looks: how often a page looks again for a message that was just sent before it is shown without it. 8 looks take two seconds.
    """

    cases: Cases
    regencies: RegencySearch
    store: AttachmentStore
    forms: Forms
    receipts: Receipts
    proofs: ReceiptKeys
    keys: ApiKeys
    limits: Limits
    max_body_bytes: int
    max_file_bytes: int
    looks: int = 8

    @property
    def reader(self) -> FormReader:
        """The form reader, which puts files into the store."""
        return FormReader(store=self.store, most_bytes=self.max_body_bytes, most_file_bytes=self.max_file_bytes)
