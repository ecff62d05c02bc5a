"""Opens what is sealed in the records of messages. It shares no code with the product."""

import base64
import json
from functools import lru_cache
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

Said = dict[str, Any]


@lru_cache
def _cipher(secret: bytes, month: str) -> AESSIV:
    return AESSIV(HKDFExpand(algorithm=SHA256(), length=64, info=f"lapor/v1/message/{month}".encode()).derive(secret))


def opened(said: Said, secret: bytes) -> bytes:
    """Return what is sealed in a record, behind the id of its secret: AES-SIV with the key of its month, bound to its id."""
    return _cipher(secret, said["month"]).decrypt(
        base64.b64decode(said["sealed"].partition(".")[2]), [UUID(said["id"]).bytes]
    )


def unpacked(packed: bytes) -> tuple[Said, bytes]:
    """Return the fields of a message and its raw bytes: four bytes of length, JSON, the bytes."""
    end = 4 + int.from_bytes(packed[:4])
    return json.loads(packed[4:end]), packed[end:]
