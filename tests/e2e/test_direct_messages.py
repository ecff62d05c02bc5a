"""A citizen who reports on X in secret: all that he hears comes by direct message, and so does what he answers."""

from collections.abc import Iterator
from uuid import uuid4

import httpx
import pytest

from tests.e2e.stack import RunningStack
from tests.harness.support import wait_until


@pytest.fixture
def x(stack: RunningStack) -> Iterator[httpx.Client]:
    """The stand-in for X."""
    with httpx.Client(base_url=f"{stack.note.controls['x']}/_standin", timeout=30, trust_env=False) as made:
        yield made


def test_what_a_citizen_answers_by_direct_message_is_read(stack: RunningStack, x: httpx.Client) -> None:
    """The question after his secret post, his answer, and a status: nothing of it is in public."""
    author = f"warga_{uuid4().hex[:8]}"
    text = f"@lapor1708 RAHASIA. Lampu jalan mati sejak Lebaran, gelap sekali {author}"
    post = x.post("/tweets", json={"author": author, "text": text}).raise_for_status().json()["id"]

    def heard() -> list[str]:
        found = x.get("/messages").json()["messages"]
        return [message["text"] for message in found if message["to"] == author]

    def hears(part: str) -> None:
        wait_until(lambda: any(part in said for said in heard()), timeout_s=60, what=f"{part!r} in {heard()}")

    def writes(said: str) -> None:
        x.post("/messages", json={"author": author, "text": said}).raise_for_status()

    hears("kabupaten/kota")
    writes("di Jalan Diponegoro, Kota Semarang")
    hears("sudah dilengkapi")
    before = len(heard())
    writes("STATUS")
    wait_until(lambda: len(heard()) > before, timeout_s=60, what="the status")
    assert "sejak" in heard()[-1]
    assert all(one["in_reply_to"] != post for one in x.get("/posts").json()["posts"])
    completed = "SELECT count() FROM cases WHERE channel = 'twitter' AND secret AND additions = 1"
    wait_until(lambda: int(stack.query(completed)[0][0]) >= 1, timeout_s=60, what="the completed case in ClickHouse")
