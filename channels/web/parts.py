"""The parts that the handlers of the web channel work with."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from channels.correspondence import Outgoing
from channels.web.places import RegencySearch
from channels.web.request_keys import RequestKeys
from channels.web.security import ApiKeys, Forms, Limits
from channels.web.uploads.multipart import FormReader
from complaints.case import CaseReader
from complaints.storage.attachments import AttachmentStore


class Letters(Protocol):
    """The replies to citizens."""

    def history(self, code: str) -> Sequence[Outgoing]:
        """Return all replies about a case, oldest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WebParts:
    """The parts that the handlers work with.

    Attributes:
        cases: looks up the status of a case.
        letters: the replies to citizens.
        regencies: finds kabupaten and kota.
        store: keeps files.
        requests: the idempotency keys that clients have used.
        forms: signs the hidden values of forms.
        keys: the keys of the API's clients.
        limits: the number of requests that a client may make per period.
        max_body_bytes: the maximum size of one request in bytes, without files.
        max_file_bytes: the maximum size of one file in bytes.
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
        """The form reader, which puts files into the store."""
        return FormReader(store=self.store, most_bytes=self.max_body_bytes, most_file_bytes=self.max_file_bytes)
