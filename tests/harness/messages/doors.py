"""The doors of a kill test: each says one message by its channel until it is acknowledged, as that channel's upstream does."""

import contextlib
import http.client
import json
import re
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, NamedTuple
from urllib.parse import urlencode, urlsplit

from complaints.crypto import Keyring
from embedded.smsc.text import split
from tests.harness.messages.fed import Fed, key_of_fault, key_of_sms, key_of_text
from tests.harness.messages.plan import LINKS, Script, Step
from tests.harness.webhook import signed

PATIENCE_S: Final = 150.0
"""How long one message may take to be acknowledged: much longer than Kafka and a process may be away."""

AGAIN_S: Final = 0.2
"""Between two tries."""

NAP_S: Final = 12.0
"""How long one try may take: longer than a process that is frozen."""


class Said(NamedTuple):
    """One message to say.

    Attributes:
        script: its script.
        place: its place in the script.
        step: what is said; its code is filled in.
        fed: is told how often each part was acknowledged.
    """

    script: Script
    place: int
    step: Step
    fed: Fed

    @property
    def name(self) -> str:
        """Return what names the message upstream. A message that comes again by its key has the name of the first."""
        return f"{self.script.number}-{self.place - (self.step.kind in {'another', 'changed'})}"


class Http:
    """Connections that are kept, one for each thread and address."""

    def __init__(self) -> None:
        """Connect to nobody yet."""
        self._local = threading.local()
        self._links: set[http.client.HTTPConnection] = set()
        self.given_up = threading.Event()
        """Is set when nobody need try any more."""

    def close(self) -> None:
        """Close all connections; nobody may use them any more."""
        for link in self._links:
            link.close()

    def until(self, done: Callable[[], bool], what: str) -> None:
        """Try until it is done.

        Raises:
            TimeoutError: it was not done, or the run is given up.
        """
        deadline = time.monotonic() + PATIENCE_S
        while True:
            with contextlib.suppress(OSError):
                if done():
                    return
            if time.monotonic() > deadline or self.given_up.wait(AGAIN_S):
                raise TimeoutError(f"not acknowledged within {PATIENCE_S} s: {what}")

    def call(
        self, base: str, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> tuple[int, bytes, Any]:
        """Return status, body and headers of an answer.

        Raises:
            OSError: there is no answer.
        """
        known = self._local.__dict__.setdefault("open", {})
        link = known.pop(base, None) or http.client.HTTPConnection(urlsplit(base).netloc, timeout=NAP_S)
        self._links.add(link)
        try:
            link.request(method, path, body, dict(headers or {}))
            answer = link.getresponse()
            content = answer.read()
        except (OSError, http.client.HTTPException) as error:
            link.close()
            self._links.discard(link)
            raise OSError(str(error)) from error
        known[base] = link
        return answer.status, content, answer.headers

    def post(self, base: str, path: str, said: Any) -> tuple[int, Any]:
        """Post JSON; return the status and the JSON of the answer."""
        status, content, _ = self.call(base, "POST", path, json.dumps(said).encode())
        return status, json.loads(content)


class Sms:
    """Two SMSCs: the parts of a long message come by both, one after the other."""

    def __init__(self, http_: Http, controls: Mapping[str, str], keys: Keyring) -> None:
        """Take the control interfaces by link."""
        self._http, self._controls, self._keys = http_, [controls[link] for link in LINKS], keys

    @staticmethod
    def number(script: Script) -> str:
        """Return the citizen's number."""
        return f"62812{script.number:08d}"

    def citizen(self, script: Script) -> str:
        """Return the key of the citizen's mailbox."""
        return self._keys.pseudonym("sms", f"+{self.number(script)}")

    def keys_of(self, said: Said) -> Sequence[str]:
        """Return by what the parts are recognised."""
        if said.step.kind == "dead_letter":
            return [key_of_fault("sms", body) for body, _ in self._parts(said)]
        return [key_of_sms(self.number(said.script), body) for body, _ in self._parts(said)]

    def _parts(self, said: Said) -> list[tuple[bytes, dict[str, Any]]]:
        """Return the user data of each part, and the request that delivers it."""
        if said.step.kind == "dead_letter":
            octets = b"\xc8" + said.step.text.encode()
            return [(octets, {"payload_hex": octets.hex(), "esm_class": 0x40})]
        parts = split(said.step.text, reference=(said.script.number * 5 + said.place) & 0xFF)
        return [
            (
                part.octets[6:] if part.esm_class else part.octets,
                {"payload_hex": part.octets.hex(), "esm_class": part.esm_class, "data_coding": part.data_coding},
            )
            for part in parts
        ]

    def say(self, said: Said) -> None:
        """Deliver all parts; an SMSC delivers again what is not answered."""
        for number, ((_, request), key) in enumerate(zip(self._parts(said), said.fed.keys, strict=True)):
            control = self._controls[(said.script.number + number) % len(self._controls)]
            source = {"source": self.number(said.script), "timeout_s": NAP_S - 2}

            def delivered(control: str = control, request: dict[str, Any] = source | request) -> bool:
                status, answer = self._http.post(control, "/deliver", request)
                return status == http.client.OK and answer["status"] == 0

            self._http.until(delivered, said.name)
            said.fed.acknowledged[key] += 1


class Webhook:
    """The two sources, which know both processes of the channel."""

    def __init__(self, http_: Http, bases: Sequence[str], keys: Keyring, secrets: Mapping[str, str]) -> None:
        """Take the addresses of the processes, and the secrets of the sources."""
        self._http, self._bases, self._keys, self._secrets = http_, bases, keys, secrets

    def citizen(self, script: Script) -> str | None:
        """Return the key of the citizen's mailbox; None if many people share it."""
        return None if script.door == "kiosk" else self._keys.pseudonym("webhook", f"{script.door}/w{script.number}")

    def keys_of(self, said: Said) -> Sequence[str]:
        """Return by what the message is recognised."""
        return [key_of_text("webhook", said.step.text)]

    def say(self, said: Said) -> None:
        """Post it to one process after the other until one says 202."""
        script = said.script
        told = {"id": f"A-{script.number}", "text": said.step.text}
        told["sender"] = "booth-1" if script.door == "kiosk" else f"w{script.number}"
        if any(step.kind == "addition" for step in script.steps):
            told["thread"] = f"t{script.number}"
        body, tries = json.dumps(told).encode(), script.number

        def taken() -> bool:
            nonlocal tries
            tries += 1
            headers = signed(body, number=said.name, secret=self._secrets[script.door])
            base = self._bases[tries % len(self._bases)]
            status, _, _ = self._http.call(base, "POST", f"/hooks/{script.door}", body, headers)
            return status == http.client.ACCEPTED

        self._http.until(taken, said.name)
        said.fed.acknowledged[said.fed.keys[0]] += 1


class Web:
    """The mobile app, which sends a complaint by the API, and a browser, which adds on the page of the case."""

    def __init__(self, http_: Http, bases: Sequence[str]) -> None:
        """Take the addresses of the processes."""
        self._http, self._bases = http_, bases
        self.codes: dict[int, str] = {}
        """The code that each script was told."""

    def citizen(self, script: Script) -> str | None:
        """Return the key of the mailbox: the code."""
        return self.codes.get(script.number)

    def keys_of(self, said: Said) -> Sequence[str]:
        """Return by what the message is recognised."""
        return [key_of_text("web", said.step.text)]

    def say(self, said: Said) -> None:
        """Send it."""
        self._http.until(
            (lambda: self._add(said)) if said.step.kind == "addition" else (lambda: self._send(said)), said.name
        )
        said.fed.acknowledged[said.fed.keys[0]] += 1

    def _base(self) -> str:
        return self._bases[time.monotonic_ns() // 1000 % len(self._bases)]

    def _send(self, said: Said) -> bool:
        body = json.dumps({"text": said.step.text, "secret": said.step.secret}).encode()
        headers = {"Idempotency-Key": f"idempotency-{said.name:0>6}", "Content-Type": "application/json"}
        status, content, _ = self._http.call(self._base(), "POST", "/api/v1/complaints", body, headers)
        if status != http.client.ACCEPTED:
            return False
        code = json.loads(content)["tracking_code"]
        assert self.codes.setdefault(said.script.number, code) == code, f"two codes for one key: {said.name}"
        return True

    def _add(self, said: Said) -> bool:
        base, path = self._base(), f"/lacak/{self.codes[said.script.number]}"
        status, page, headers = self._http.call(base, "GET", path)
        fields = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page.decode()))
        if status != http.client.OK or "token" not in fields:  # the view has no such case yet
            return False
        form = urlencode({**fields, "form_key": said.name, "text": said.step.text}).encode()
        cookie = headers["set-cookie"].partition(";")[0]
        sent = {"Cookie": cookie, "Content-Type": "application/x-www-form-urlencoded"}
        status, _, _ = self._http.call(base, "POST", path, form, sent)
        return status == http.client.SEE_OTHER


