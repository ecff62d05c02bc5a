"""Reads the fields and files of a form while it is received, with a limit for each. If a file is too large, only that file is dropped."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from python_multipart.exceptions import MultipartParseError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request

from channels.web.parse import MOST_FIELDS, form_fields
from channels.web.uploads.files import Draft, Upload
from complaints.errors import MalformedMessage
from complaints.storage.attachments import AttachmentStore

if TYPE_CHECKING:
    from python_multipart.multipart import MultipartCallbacks

IDLE_S = 30.0
"""Seconds without data after which a client counts as gone. A phone that was out of reach sends the form again when it is back."""

MOST_FILES = 5
"""Maximum number of files in one form: a few photos and a document."""

SKIPPED_BYTES = 256 << 20
"""Maximum number of bytes of a body beyond the limit for fields: a minute of a phone's best video. Files that are too large are read and
discarded, so that the citizen learns which one was too large."""


@dataclass(slots=True)
class Form:
    """The content of a form.

    Attributes:
        fields: the last value of each field.
        lists: all values of each field.
        files: every file that the citizen chose, kept or not, up to MOST_FILES.
        surplus: the number of files beyond MOST_FILES.
    """

    fields: dict[str, str] = field(default_factory=dict)
    lists: dict[str, list[str]] = field(default_factory=dict)
    files: list[Upload] = field(default_factory=list)
    surplus: int = 0

    def add(self, name: str, value: str) -> None:
        """Add a field."""
        self.fields[name] = value
        self.lists.setdefault(name, []).append(value)


async def chunks(request: Request) -> AsyncIterator[bytes]:
    """Yield the body of a request in chunks as they are received.

    Raises:
        HTTPException: 408, the client sent nothing for IDLE_S seconds.
    """
    stream = request.stream().__aiter__()
    while True:
        try:
            async with asyncio.timeout(IDLE_S):
                chunk = await anext(stream, None)
        except TimeoutError as error:
            raise HTTPException(408, "Kiriman terputus. Silakan coba lagi.", headers={"Connection": "close"}) from error
        if chunk is None:
            return
        yield chunk


async def limited_body(request: Request, most: int) -> bytes:
    """Return the body of a request.

    Raises:
        HTTPException: 413, the body or its announced length is larger than `most` bytes; the rest is not read. 408 as in `chunks`.
    """
    announced = request.headers.get("content-length", "")
    if announced.isdecimal() and int(announced) > most:
        raise _too_large(most)
    body = bytearray()
    async for chunk in chunks(request):
        body += chunk
        if len(body) > most:
            raise _too_large(most)
    return bytes(body)


def _too_large(most: int) -> HTTPException:
    return HTTPException(413, f"Laporan terlalu besar: paling banyak {most} byte.", headers={"Connection": "close"})


@dataclass(frozen=True, slots=True, kw_only=True)
class FormReader:
    """Reads forms.

    Attributes:
        store: keeps the files.
        most_bytes: the maximum size of all fields together, in bytes.
        most_file_bytes: the maximum size of one file in bytes.
    """

    store: AttachmentStore
    most_bytes: int
    most_file_bytes: int

    async def read(self, request: Request, gate: Callable[[Form], bool] = lambda _: True) -> Form:
        """Return the form in a request.

        Args:
            request: the request, with a urlencoded or multipart body.
            gate: called when the first file begins, with the fields before it. If it returns false, no file is kept.

        Raises:
            HTTPException: 400 (not readable), 408 (no more data) or 413 (too large), with a sentence for the citizen.
            UnavailableError: the disk does not accept a file.
        """
        kind, options = parse_options_header(request.headers.get("content-type", "").encode("latin-1", "replace"))
        try:
            if kind != b"multipart/form-data":
                form = Form()
                for name, value in form_fields(await limited_body(request, self.most_bytes)):
                    form.add(name, value)
                return form
            return await self._read_multipart(request, options.get(b"boundary", b""), gate)
        except (MalformedMessage, MultipartParseError) as error:
            raise HTTPException(400, "Formulir ini tidak dapat dibaca.", headers={"Connection": "close"}) from error

    async def _read_multipart(self, request: Request, boundary: bytes, gate: Callable[[Form], bool]) -> Form:
        if not boundary:
            raise MalformedMessage("a multipart body without a boundary")
        with ExitStack() as drafts:
            parts = _Parts(self, gate, drafts)
            parser = MultipartParser(boundary, parts.callbacks())
            most = self.most_bytes + SKIPPED_BYTES
            seen = 0
            async for chunk in chunks(request):
                seen += len(chunk)
                if seen > most:
                    raise _too_large(most)
                parser.write(chunk)
                await parts.settle()
            if not parts.ended:
                raise MalformedMessage("a multipart body without its end")
            return parts.form


class _Parts:
    """The parser's callbacks. They leave writing to the disk to `settle`, which does it outside the event loop."""

    def __init__(self, reader: FormReader, gate: Callable[[Form], bool], drafts: ExitStack) -> None:
        self.form = Form()
        self.ended = False
        self._reader, self._gate, self._drafts = reader, gate, drafts
        self._open: bool | None = None
        self._headers: dict[bytes, bytes] = {}
        self._header = self._value = b""
        self._name = ""
        self._text = bytearray()
        self._field_bytes = self._count = 0
        self._draft: Draft | None = None
        self._is_file = False
        self._todo: list[tuple[Draft, bytes | None]] = []

    def callbacks(self) -> "MultipartCallbacks":
        return {
            "on_part_begin": self._begin,
            "on_header_field": self._header_field,
            "on_header_value": self._header_value,
            "on_header_end": self._header_end,
            "on_headers_finished": self._headers_finished,
            "on_part_data": self._data,
            "on_part_end": self._end,
            "on_end": self._finish,
        }

    async def settle(self) -> None:
        """Write the data that was received since the last call."""
        todo, self._todo = self._todo, []
        for draft, data in todo:
            if data is not None:
                await run_in_threadpool(draft.write, data)
            else:
                self.form.files.append(await run_in_threadpool(draft.keep_in, self._reader.store))
                draft.__exit__(None, None, None)

    def _begin(self) -> None:
        self._headers, self._header, self._value = {}, b"", b""
        self._text, self._draft, self._is_file = bytearray(), None, False

    def _header_field(self, data: bytes, start: int, end: int) -> None:
        self._header += data[start:end]

    def _header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _header_end(self) -> None:
        self._headers[self._header.lower()] = self._value
        self._header, self._value = b"", b""

    def _headers_finished(self) -> None:
        _, options = parse_options_header(self._headers.get(b"content-disposition", b""))
        self._name = options.get(b"name", b"").decode("utf-8", "replace")
        self._is_file = b"filename" in options
        self._count += 1
        if self._count > MOST_FIELDS:
            raise MalformedMessage("more fields than the form has")
        name = options.get(b"filename", b"").decode("utf-8", "replace")
        if not self._is_file or not name:  # not a file, or a file field in which no file was chosen
            return
        if self._open is None:
            self._open = self._gate(self.form)
        if len(self._todo_files()) >= MOST_FILES:
            self.form.surplus += 1
        elif self._open:
            self._draft = self._drafts.enter_context(Draft(name, most_bytes=self._reader.most_file_bytes))

    def _todo_files(self) -> list[object]:
        return [*self.form.files, *(draft for draft, data in self._todo if data is None)]

    def _data(self, data: bytes, start: int, end: int) -> None:
        if self._draft is not None:
            self._todo.append((self._draft, data[start:end]))
        elif not self._is_file:
            self._field_bytes += end - start
            if self._field_bytes > self._reader.most_bytes:
                raise _too_large(self._reader.most_bytes)
            self._text += data[start:end]

    def _end(self) -> None:
        if self._draft is not None:
            self._todo.append((self._draft, None))
        elif not self._is_file:
            self.form.add(self._name, self._text.decode("utf-8", "replace"))

    def _finish(self) -> None:
        self.ended = True
