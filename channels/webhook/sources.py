"""The systems that may hand in complaints, with their secrets and the callbacks to send replies to."""

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from complaints.errors import ConfigurationError
from normalizer.places.gazetteer import Gazetteer

NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,31}")

REGION = re.compile(r"\d{2}(\.\d{2})?")
"""The code of a province, or of a regency or city."""

LEAST_SECRET_BYTES = 24
"""The shortest secret; the specification asks for 24 to 64 bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One system that hands in complaints.

    Attributes:
        name: the name, as in the address /hooks/NAME.
        keys: its secrets, the newest first. An older one stays valid until the source uses the newer.
        callback: the address to post replies to; empty for a source that wants none.
        region: the Kemendagri code of the region whose government's own channel it is; empty if the source is no such channel.
        shared: whether many people use the same `sender`, as in a call centre or at a kiosk. Then each message is its own conversation.
    """

    name: str
    keys: tuple[Webhook, ...]
    callback: str = ""
    region: str = ""
    shared: bool = False

    def signed(self, body: bytes, headers: Mapping[str, str]) -> bool:
        """Return whether one of the secrets signed the body, with a timestamp within five minutes of now, in the three webhook headers."""
        for key in self.keys:
            try:
                key.verify(body, dict(headers), json_parse=False)
            except (WebhookVerificationError, ValueError):  # the library raises ValueError for malformed headers
                continue
            return True
        return False


def read_sources(path: Path) -> dict[str, Source]:
    """Return the sources of a YAML file: each name with `secrets` (whsec_...) and optionally `callback`, `region` and `shared`.

    Raises:
        ConfigurationError: the file cannot be read or an entry is wrong; the text never shows a secret.
    """
    try:
        loaded = yaml.safe_load(path.read_text("utf-8"))
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise ConfigurationError(f"LAPOR_WEBHOOK_SECRETS_FILE={path} cannot be read: {type(error).__name__}") from error
    if not isinstance(loaded, dict) or not loaded:
        raise ConfigurationError(f"LAPOR_WEBHOOK_SECRETS_FILE={path} names no source")
    return {str(name): _source(path, str(name), entry) for name, entry in loaded.items()}


def _source(path: Path, name: str, entry: Any) -> Source:
    wrong = f"LAPOR_WEBHOOK_SECRETS_FILE={path}: {name[:40]!r}"
    if not NAME.fullmatch(name) or not isinstance(entry, dict):
        raise ConfigurationError(f"{wrong} must be a short name of a-z, 0-9 and -, with `secrets` below it")
    secrets, callback = entry.get("secrets"), str(entry.get("callback") or "")
    if not isinstance(secrets, list) or not secrets or not all(_is_secret(secret) for secret in secrets):
        raise ConfigurationError(
            f"{wrong} needs `secrets`, a list of whsec_ and at least {LEAST_SECRET_BYTES} bytes of base64"
        )
    if callback and urlsplit(callback).scheme not in {"http", "https"}:
        raise ConfigurationError(f"{wrong} has a `callback` that is no http address")
    shared = entry.get("shared", False)
    if not isinstance(shared, bool):
        raise ConfigurationError(f"{wrong} has a `shared` that is neither true nor false")
    region = str(entry.get("region") or "")
    if region and not (REGION.fullmatch(region) and Gazetteer.load().name(region)):
        raise ConfigurationError(f'{wrong} has a `region` that is no Kemendagri code in quotes, such as "33.74"')
    keys = tuple(Webhook(secret) for secret in secrets)
    return Source(name=name, keys=keys, callback=callback, region=region, shared=shared)


def _is_secret(secret: object) -> bool:
    if not isinstance(secret, str) or not secret.startswith("whsec_"):
        return False
    try:
        return len(base64.b64decode(secret.removeprefix("whsec_") + "==")) >= LEAST_SECRET_BYTES
    except ValueError:
        return False
