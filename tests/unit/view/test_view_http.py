"""The view's interface and its client, over a real socket on loopback."""

import threading
import time
from contextlib import closing
from pathlib import Path
from uuid import uuid4

import httpx
import msgspec
import pytest
from pydantic import SecretStr
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from complaints.bus import Record
from complaints.contract import CASES
from complaints.errors import CaseError, TrackingCodeError, UnavailableError
from complaints.fact import FactKind
from complaints.runtime.http_server import listening_socket, serve
from ops.casework.find import find
from tests.harness.cases.made import Story
from tests.harness.events import PEMDA
from tests.harness.numbers import number
from tests.harness.support import free_port
from tests.harness.tables import each
from tests.harness.there import there
from tests.harness.view import KEY, ServedView
from view import client as view_client
from view.client import ViewClient
from view.status import status_of

NOBODY = "2Q74GVWWCE3"
"""A valid code that no case has."""

ADDRESS = "k1.c2VhbGVkIGFkZHJlc3M="


def with_address(record: Record) -> Record:
    """Return the record as an older program might have written it, with a sealed address."""
    value = msgspec.json.decode(record.value)
    for part in (value, value.get("complaint") or {}):
        part["reply_to"] = ADDRESS
    return record._replace(value=msgspec.json.encode(value))


def later(work: object, *arguments: object, after_s: float = 0.3) -> None:
    """Do something a moment later, in another thread."""
    threading.Timer(after_s, work, arguments).start()  # type: ignore[arg-type]


def test_a_case_number_leads_back_to_its_case(served: ServedView, client: ViewClient) -> None:
    """So an operator who found it in ClickHouse can act; it is typed as people write, and nobody without the view's key can do it."""
    story = Story()
    served.put(story.document())
    known = number(story.code)
    for typed in (known, known.lower(), f" {known[:5]} {known[5:9]} {known[9:]}", known.replace("0", "o")):
        assert there(client.case(typed)).tracking_code == story.code
    assert client.case("K-000000000000") is None
    assert served.get(f"/numbers/{known}", key=None).status_code == 401
    with pytest.raises(CaseError, match="no case has the number K-000000000000"):
        find(client, "k-0000 0000 0000")


@pytest.mark.parametrize("shown", ["", "Bearer", "Bearer another key", f"Bearer {KEY.get_secret_value()}x", "Bearer é"])
@pytest.mark.parametrize("path", [f"/cases/{NOBODY}", "/health", "/no/such/path"])
def test_without_the_key_nothing_is_said(served: ServedView, path: str, shown: str) -> None:
    """Not even whether the path exists."""
    answer = httpx.get(served.url + path, headers=[(b"Authorization", shown.encode())] if shown else [])
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")


def test_a_client_with_a_wrong_key_says_that_the_view_is_not_available(served: ServedView) -> None:
    """And never that there is no such case."""
    with (
        closing(ViewClient([served.url], key=SecretStr("wrong"))) as client,
        pytest.raises(UnavailableError, match="answers 401"),
    ):
        client.status(NOBODY)


def test_a_case_by_its_code_and_by_its_complaint(served: ServedView, client: ViewClient) -> None:
    """However a person types the code; without the sealed address; with how far the view is behind."""
    story = Story()
    served.put(*map(with_address, story.records()))
    assert story.case is not None
    assert client.status(story.code.lower()) == client.status_of(story.complaint.id) == status_of(story.case)
    assert there(client.case(story.code)).version == 2
    answer = served.get(f"/cases/{story.code}")
    assert answer.json()["behind_ms"] == 1000
    assert ADDRESS not in answer.text + served.get(f"/cases/{story.code}/facts").text


def test_what_is_not_there(served: ServedView, client: ViewClient) -> None:
    """A case, a complaint, facts and results; a text that is no code; a path that is none."""
    assert client.status(NOBODY) is None
    assert client.status_of(uuid4()) is None
    assert client.facts(NOBODY) == ()
    assert client.result(NOBODY, uuid4()) == ()
    with pytest.raises(TrackingCodeError):
        client.status("ABC")
    assert served.get("/cases").status_code == 404
    assert served.get(f"/cases/{NOBODY}", version="x").status_code == 422
    for wait_s in ("nan", "inf", "-1", "x"):
        assert served.get(f"/cases/{NOBODY}", wait_s=wait_s).status_code == 422
    assert served.get(f"/cases/{NOBODY}/commands/1").status_code == 422
    assert served.get("/complaints/1").status_code == 422