class Twitter:
    """Citizens on X. What X has taken must be read."""

    def __init__(self, http_: Http, base: str, keys: Keyring) -> None:
        """Take the address of the stand-in."""
        self._http, self._base, self._keys = http_, base, keys
        self._first: dict[int, str] = {}
        self._ids: dict[int, str] = {}

    def citizen(self, script: Script) -> str | None:
        """Return the key of the citizen's mailbox."""
        return self._keys.pseudonym("twitter", self._ids[script.number])

    def keys_of(self, said: Said) -> Sequence[str]:
        """Return by what the message is recognised."""
        return [key_of_text("twitter", _mention(said.step.text))]

    def say(self, said: Said) -> None:
        """Post it. X takes the same text only once."""
        number, author = said.script.number, f"warga{said.script.number}"
        post: dict[str, Any] = {"author": author, "text": _mention(said.step.text)}
        if said.place:
            post["in_reply_to"] = self._first[number]

        def taken() -> bool:
            if number not in self._ids:
                self._ids[number] = self._http.post(self._base, "/_standin/users", {"username": author})[1]["id"]
            self._first.setdefault(number, self._http.post(self._base, "/_standin/tweets", post)[1]["id"])
            if said.place:
                self._http.post(self._base, "/_standin/tweets", post)
            return True

        self._http.until(taken, said.name)
        said.fed.acknowledged[said.fed.keys[0]] += 1


