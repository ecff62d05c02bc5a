"""The secret of the tests, and the case numbers that it makes."""

from pathlib import Path

from complaints.crypto import Keyring

SECRET = b"a secret of the tests, 32 bytes long"

number = Keyring.from_secret(SECRET).numbers

FINGERPRINT = number("")


def secret_file(folder: Path) -> Path:
    """Write the secret into a folder, and return the file."""
    path = folder / "secret"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(SECRET)
    return path
