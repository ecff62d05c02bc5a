"""Hides who the citizen is: makes tracking codes and pseudonyms, and encrypts messages, texts and states, with keys from one secret."""

import base64
import os
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import blake2b
from pathlib import Path
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand
from msgspec import Struct, json

from complaints import tracking
from complaints.errors import ConfigurationError, ContractViolation

SECRET_BYTES = 32
"""The minimum length of the secret in bytes, and the length of a secret that the program creates."""

KEY_ID_BYTES = 4
"""The length of a key id in bytes. It only distinguishes secrets, so that an error can name a wrong one; it proves nothing."""

MONTHS_KEPT = 24
"""The number of months whose ciphers a process keeps: more than any topic keeps messages."""


def _derive(secret: bytes, purpose: str, length: int) -> bytes:
    return HKDFExpand(algorithm=SHA256(), length=length, info=f"lapor/v1/{purpose}".encode()).derive(secret)


@lru_cache(maxsize=MONTHS_KEPT)
def _cipher(secret: bytes, purpose: str) -> AESSIV:
    return AESSIV(_derive(secret, purpose, 64))


class _Text(Struct, kw_only=True, frozen=True):
    """The sealed content of a text to send."""

    address: dict[str, str]
    text: str


@dataclass(frozen=True, slots=True)
class Keyring:
    """Keys, derived from one secret, that make tracking codes, case numbers and pseudonyms and encrypt what identifies the citizen.

    Encryption is AES-SIV (RFC 5297), which needs no nonce: the same content for the same owner always gives the same bytes. So a step that
    handles a record twice writes the same. Messages and texts have a key for each month. Sealed content begins with the key id.

    Attributes:
        key_id: eight hexadecimal digits that name the secret without revealing it.
    """

    key_id: str

    _secret: bytes = field(repr=False)
    _code_key: bytes = field(repr=False)
    _pseudonym_key: bytes = field(repr=False)
    _receipt_key: bytes = field(repr=False)
    _number_key: bytes = field(repr=False)

    @classmethod
    def from_secret(cls, secret: bytes) -> "Keyring":
        """Return a keyring whose keys are derived from one secret (HKDF with SHA-256).

        Args:
            secret: at least SECRET_BYTES random bytes.

        Raises:
            ConfigurationError: the secret is too short.
        """
        if len(secret) < SECRET_BYTES:
            raise ConfigurationError(
                f"the secret has {len(secret)} bytes, it needs at least {SECRET_BYTES}; set LAPOR_SECRET_FILE to a better file"
            )
        return cls(
            _derive(secret, "key-id", KEY_ID_BYTES).hex(),
            secret,
            _derive(secret, "tracking-code", 32),
            _derive(secret, "pseudonym", 32),
            _derive(secret, "receipt-key", 32),
            _derive(secret, "case-number", 32),
        )

    def tracking_code(self, complaint_id: UUID) -> str:
        """Return the 11-character tracking code of the complaint with this id, made with a secret key (see tracking.code_for)."""
        return tracking.code_for(complaint_id, key=self._code_key)

    def receipt_key(self, complaint_id: UUID, content: str) -> str:
        """Return the 10-character receipt key of the complaint with this id and content (see tracking.receipt_key_for)."""
        return tracking.receipt_key_for(complaint_id, content, key=self._receipt_key)

    @property
    def numbers(self) -> tracking.Numbers:
        """The case numbers and ids, made with a secret key, that analysts see in place of tracking codes and ids."""
        return tracking.Numbers(self._number_key)

    def pseudonym(self, channel: str, sender: str) -> str:
        """Return the pseudonym of a sender on a channel: 32 hexadecimal digits that depend only on these two and the key."""
        content = f"{channel}\0{sender}".encode("utf-8", "surrogatepass")
        return blake2b(content, key=self._pseudonym_key, digest_size=16).hexdigest()

    def seal(self, content: bytes, *, owner: UUID, month: str) -> str:
        """Return content of a mailbox's record, encrypted with the key of a month: the key id, a dot, and base64.

        Args:
            content: the content to seal.
            owner: the id of the record, without which it cannot be opened.
            month: "2026-11".
        """
        sealed = _cipher(self._secret, f"message/{month}").encrypt(content, [owner.bytes])
        return f"{self.key_id}.{base64.b64encode(sealed).decode()}"

    def unseal(self, sealed: str, *, owner: UUID, month: str) -> bytes:
        """Return the content that `seal` encrypted.

        Raises:
            ContractViolation: it was sealed with another secret or for another record, or it is damaged.
        """
        key_id, _, content = sealed.partition(".")
        try:
            return _cipher(self._secret, f"message/{month}").decrypt(base64.b64decode(content), [owner.bytes])
        except (InvalidTag, ValueError) as error:
            raise self._cannot_open(f"the sealed content of {owner}", key_id) from error

    def seal_text(self, text: str, address: dict[str, str], *, owner: UUID, month: str) -> str:
        """Return a text to send and the address that it goes to, encrypted as `seal` does."""
        return self.seal(json.encode(_Text(address=address, text=text)), owner=owner, month=month)

    def unseal_text(self, sealed: str, *, owner: UUID, month: str) -> tuple[str, dict[str, str]]:
        """Return the text and the address that `seal_text` encrypted.

        Raises:
            ContractViolation: as for `unseal`.
        """
        said = json.decode(self.unseal(sealed, owner=owner, month=month), type=_Text)
        return said.text, said.address

    def seal_state(self, content: bytes, *, key: bytes) -> bytes:
        """Return the bytes of the key id, followed by the state of a mailbox, encrypted for its key."""
        return bytes.fromhex(self.key_id) + _cipher(self._secret, "state").encrypt(content, [key])

    def unseal_state(self, sealed: bytes, *, key: bytes) -> bytes:
        """Return the state that `seal_state` encrypted.

        Raises:
            ContractViolation: it was sealed with another secret or for another key, or it is damaged.
        """
        try:
            return _cipher(self._secret, "state").decrypt(sealed[KEY_ID_BYTES:], [key])
        except (InvalidTag, ValueError) as error:
            raise self._cannot_open("a sealed state", key_id_of_state(sealed)) from error

    def _cannot_open(self, what: str, key_id: str | None) -> ContractViolation:
        why = "is damaged, or was sealed for another record"
        if key_id is None:
            why = "is a record that is no state: nobody sealed it"
        elif key_id != self.key_id:
            why = f"was sealed with the secret {key_id}, and this process has the secret {self.key_id}"
        return ContractViolation(f"{what} cannot be opened: it {why}")


def key_id_of_state(sealed: bytes) -> str | None:
    """Return the key id of the secret that a state was sealed with; None if it is plain text, which is no sealed state."""
    return None if sealed.isascii() else sealed[:KEY_ID_BYTES].hex()


def load_secret(path: Path) -> bytes:
    """Return the content of the secret file.

    Raises:
        ConfigurationError: the file cannot be read, or there is none. A service makes none: with a secret of its own everything that it
            acknowledges would be unreadable for the others.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        raise ConfigurationError(
            f"the secret file {path} cannot be read ({error}): copy the installation's secret there, or set LAPOR_SECRET_FILE; only a new"
            " installation makes one: `head -c 32 /dev/urandom > FILE`"
        ) from error


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
