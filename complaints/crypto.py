"""Hides who the citizen is: makes tracking codes, pseudonyms and encrypted reply addresses with keys derived from one secret."""

import base64
import os
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Protocol
from uuid import UUID

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from complaints import tracking
from complaints.errors import ConfigurationError, ContractViolation

SECRET_BYTES = 32
"""The minimum length of the secret in bytes, and the length of a secret that the program creates."""


class Identity(Protocol):
    """Makes the texts that replace the citizen's identity in events: tracking code, pseudonym, sealed address. The normaliser uses it."""

    def tracking_code(self, complaint_id: UUID) -> str:
        """Return the tracking code of the complaint with this id: always the same one, which cannot be guessed from the id."""

    def pseudonym(self, channel: str, sender: str) -> str:
        """Return the pseudonym of a sender on a channel: always the same one, from which nobody without the key can find the sender.

        Args:
            channel: the name of the channel.
            sender: the citizen's address on that channel.
        """

    def seal(self, address: Mapping[str, str], complaint_id: UUID) -> str:
        """Return the reply address as an encrypted text. It can be decrypted only with the key and the id of the same complaint."""


@dataclass(frozen=True, slots=True)
class Keyring:
    """Three keys, derived from one secret, that make tracking codes and pseudonyms, and encrypt and decrypt reply addresses.

    Addresses are encrypted with AES-SIV (RFC 5297), which needs no nonce: the same address of the same complaint always gives the same
    text. So a replay makes the same events.
    """

    _code_key: bytes
    _pseudonym_key: bytes
    _address_cipher: AESSIV

    @classmethod
    def from_secret(cls, secret: bytes) -> "Keyring":
        """Return a keyring whose three keys are derived from one secret (HKDF with SHA-256).

        Args:
            secret: at least SECRET_BYTES random bytes.

        Raises:
            ConfigurationError: the secret is too short.
        """
        if len(secret) < SECRET_BYTES:
            raise ConfigurationError(
                f"the secret has {len(secret)} bytes, it needs at least {SECRET_BYTES}; set LAPOR_SECRET_FILE to a better file"
            )

        def derive(purpose: bytes, length: int) -> bytes:
            return HKDFExpand(algorithm=SHA256(), length=length, info=b"lapor/v1/" + purpose).derive(secret)

        return cls(derive(b"tracking-code", 32), derive(b"pseudonym", 32), AESSIV(derive(b"reply-address", 64)))

    def tracking_code(self, complaint_id: UUID) -> str:
        """Return the 11-character tracking code of the complaint with this id, made with a secret key (see tracking.code_for)."""
        return tracking.code_for(complaint_id, key=self._code_key)

    def pseudonym(self, channel: str, sender: str) -> str:
        """Return the pseudonym of a sender on a channel: 26 lower-case letters and digits that depend only on these two and the key."""
        digest = blake2b(
            f"{channel}\0{sender}".encode("utf-8", "surrogatepass"), key=self._pseudonym_key, digest_size=16
        ).digest()
        return base64.b32encode(digest).decode().rstrip("=").lower()

    def seal(self, address: Mapping[str, str], complaint_id: UUID) -> str:
        """Return the reply address, encrypted, as URL-safe base64. Only `unseal` with the same secret and complaint id can decrypt it."""
        plain = orjson.dumps(dict(address), option=orjson.OPT_SORT_KEYS)
        return base64.urlsafe_b64encode(self._address_cipher.encrypt(plain, [complaint_id.bytes])).decode()

    def unseal(self, sealed: str, complaint_id: UUID) -> dict[str, str]:
        """Decrypt a text that `seal` made for this complaint, and return the reply address in it.

        Raises:
            ContractViolation: the text was sealed with another secret or for another complaint, or it is damaged.
        """
        try:
            plain = self._address_cipher.decrypt(base64.urlsafe_b64decode(sealed), [complaint_id.bytes])
        except (InvalidTag, ValueError) as error:
            raise ContractViolation(f"the reply address of {complaint_id} cannot be opened with this secret") from error
        opened: dict[str, str] = orjson.loads(plain)
        return opened


def load_or_create_secret(path: Path) -> bytes:
    """Return the content of the secret file. If it does not exist, first create it with SECRET_BYTES random bytes and mode 0600.

    The file's folder is created as well. If several processes create the file at the same time, all return the same secret.

    Raises:
        ConfigurationError: the file cannot be read, or does not exist and cannot be created.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f".{path.name}.{os.getpid()}")
        try:
            return path.read_bytes()
        except FileNotFoundError:
            descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(os.urandom(SECRET_BYTES))
                file.flush()
                os.fsync(file.fileno())
            try:
                os.link(draft, path)  # atomic, and refused if another process was first
            except FileExistsError:
                pass
            finally:
                draft.unlink()
            return path.read_bytes()
    except OSError as error:
        raise ConfigurationError(
            f"the secret file {path} cannot be read or created ({error}); set LAPOR_SECRET_FILE to one that can"
        ) from error
