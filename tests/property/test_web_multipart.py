"""A form is the same however the network cuts it, and any bytes are a form or a refusal in words."""

import asyncio
import itertools
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from starlette.exceptions import HTTPException
from starlette.requests import Request

from channels.web.uploads.multipart import Form, FormReader
from complaints.storage.attachments import AttachmentStore
from tests.harness.web import PNG

SLOW = settings(max_examples=60)


def reader_into(folder: Path) -> FormReader:
    """Return a reader of small forms that keeps their files in a folder."""
    return FormReader(store=AttachmentStore.in_folder(folder), most_bytes=2000, most_file_bytes=500)


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> FormReader:
    """The reader of all these forms: what it kept of one changes nothing about the next."""
    return reader_into(tmp_path_factory.mktemp("forms"))


def read(
    reader: FormReader, chunks: list[bytes], kind: str = "multipart/form-data; boundary=lapor", **more: Any
) -> Form | int:
    """Return the form in a request that comes in these chunks, or the status that it is refused with."""
    messages = [{"type": "http.request", "body": chunk, "more_body": True} for chunk in chunks]
    messages.append({"type": "http.request", "body": b"", "more_body": False})
    waiting = iter(messages)

    async def receive() -> Any:
        return next(waiting)

    scope = {"type": "http", "method": "POST", "headers": [(b"content-type", kind.encode())]}
    try:
        return asyncio.run(reader.read(Request(scope, receive), **more))
    except HTTPException as error:
        return error.status_code


def part(name: str, content: bytes, filename: str | None = None) -> bytes:
    """Return a part as browsers write it."""
    more = "" if filename is None else f'; filename="{filename}"\r\nContent-Type: image/png'
    head = f'--lapor\r\nContent-Disposition: form-data; name="{name}"{more}\r\n\r\n'
    return head.encode() + content + b"\r\n"


BODY = (
    part("text", "Banjir ☔\r\n-lapor".encode())
    + part("drop", b"a")
    + part("drop", b"b")
    + part("attachments", PNG, "a.png")
    + part("attachments", b"", "")
    + part("attachments", PNG + bytes(600), "besar.png")
    + part("attachments", b"hello", "b.txt")
    + part("last", b"")
    + b"--lapor--\r\n"
)


@SLOW
@example(cuts=[*range(len(BODY))])
@given(cuts=st.lists(st.integers(0, len(BODY)), max_size=40))
def test_a_form_is_the_same_however_it_is_cut(reader: FormReader, cuts: list[int]) -> None:
    """Fields, lists of fields, files and what is wrong with them; also one byte at a time."""
    form = read(reader, [BODY[a:b] for a, b in itertools.pairwise([0, *sorted(cuts), len(BODY)])])
    assert isinstance(form, Form)
    assert form.fields == {"text": "Banjir ☔\r\n-lapor", "drop": "b", "last": ""}
    assert form.lists["drop"] == ["a", "b"]
    assert [(upload.name, upload.fault) for upload in form.files] == [
        ("a.png", ""),
        ("besar.png", "large"),
        ("b.txt", "type"),
    ]
    kept = form.files[0].attachment
    assert kept is not None
    assert kept.sha256 == sha256(PNG).hexdigest()


@SLOW
@given(
    body=st.binary(max_size=300)
    | st.tuples(st.integers(0, len(BODY)), st.integers(0, len(BODY)), st.binary(max_size=8)).map(
        lambda cut: BODY[: cut[0]] + cut[2] + BODY[cut[1] :]
    ),
    kind=st.sampled_from(
        ["multipart/form-data; boundary=lapor", "multipart/form-data", "application/x-www-form-urlencoded", "x", ""]
    ),
)
def test_any_bytes_are_a_form_or_a_refusal(reader: FormReader, body: bytes, kind: str) -> None:
    """Nothing else comes out: no fault of ours."""
    found = read(reader, [body], kind)
    assert isinstance(found, Form) or found in {400, 413}


@pytest.mark.parametrize("name", ["text", "attachments"])
def test_fields_beyond_their_bound_are_413_and_a_part_without_end_is_400(reader: FormReader, name: str) -> None:
    """What is no file is bounded too."""
    assert read(reader, [part(name, b"x" * 2001) + b"--lapor--\r\n"]) == 413
    assert read(reader, [part(name, b"x")]) == 400


def test_where_the_gate_is_shut_no_file_is_kept(tmp_path: Path) -> None:
    """Who asks is seen before the first file is written."""
    form = read(reader_into(tmp_path), [BODY], gate=lambda form: form.fields["text"] == "somebody else")
    assert isinstance(form, Form)
    assert form.files == []
    assert form.fields["last"] == ""
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
