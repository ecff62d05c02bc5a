"""Reads all topics of a kill test as a reader of committed records does, and opens what is sealed. It shares no code with the product."""

import base64
import json
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from tests.harness.cases.log import Entry, committed

Said = dict[str, Any]


class Topics(NamedTuple):
    """What is on Kafka: the entries of each topic, those of one partition in their order."""

    conversations: list[Entry]
    complaints: list[Entry]
    facts: list[Entry]
    cases: list[Entry]
    sends: list[Entry]
    events: list[Entry]
    letters: list[Entry]

    @classmethod
    def read(cls, brokers: str) -> "Topics":
        """Read them all."""
        names = ("conversations", "complaints", "case-events", "cases", "sends", "message-events", "deadletters")
        return cls(*(list(committed(brokers, f"lapor.{name}")) for name in names))


def kind_of(entry: Entry) -> str:
    """Return the name of the event in a record: "received", "reply", "send" and so on."""
    parts = entry.headers.get("ce_type", b"").decode().split(".")
    return parts[3] if parts[:3] == ["id", "go", "lapor"] else ""


def of_kind(entries: list[Entry], kind: str) -> list[Entry]:
    """Return the records of one kind."""
    return [entry for entry in entries if kind_of(entry) == kind]


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
