"""Stores citizens' files in S3-compatible storage, under the hash of their content, and chooses between it and a folder on disk."""

from datetime import timedelta
from pathlib import Path

import obstore
from obstore.exceptions import BaseError, NotFoundError
from obstore.store import S3Store

from complaints.errors import ConfigurationError, UnavailableError
from complaints.runtime.settings import Settings, parse_address
from complaints.storage.attachments import HEAD_BYTES, AttachmentStore, DiskStore

HTTPS_PORT = 443

WAIT = timedelta(seconds=30)
"""The maximum time for one request: enough for ten megabytes over a slow line. The citizen waits meanwhile."""

RETRIES = 3
"""The maximum number of retries; none begins later than WAIT. If the server has not answered by then, the citizen gets an error."""

REGION = "us-east-1"
"""The region in the signature of each request. S3-compatible servers without regions accept this one."""


class BucketStore:
    """An AttachmentStore in an S3 bucket. A file's key is the first two digits of its hash, a slash, and the whole hash."""

    def __init__(self, address: str) -> None:
        """Prepare the client. Sends no request yet.

        Args:
            address: `s3://key:secret@host:port/bucket`, or `s3+http://...` for a server without TLS. A path after the bucket becomes the
                beginning of every key.

        Raises:
            ConfigurationError: the address is not of that form.
        """
        plain = address.startswith("s3+http://")
        at = parse_address(address, scheme="s3+http" if plain else "s3", default_port=80 if plain else HTTPS_PORT)
        bucket, _, prefix = at.path.strip("/").partition("/")
        if not bucket or not at.user:
            raise ConfigurationError("LAPOR_ATTACHMENTS has the form s3://key:secret@host:port/bucket")
        self._store = S3Store(
            bucket,
            prefix=prefix or None,
            endpoint=f"{'http' if plain else 'https'}://{at.host}:{at.port}",
            access_key_id=at.user,
            secret_access_key=at.password.get_secret_value(),
            region=REGION,
            virtual_hosted_style_request=False,
            client_options={"allow_http": plain, "timeout": WAIT, "connect_timeout": timedelta(seconds=5)},
            retry_config={"max_retries": RETRIES, "retry_timeout": WAIT},
        )

    def keep(self, draft: Path, sha256: str) -> None:
        """Store a copy of a finished file and wait for the server's answer, which means that it is durable (see AttachmentStore).

        Raises:
            UnavailableError: the file cannot be read, or the server does not answer or refuses it.
        """
        try:
            obstore.put(self._store, _key(sha256), draft)
        except (BaseError, OSError) as error:
            raise UnavailableError(f"the attachment cannot be kept in the bucket: {type(error).__name__}") from error

    def find(self, sha256: str) -> tuple[int, bytes] | None:
        """Return the size in bytes and the first HEAD_BYTES bytes of the file with this SHA-256, or None if it is not stored.

        Raises:
            UnavailableError: the server does not answer or refuses the request.
        """
        try:
            size = obstore.head(self._store, _key(sha256))["size"]
            head = obstore.get_range(self._store, _key(sha256), start=0, end=min(size, HEAD_BYTES))
        except (NotFoundError, FileNotFoundError):
            return None
        except (BaseError, OSError) as error:
            raise UnavailableError(f"the attachment cannot be read from the bucket: {type(error).__name__}") from error
        return size, bytes(head)


def _key(digest: str) -> str:
    return f"{digest[:2]}/{digest}"


def attachment_store(settings: Settings) -> AttachmentStore:
    """Return the store for citizens' files that LAPOR_ATTACHMENTS names: a bucket, or the folder <data>/attachments if it is not set.

    Raises:
        ConfigurationError: the address is wrong, or the folder cannot be written.
    """
    address = settings.attachments
    if address is None:
        return DiskStore(settings.data / "attachments")
    return BucketStore(address)