def _mention(text: str) -> str:
    return f"@lapor1708 {text}"


class Telegram:
    """Citizens on Telegram. What Telegram has taken must be read."""

    def __init__(self, http_: Http, base: str, keys: Keyring) -> None:
        """Take the address of the stand-in."""
        self._http, self._base, self._keys = http_, base, keys
        self._ids: dict[int, str] = {}

    def citizen(self, script: Script) -> str | None:
        """Return the key of the citizen's mailbox."""
        return self._keys.pseudonym("telegram", self._ids[script.number])

    def keys_of(self, said: Said) -> Sequence[str]:
        """Return by what the message is recognised: who wrote it does not stand in it, so greetings are not told apart."""
        return [key_of_text("telegram", said.step.text)]

    def say(self, said: Said) -> None:
        """Write to our bot."""
        wanted = {"author": f"warga{said.script.number}", "text": said.step.text, "key": f"{said.place}"}

        def taken() -> bool:
            status, answer = self._http.post(self._base, "/_standin/messages", wanted)
            self._ids[said.script.number] = str(answer["user_id"])
            return status in {http.client.OK, http.client.CREATED}

        self._http.until(taken, said.name)
        said.fed.acknowledged[said.fed.keys[0]] += 1


Door = Sms | Webhook | Web | Twitter | Telegram
