"""A source of webhooks: signs as its secret says, by the library of those who wrote the specification."""

import base64
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import yaml
from standardwebhooks.webhooks import Webhook

SECRET = "whsec_" + base64.b64encode(b"the secret of a source here").decode()
OLDER = "whsec_" + base64.b64encode(b"the secret that it had before").decode()


def sources_file(folder: Path, **more: Any) -> Path:
    """Write a file with one source, and those of `more`, and return it."""
    path = folder / "webhooks.yaml"
    path.write_text(yaml.safe_dump({"dinas": {"secrets": [SECRET, OLDER]}} | more))
    return path


def signed(body: bytes, *, number: str, secret: str = SECRET, age_s: float = 0.0) -> dict[str, str]:
    """Return the headers of a body."""
    now = datetime.now(UTC) - timedelta(seconds=age_s)
    return {
        "content-type": "application/json",
        "webhook-id": number,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(secret).sign(number, now, body.decode()),
    }


def hand_in(
    base: str,
    number: str = "",
    *,
    secret: str = SECRET,
    source: str = "dinas",
    timeout_s: float = 30,
    **fields: Any,
) -> httpx.Response:
    """Hand in a complaint."""
    told = {"id": "A-1", "text": "Jalan di Kota Semarang berlubang", "sender": "warga-7"} | fields
    body = json.dumps(told).encode()
    headers = signed(body, number=number or uuid4().hex, secret=secret)
    return httpx.post(f"{base}/hooks/{source}", content=body, headers=headers, timeout=timeout_s)
