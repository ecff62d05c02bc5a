"""A citizen's whole story on each channel alone: send, be asked, answer, hear the owner, ask for the status, get the agency's answer."""

import re
from collections.abc import Callable, Iterator
from typing import Protocol
from uuid import uuid4

import httpx
import pytest

from tests.e2e.stack import RunningStack
from tests.harness.support import wait_until

CODE = re.compile(r"\b[0-9A-HJKMNP-TV-Z]{5} [0-9A-HJKMNP-TV-Z]{5} [0-9A-HJKMNP-TV-Z*~$=U]\b")
PLACELESS = "lampu jalan mati sejak Lebaran, gelap sekali"
STREETS = {
    "sms": "Jalan Pandanaran",
    "twitter": "Jalan Veteran",
    "telegram": "Jalan Sriwijaya",
    "web": "Jalan Ahmad Yani",
}
"""Each channel's own, where nobody else reports a lamp: of one lamp the later reports would become supporters of the first."""

OWNER = "Kota Semarang"
ANSWER = "Lampu sudah kami ganti pagi ini. Terima kasih atas laporannya."


class Citizen(Protocol):
    """One person on one channel."""

    _http: httpx.Client

    def say(self, text: str) -> None:
        """Write to us."""

    def heard(self) -> list[str]:
        """Return what we wrote, oldest first."""


class ByPhone:
    """SMS through the SMSC."""

    def __init__(self, stack: RunningStack) -> None:
        self._http = httpx.Client(base_url=stack.note.controls["smsc"], timeout=30, trust_env=False)
        self._number = f"62811{uuid4().int % 10**8:08d}"

    def say(self, text: str) -> None:
        """Text 1708."""
        body = {"source": self._number, "destination": "1708", "text": text}
        assert self._http.post("/deliver", json=body).json()["status"] == 0

    def heard(self) -> list[str]:
        """Return the SMS to this number."""
        sent = self._http.get("/sent").json()["sent"]
        return [message["text"] for message in sent if message["destination"] == self._number]


class OnTwitter:
    """Posts at X; the citizen answers below what we posted."""

    def __init__(self, stack: RunningStack) -> None:
        self._http = httpx.Client(base_url=f"{stack.note.controls['x']}/_standin", timeout=30, trust_env=False)
        self._name = f"warga_{uuid4().hex[:8]}"
        self._own: set[str] = set()
        self._last: str | None = None

    def say(self, text: str) -> None:
        """Mention us."""
        body = {"author": self._name, "text": f"@lapor1708 {text}", "mentions": ["lapor1708"]}
        below = {} if self._last is None else {"in_reply_to": int(self._last)}
        made: str = self._http.post("/tweets", json=body | below).raise_for_status().json()["id"]
        self._own.add(made)

    def heard(self) -> list[str]:
        """Return our posts below this citizen's."""
        posts = self._http.get("/posts").json()["posts"]
        ours = [post for post in sorted(posts, key=lambda post: int(post["id"])) if post["in_reply_to"] in self._own]
        if ours:
            self._last = ours[-1]["id"]
        return [post["text"] for post in ours]


class OnTelegram:
    """Writes to our bot."""

    def __init__(self, stack: RunningStack) -> None:
        self._http = httpx.Client(base_url=f"{stack.note.controls['telegram']}/_standin", timeout=30, trust_env=False)
        self._name = f"warga_{uuid4().hex[:8]}"

    def say(self, text: str) -> None:
        """Write a message."""
        self._http.post("/messages", json={"author": self._name, "text": text}).raise_for_status()

    def heard(self) -> list[str]:
        """Return what the bot wrote here."""
        sent = self._http.get("/sent", params={"to": self._name}).json()["messages"]
        return [message["text"] for message in sent if message.get("text")]


class OnTheWeb:
    """A browser without JavaScript: the form, then the tracking page."""

    def __init__(self, stack: RunningStack) -> None:
        web = stack.note.addresses["web"]
        self._http = httpx.Client(base_url=f"http://{web}", timeout=30, trust_env=False, follow_redirects=True)
        self._code = ""

    def say(self, text: str) -> None:
        """Fill in the form; later the one on the tracking page. Asking for the status is opening that page."""
        if text.startswith("STATUS"):
            return
        at = f"/lacak/{self._code}" if self._code else "/"
        hidden = dict(re.findall(r'name="(token|form_key|kept)" value="([^"]*)"', self._http.get(at).text))
        answer = self._http.post(at, files={name: (None, value) for name, value in {**hidden, "text": text}.items()})
        assert answer.status_code == 200, answer.text
        self._code = self._code or re.findall(r"/diterima/(\w+)", str(answer.url))[0]

    def heard(self) -> list[str]:
        """Return the letters on the page, and what it says of the status."""
        page = self._http.get(f"/lacak/{self._code}").text
        return [re.sub(r"<[^>]+>", " ", part) for part in (*re.findall(r"<p>(.*?)</p>", page, re.DOTALL), page)]


CITIZENS: dict[str, Callable[[RunningStack], Citizen]] = {
    "sms": ByPhone,
    "twitter": OnTwitter,
    "telegram": OnTelegram,
    "web": OnTheWeb,
}


@pytest.fixture(params=CITIZENS)
def citizen(request: pytest.FixtureRequest, stack: RunningStack) -> Iterator[Citizen]:
    """Somebody whom we have not heard of."""
    made = CITIZENS[request.param](stack)
    yield made
    made._http.close()


def hears(citizen: Citizen, part: str) -> str:
    """Wait until the citizen hears something, and return it."""

    def said() -> str:
        return next((text for text in citizen.heard() if part in text), "")

    wait_until(lambda: bool(said()), timeout_s=60, what=f"{part!r}; heard so far: {citizen.heard()}")
    return said()


def test_one_channel_is_enough_for_the_whole_life_of_a_complaint(
    stack: RunningStack, citizen: Citizen, request: pytest.FixtureRequest
) -> None:
    """Nobody has to change the door, and every word comes back on it."""
    citizen.say(PLACELESS)
    question = hears(citizen, "kabupaten/kota")
    code = CODE.findall(question)[0].replace(" ", "")
    citizen.say(f"di {STREETS[request.node.callspec.params['citizen']]}, Kota Semarang")
    assert OWNER in hears(citizen, "sudah dilengkapi")

    def owner() -> str:
        of = f"case_number = '{stack.number(code)}' AND additions = 1 AND hop = 1"
        found = stack.query(f"SELECT owner_id FROM cases WHERE {of}")
        return found[0][0] if found else ""

    wait_until(lambda: bool(owner()), timeout_s=60, what="the completed case in ClickHouse")
    citizen.say(f"STATUS {code}")
    assert OWNER in hears(citizen, "sejak")
    answered = stack.run("case", "answer", code, "--as", owner(), "--text", ANSWER)
    assert answered.returncode == 0, answered.stderr
    assert ANSWER in hears(citizen, "Lampu sudah kami ganti").replace("\n", " ")
    assert len([text for text in citizen.heard() if "sudah dilengkapi" in text and len(text) < 400]) == 1
