"""The receipt of what was just sent: ours, for one code, for an hour, in a cookie that no script reads."""

from uuid import UUID, uuid4

import pytest
from starlette.requests import Request
from starlette.responses import Response

from channels.web import receipts
from channels.web.receipt_keys import Sending
from channels.web.receipts import MOST, Receipts
from complaints.ids import content_digest
from tests.harness.there import there

CODE, OTHER = "2Q74GVWWCE3", "00000000000"
SIGNER = Receipts("a secret of the tests")


def sending(complaint: UUID) -> Sending:
    """Return a complaint that was sent."""
    return Sending(complaint, content_digest(b"x"))


def request(cookie: str = "", scheme: str = "http") -> Request:
    """Return a browser's request with a cookie."""
    headers = [(b"cookie", cookie.encode()), (b"host", b"lapor.example")]
    return Request({"type": "http", "scheme": scheme, "path": "/", "query_string": b"", "headers": headers})


def cookie_of(answer: Response) -> str:
    """Return what a browser would send next."""
    return answer.headers["set-cookie"].partition(";")[0]


def test_a_receipt_says_what_was_sent_and_when() -> None:
    """The complaint, or what was added to it, and whether somebody told of danger: the next page then has the number for emergencies."""
    complaint, command = uuid4(), uuid4()
    first = there(SIGNER.read(SIGNER.sign(sending(complaint), CODE), CODE))
    second = there(SIGNER.read(SIGNER.sign(sending(complaint), CODE, command, is_danger=True), CODE))
    assert (first.complaint_id, first.content, first.code, first.command_id) == (*sending(complaint), CODE, None)
    assert (second.complaint_id, second.command_id) == (complaint, command)
    assert (first.is_danger, second.is_danger) == (False, True)
    assert first.at.tzinfo is not None


def test_a_receipt_is_not_for_another_code_or_installation_or_day(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody learns by it about a case that is not his."""
    signed = SIGNER.sign(sending(uuid4()), CODE)
    assert SIGNER.read(signed, OTHER) is None
    assert Receipts("another secret").read(signed, CODE) is None
    monkeypatch.setattr(receipts, "AGE_S", -1)
    assert SIGNER.read(signed, CODE) is None


@pytest.mark.parametrize(
    "text", ["", "x", "a.b.c", "\ud800", "é" * 300, SIGNER.sign(sending(uuid4()), CODE)[:-1] + "\n"]
)
def test_a_text_that_is_no_receipt_is_none(text: str) -> None:
    """Whatever somebody writes into an address or a cookie."""
    assert SIGNER.read(text, CODE) is None


def test_what_we_signed_otherwise_is_no_receipt() -> None:
    """With our secret, but of another form."""
    for said in (["x", CODE, ""], [1, 2, 3], {"a": 1}, [uuid4().hex, "", CODE, "x"], []):
        assert SIGNER.read(str(SIGNER._signer.dumps(said)), CODE) is None


def test_a_browser_keeps_its_latest_receipts() -> None:
    """The newest for a code counts; the oldest are dropped, so that the cookie stays small."""
    cookie, complaints = "", [uuid4() for _ in range(MOST + 2)]
    for number, complaint in enumerate(complaints):
        answer = Response()
        SIGNER.give(request(cookie), answer, SIGNER.sign(sending(complaint), f"CODE{number}"))
        cookie = cookie_of(answer)
    assert len(cookie) < 1000
    held = [SIGNER.held(request(cookie), f"CODE{number}") for number in range(MOST + 2)]
    assert [sent and sent.complaint_id for sent in held] == [None, None, *complaints[2:]]
    answer, command = Response(), uuid4()
    SIGNER.give(request(cookie), answer, SIGNER.sign(sending(complaints[5]), "CODE5", command))
    assert there(SIGNER.held(request(cookie_of(answer)), "CODE5")).command_id == command


def test_the_cookie_is_for_browsers_alone() -> None:
    """Under https no other host of the domain can set it."""
    for scheme, name, secure in (("http", "lapor-receipts=", False), ("https", "__Host-lapor-receipts=", True)):
        answer = Response()
        SIGNER.give(request(scheme=scheme), answer, SIGNER.sign(sending(uuid4()), CODE))
        said = answer.headers["set-cookie"]
        assert said.startswith(name)
        assert "HttpOnly" in said
        assert "SameSite=lax" in said
        assert "Path=/" in said
        assert "Max-Age=3600" in said
        assert ("Secure" in said) is secure
