"""Each store of citizens' files keeps the same promises: the disk, and a bucket of a server that speaks S3."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path

import httpx
import obstore
import pytest
from obstore.store import S3Store

from complaints.errors import ConfigurationError, UnavailableError
from complaints.runtime.settings import Settings
from complaints.storage.attachments import HEAD_BYTES, AttachmentStore, DiskStore
from complaints.storage.bucket import BucketStore, attachment_store
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


@pytest.fixture(params=["disk", "bucket"])
def make(request: pytest.FixtureRequest, tmp_path: Path) -> Make:
    """Makes the store anew, as a process does that was started again."""
    if request.param == "disk":
        return lambda: DiskStore(tmp_path / "attachments")
    address = f"s3+http://{request.getfixturevalue('s3')}/{tmp_path.name}"
    return lambda: BucketStore(address)


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
    store = BucketStore(f"s3+http://key:secret@127.0.0.1:{free_port()}/lapor")
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
    BucketStore(f"s3+http://{s3}").keep(draft, digest)
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
    """Nothing to set up on one machine."""
    assert isinstance(attachment_store(Settings.read(data=tmp_path)), DiskStore)
