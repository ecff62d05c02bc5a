"""The store of citizens' files keeps the same promises in a folder and in a bucket of a server that speaks S3."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path

import httpx
import obstore
import pytest
from obstore.store import S3Store

from complaints.errors import ConfigurationError, UnavailableError
from complaints.runtime.settings import Settings
from complaints.storage.attachments import HEAD_BYTES, AttachmentStore
from complaints.storage.bucket import attachment_store, in_bucket
from tests.harness.support import free_port, listens, wait_until

Make = Callable[[], AttachmentStore]


@pytest.fixture(scope="module")
def s3() -> Iterator[str]:
    """A server that speaks S3, with an empty bucket; the address without scheme."""
    port = free_port()
    command = [sys.executable, "-m", "moto.server", "--host", "127.0.0.1", "--port", str(port)]
    environment = os.environ | {"AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret"}
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    wait_until(lambda: listens(port), what="the S3 server")
    httpx.put(f"http://127.0.0.1:{port}/lapor", timeout=30, trust_env=False).raise_for_status()
    yield f"key:secret@127.0.0.1:{port}/lapor"
    process.terminate()
    process.wait(30)


@pytest.fixture(params=["folder", "bucket"])
def make(request: pytest.FixtureRequest, tmp_path: Path) -> Make:
    """Makes the store anew, as a process does that was started again."""
    if request.param == "folder":
        return lambda: AttachmentStore.in_folder(tmp_path / "attachments")
    address = f"s3+http://{request.getfixturevalue('s3')}/{tmp_path.name}"
    return lambda: in_bucket(address)


def kept_in(store: AttachmentStore, folder: Path, content: bytes, name: str = "draft") -> str:
    """Keep a file and return its hash."""
    draft = folder / name
    draft.write_bytes(content)
    digest = sha256(content).hexdigest()
    store.keep(draft, digest)
    return digest


@pytest.mark.parametrize("size", [1, HEAD_BYTES, HEAD_BYTES + 1, 10 << 20])
def test_what_was_kept_is_found_by_its_hash_after_a_restart(make: Make, tmp_path: Path, size: int) -> None:
    """With its size and its first bytes; keeping it twice is once."""
    content = bytes(number % 251 for number in range(4096)) * (size // 4096 + 1)
    content = content[:size]
    draft = tmp_path / "draft"
    draft.write_bytes(content)
    digest = sha256(content).hexdigest()
    store = make()
    store.keep(draft, digest)
    store.keep(draft, digest)
    draft.unlink()
    assert make().find(digest) == (size, content[:HEAD_BYTES])


def test_what_was_never_kept_is_not_found(make: Make) -> None:
    """None, and no error."""
    assert make().find("0" * 64) is None


def test_a_draft_that_is_gone_is_unavailable(make: Make, tmp_path: Path) -> None:
    """In our error tree, so that the citizen is told to try again."""
    with pytest.raises(UnavailableError):
        make().keep(tmp_path / "gone", "1" * 64)


def test_a_server_that_is_away_is_unavailable(tmp_path: Path) -> None:
    """For keeping and for finding."""
    store = in_bucket(f"s3+http://key:secret@127.0.0.1:{free_port()}/lapor")
    draft = tmp_path / "draft"
    draft.write_bytes(b"x")
    with pytest.raises(UnavailableError):
        store.keep(draft, "2" * 64)
    with pytest.raises(UnavailableError):
        store.find("2" * 64)


def test_the_bucket_holds_the_bytes_themselves(s3: str, tmp_path: Path) -> None:
    """Anybody's S3 client reads them under two letters of the hash and the hash."""
    draft = tmp_path / "draft"
    draft.write_bytes(b"isi")
    digest = sha256(b"isi").hexdigest()
    in_bucket(f"s3+http://{s3}").keep(draft, digest)
    endpoint = f"http://{s3.partition('@')[2].partition('/')[0]}"
    reader = S3Store(
        "lapor",
        endpoint=endpoint,
        access_key_id="key",
        secret_access_key="secret",
        region="us-east-1",
        virtual_hosted_style_request=False,
        client_options={"allow_http": True},
    )
    assert bytes(obstore.get(reader, f"{digest[:2]}/{digest}").bytes()) == b"isi"


@pytest.mark.parametrize("address", ["s3://host/bucket", "s3://key:secret@host", "ftp://key:secret@host/b", "x"])
def test_an_address_that_is_none_stops_the_start(address: str, tmp_path: Path) -> None:
    """And its secret is not in the message."""
    with pytest.raises(ConfigurationError) as told:
        attachment_store(Settings.read(attachments=address, data=tmp_path))
    assert "secret@" not in str(told.value).replace("key:secret@host:port", "")


def test_where_none_is_set_the_data_folder_is_the_store(tmp_path: Path) -> None:
    """Nothing to set up on one machine. The folder is one for the whole installation, and no channel's own."""
    digest = kept_in(attachment_store(Settings.read(data=tmp_path)), tmp_path, b"isi")
    assert (tmp_path / "attachments" / digest[:2] / digest).read_bytes() == b"isi"
    assert (tmp_path / "attachments").stat().st_mode & 0o777 == 0o700


def test_a_folder_that_cannot_be_written_stops_the_start(tmp_path: Path) -> None:
    """And names its setting."""
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigurationError, match="LAPOR_DATA"):
        AttachmentStore.in_folder(tmp_path / "file" / "attachments")


def test_a_disk_with_too_little_room_takes_no_file(tmp_path: Path) -> None:
    """The spool needs the room more; what was kept before is still found."""
    digest = kept_in(AttachmentStore.in_folder(tmp_path / "a"), tmp_path, b"isi")
    store = AttachmentStore.in_folder(tmp_path / "a", reserve_bytes=1 << 60)
    with pytest.raises(UnavailableError, match="bytes are free"):
        kept_in(store, tmp_path, b"lain")
    assert store.find(digest) == (3, b"isi")


def test_a_file_gets_its_name_only_when_its_content_is_on_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The library calls no fsync: the file is synced before it is renamed, its folders after. A power cut leaves all of it or nothing."""
    synced: list[tuple[str, bool]] = []
    digest, folder, sync = sha256(b"isi").hexdigest(), tmp_path / "a", os.fsync

    def noted(descriptor: int) -> None:
        path = Path(f"/proc/self/fd/{descriptor}").readlink().relative_to(folder)
        synced.append((path.parts[0] if path.parts else "", (folder / digest[:2] / digest).exists()))
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", noted)
    kept_in(AttachmentStore.in_folder(folder), tmp_path, b"isi")
    assert synced == [("incoming", False), (digest[:2], True), ("", True)]
    assert list((folder / "incoming").iterdir()) == []


def test_a_file_that_comes_twice_at_the_same_time_is_kept_once(make: Make, tmp_path: Path) -> None:
    """Two citizens, or two processes, with the same photo."""
    content = bytes(range(256)) * 4096
    store = make()
    with ThreadPoolExecutor(8) as citizens:
        sent = [citizens.submit(kept_in, store, tmp_path, content, str(number)) for number in range(8)]
    digests = {one.result() for one in sent}
    assert len(digests) == 1
    assert store.find(digests.pop()) == (len(content), content[:HEAD_BYTES])
