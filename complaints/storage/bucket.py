"""Chooses where citizens' files are stored: in S3-compatible storage, or in a folder of a machine that has none."""

from datetime import timedelta

from obstore.store import S3Store

from complaints.errors import ConfigurationError
from complaints.runtime.address import parse_address
from complaints.runtime.settings import Settings
from complaints.storage.attachments import AttachmentStore

HTTPS_PORT = 443

WAIT = timedelta(seconds=30)
"""The maximum time for one request: enough for ten megabytes over a slow line. The citizen waits meanwhile."""

RETRIES = 3
"""The maximum number of retries; none begins later than WAIT. If the server has not answered by then, the citizen gets an error."""

REGION = "us-east-1"
"""The region in the signature of each request. S3-compatible servers without regions accept this one."""


def in_bucket(address: str) -> AttachmentStore:
    """Return the store in an S3 bucket. Sends no request yet. The server's answer means that a file is durable.

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
    store = S3Store(
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
    return AttachmentStore(store)


def attachment_store(settings: Settings) -> AttachmentStore:
    """Return the store for citizens' files that LAPOR_ATTACHMENTS names: a bucket, or the folder <data>/attachments if it is not set.

    Raises:
        ConfigurationError: the address is wrong, or the folder cannot be written.
    """
    address = settings.attachments
    return AttachmentStore.in_folder(settings.data / "attachments") if address is None else in_bucket(address)