def test_the_facts_of_a_case_and_of_a_command(served: ServedView, client: ViewClient) -> None:
    """In the order in which they happened."""
    story, command = Story(), uuid4()
    story.refuse(command)
    story.answer(uuid4())
    served.put(*story.records())
    assert [fact.version for fact in client.facts(story.code)] == [1, 2, 3, 4, 5]
    assert [fact.kind for fact in client.result(story.code, command)] == [FactKind.refused, FactKind.routed]
    assert [fact.kind for fact in client.result(story.code, story.complaint.id)] == [FactKind.opened, FactKind.routed]
    assert client.result(story.code, uuid4()) == ()


def test_a_request_can_wait_for_a_version(served: ServedView, client: ViewClient) -> None:
    """It is answered when the version is there, or in time with what is there."""
    story = Story()
    served.put(*story.records())
    story.answer(uuid4())
    started = time.monotonic()
    later(served.put, *story.records())
    found = there(client.case(story.code, version=3, wait_s=9))
    assert found.version == 3
    assert 0.2 < time.monotonic() - started < 3
    started = time.monotonic()
    assert there(client.case(story.code, version=4, wait_s=0.5)).version == 3
    assert 0.4 < time.monotonic() - started < 3
    assert client.case(NOBODY, version=1, wait_s=0.2) is None


def test_a_request_can_wait_for_a_result(
    served: ServedView, client: ViewClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """For longer than one request may wait, by asking again."""
    monkeypatch.setattr(view_client, "ASK_S", 0.2)
    story, command = Story(), uuid4()
    served.put(*story.records())
    story.refuse(command)
    later(served.put, *story.records(), after_s=1.0)
    assert [fact.kind for fact in client.result(story.code, command, wait_s=10)] == [FactKind.refused, FactKind.routed]
    started = time.monotonic()
    assert client.result(story.code, uuid4(), wait_s=0.5) == ()
    assert 0.4 < time.monotonic() - started < 3


def test_many_requests_wait_at_the_same_time(served: ServedView, client: ViewClient) -> None:
    """More than there are connections that read, each for a case of its own."""
    stories = [Story(number) for number in range(60)]
    found: list[object] = []
    threads = [
        threading.Thread(target=lambda code=story.code: found.append(client.case(code, version=1, wait_s=9)))
        for story in stories
    ]
    for thread in threads:
        thread.start()
    later(served.put, *(record for story in stories for record in story.records()))
    for thread in threads:
        thread.join(15)
    assert len(found) == 60
    assert None not in found
    assert served.news._waiting == {}


def test_while_it_catches_up_the_view_is_not_available(tmp_path: Path) -> None:
    """It may not have read the case yet, so it cannot say that there is none."""
    served = ServedView(tmp_path, ready=False)
    served.put(*Story().records())
    client = ViewClient([served.url], key=KEY)
    with pytest.raises(UnavailableError, match="answers 503"):
        client.status(Story().code)
    assert served.get("/health").status_code == 503
    assert served.get(f"/cases/{NOBODY}").status_code == 503
    ((_, said),) = client.health()
    assert not isinstance(said, str)
    assert said["ready"] is False
    client.close()
    served.catch_up()
    assert served.get("/health").json() == {
        "ready": True,
        "behind_ms": 1000,
        "partitions": [{"topic": CASES, "partition": 0, "waiting": 0, "oldest_ms": 1000}],
    }
    served.close()


def test_a_view_that_is_away_is_not_asked_again_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A citizen's request must not wait for it each time."""
    client = ViewClient([f"http://127.0.0.1:{free_port()}"], key=KEY)
    with pytest.raises(UnavailableError, match="cannot be looked up"):
        client.status(NOBODY)
    with pytest.raises(UnavailableError, match="a moment ago"):
        client.status(NOBODY)
    monkeypatch.setattr(view_client, "AWAY_S", 0.0)
    client._away_until = dict.fromkeys(client._away_until, 0.0)
    for _ in range(2):
        with pytest.raises(UnavailableError, match="refused"):
            client.status(NOBODY)
    client.close()


def test_a_view_that_hangs_is_given_up_in_time() -> None:
    """It accepted the connection and says nothing."""
    with listening_socket("127.0.0.1", 0) as silent:
        client = ViewClient([f"http://127.0.0.1:{silent.getsockname()[1]}"], key=KEY, patience_s=0.3)
        started = time.monotonic()
        with pytest.raises(UnavailableError):
            client.status(NOBODY)
        assert time.monotonic() - started < 2
        client.close()


@each("body", [b"<html>", b"[]", b"1", b"{}", b"", b"[" * 9_999, b'{"x":' + b"[" * 2_000 + b"]" * 2_000 + b"}"])
@each("status", [200, 404, 500])
def test_a_server_that_is_no_view_is_not_available(body: bytes, status: int) -> None:
    """A wrong address, or a proxy's page: never "no such case"."""

    async def other(scope: Scope, receive: Receive, send: Send) -> None:
        await Response(body, status_code=status)(scope, receive, send)

    stop, listener = threading.Event(), listening_socket("127.0.0.1", 0)
    serving = threading.Thread(target=serve, args=(other, listener, stop, lambda: None))
    serving.start()
    with closing(ViewClient([f"http://127.0.0.1:{listener.getsockname()[1]}"], key=KEY)) as client:
        with pytest.raises(UnavailableError):
            client.status(NOBODY)
        with pytest.raises(UnavailableError):
            client.facts(NOBODY)
        ((_, said),) = client.health()
    assert isinstance(said, str)
    stop.set()
    serving.join(20)


def test_the_next_copy_answers_if_one_does_not(served: ServedView, tmp_path: Path) -> None:
    """Because it is away, is catching up, or has another key; and it is asked first for some seconds."""
    served.put(*Story().records())
    behind = ServedView(tmp_path / "behind", ready=False)
    client = ViewClient([f"http://127.0.0.1:{free_port()}", behind.url, served.url], key=KEY)
    assert client.status(Story().code) is not None
    behind.catch_up()
    assert client.status(Story().code) is not None, "the copy that has just caught up knows no cases yet"
    behind.close()
    client.close()


def test_a_number_that_nobody_can_read_in_a_field_that_nobody_knows_hides_no_case(
    served: ServedView, client: ViewClient
) -> None:
    """A later version may write more fields; what the view keeps and shows is what this one understands."""
    records = [
        record._replace(value=record.value[:-1] + b',"of a later version":1e999}') for record in Story().records()
    ]
    served.put(*records)
    assert client.status(Story().code) is not None
    assert client.facts(Story().code) != ()
    assert b"later" not in served.get(f"/cases/{Story().code}").content


def test_a_document_that_this_program_cannot_read_is_not_available(served: ServedView, client: ViewClient) -> None:
    """It is no fault of the citizen's code."""
    code = Story().code
    served.put(*Story().records())
    served.store._writer.execute("UPDATE cases SET document = ?", (b'{"complaint":{}}',))
    served.store._writer.commit()
    with pytest.raises(UnavailableError, match="answer cannot be read"):
        client.status(code)


def test_a_copy_whose_disk_fails_is_not_available(served: ServedView, client: ViewClient) -> None:
    """It says so instead of an answer."""
    served.store._writer.execute("DROP TABLE cases")
    with pytest.raises(UnavailableError, match="answers 503"):
        client.status(NOBODY)


def test_one_client_serves_many_threads(served: ServedView, client: ViewClient) -> None:
    """Doors ask from as many as they have."""
    stories = [Story(number) for number in range(20)]
    for story in stories:
        story.refuse(uuid4(), PEMDA)
        served.put(*story.records())
    wrong: list[object] = []

    def ask(story: Story) -> None:
        for _ in range(20):
            found = client.status(story.code)
            if found is None or found.complaint_id != story.complaint.id:
                wrong.append(found)

    threads = [threading.Thread(target=ask, args=(story,)) for story in stories]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert wrong == []
