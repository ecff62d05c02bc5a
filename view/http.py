"""The view's internal HTTP interface: cases and facts as JSON, for clients that have the key."""

import asyncio
import hmac
import time
from collections.abc import Callable
from typing import Final, TypeVar
from uuid import UUID

import msgspec
import orjson
from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from complaints.bus.foreign import decoded
from complaints.errors import UnavailableError
from view.freshness import Freshness
from view.lookups import FIRST, LAST_DAY, CaseDocument, Place
from view.news import News
from view.rows import entry
from view.store import Store

LONGEST_WAIT_S: Final = 10.0
"""The maximum number of seconds that a request may wait; a client that needs longer asks again."""

MOST_DUE: Final = 200
"""The maximum number of cases in one page of the list by deadlines."""

MOST_COMMANDS: Final = 1_000
"""The maximum number of commands that one request asks about."""

T = TypeVar("T")
N = TypeVar("N", int, float)


class _Asked(msgspec.Struct):
    """The body of a question about commands."""

    commands: list[tuple[str, UUID]]


class View:
    """The handlers of the interface."""

    def __init__(self, store: Store, *, freshness: Freshness, news: News, now: Callable[[], float] = time.time) -> None:
        self._store, self._freshness, self._news, self._now = store, freshness, news, now

    async def get_case(self, request: Request) -> Response:
        """Return a case by its tracking code. With `version` and `wait_s`, wait until it has at least that version.

        If it does not have it in time, return the present version.
        """
        code, version = request.path_params["code"], _number(request, "version", int, 0)
        found = await self._awaited(
            request, code, lambda: self._store.case(code), lambda case: case is not None and case.version >= version
        )
        return self._case(found)

    async def get_case_of(self, request: Request) -> Response:
        """Return the case of a complaint by the complaint's id."""
        self._require_ready()
        return self._case(await run_in_threadpool(self._store.case_of, _id(request, "complaint_id")))

    async def get_numbered(self, request: Request) -> Response:
        """Return the case with a case number."""
        self._require_ready()
        return self._case(await run_in_threadpool(self._store.case_numbered, request.path_params["number"]))

    async def get_facts(self, request: Request) -> Response:
        """Return all facts of a case, oldest first."""
        self._require_ready()
        found = await run_in_threadpool(self._store.facts, request.path_params["code"])
        return self._not_found() if found is None else self._facts(found)

    async def get_result(self, request: Request) -> Response:
        """Return the facts that a complaint or command caused. With `wait_s`, wait until it has a result."""
        code, cause = request.path_params["code"], _id(request, "command_id")
        found = await self._awaited(request, code, lambda: self._store.caused_by(code, cause), bool)
        return self._facts(found) if found else self._not_found()

    async def get_due(self, request: Request) -> Response:
        """Return a page of the cases that wait for somebody, the one with the earliest next deadline first.

        `agency` limits it to that agency's cases, `before` to those due before that day. `next` is the position of the next page (`due` and
        `code`), or null after the last one. A case that changes meanwhile may be on two pages, or on none.
        """
        self._require_ready()
        asked = request.query_params
        after = Place(asked["due"], asked.get("code", "")) if "due" in asked else FIRST
        most = min(_number(request, "most", int, MOST_DUE), MOST_DUE)
        found = await run_in_threadpool(
            lambda: self._store.due(
                owner=asked.get("agency", ""), before=asked.get("before", LAST_DAY), after=after, most=most
            )
        )
        last = found[-1].place if found and len(found) == most else None
        following = b"null" if last is None else orjson.dumps({"due": last.due, "code": last.code})
        cases = msgspec.json.encode([entry(one.document) for one in found])
        return self._answer(b'"cases":' + cases + b',"next":' + following)

    async def post_results(self, request: Request) -> Response:
        """Return the results of many commands, each asked for as [code, id]: the facts by id, and the versions of their cases by code."""
        self._require_ready()
        body = decoded(await request.body(), _Asked)
        if body is None:
            raise HTTPException(422, "the body has no commands, each a code and an id")
        asked = body.commands
        if len(asked) > MOST_COMMANDS:
            raise HTTPException(422, f"at most {MOST_COMMANDS} commands")
        found = await run_in_threadpool(self._store.results, asked)
        facts = b",".join(b'"%s":[%s]' % (str(id_).encode(), b",".join(said)) for id_, said in found.facts.items())
        return self._answer(b'"results":{' + facts + b'},"versions":' + orjson.dumps(found.versions))

    async def get_health(self, _: Request) -> Response:
        """Return how far the view is behind, with status 503 while it is catching up after its start."""
        now_ms, ready = self._now_ms(), self._freshness.ready
        partitions = [
            {"topic": one.topic, "partition": one.partition, "waiting": one.waiting, "oldest_ms": one.oldest_ms}
            for one in self._freshness.partitions(now_ms)
        ]
        said = {"ready": ready, "behind_ms": self._freshness.behind_ms(now_ms), "partitions": partitions}
        return JSONResponse(said, status_code=200 if ready else 503)

    async def _awaited(self, request: Request, code: str, read: Callable[[], T], is_enough: Callable[[T], bool]) -> T:
        """Return the result of `read` as soon as it is enough, or as it is when the request has waited for `wait_s` seconds."""
        self._require_ready()
        wait_s = min(_number(request, "wait_s", float, 0.0), LONGEST_WAIT_S)
        deadline = time.monotonic() + wait_s
        with self._news.about(code) as changed:
            while True:
                changed.clear()
                found = await run_in_threadpool(read)
                left_s = deadline - time.monotonic()
                if is_enough(found) or left_s <= 0:
                    return found
                try:
                    await asyncio.wait_for(changed.wait(), left_s)
                except TimeoutError:
                    continue

    def _require_ready(self) -> None:
        if not self._freshness.ready:
            raise HTTPException(503, "the view is catching up")

    def _now_ms(self) -> int:
        return int(self._now() * 1000)

    def _case(self, found: CaseDocument | None) -> Response:
        return self._not_found() if found is None else self._answer(b'"case":' + found.document)

    def _facts(self, facts: list[bytes]) -> Response:
        return self._answer(b'"facts":[' + b",".join(facts) + b"]")

    def _not_found(self) -> Response:
        return self._answer(b'"error":"not found"', status=404)

    def _answer(self, member: bytes, status: int = 200) -> Response:
        """Return an answer with one member and how far the view is behind. The stored JSON is passed on as it is."""
        behind = orjson.dumps(self._freshness.behind_ms(self._now_ms()))
        body = b"{" + member + b',"behind_ms":' + behind + b"}"
        return Response(body, status_code=status, media_type="application/json")


class WithKey:
    """Refuses every request without the key, before anything else sees it."""

    def __init__(self, app: ASGIApp, key: SecretStr) -> None:
        self._app, self._expected = app, f"Bearer {key.get_secret_value()}".encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve (ASGI)."""
        given = next((value for name, value in scope.get("headers", ()) if name == b"authorization"), b"")
        app = self._app if hmac.compare_digest(given, self._expected) else _refused
        await app(scope, receive, send)


_refused = JSONResponse({"error": "the key is missing or wrong"}, 401, {"WWW-Authenticate": "Bearer"})


def application(view: View, key: SecretStr) -> ASGIApp:
    """Return the application."""
    routes = [
        Route("/cases/{code}", view.get_case),
        Route("/cases/{code}/facts", view.get_facts),
        Route("/cases/{code}/commands/{command_id}", view.get_result),
        Route("/numbers/{number}", view.get_numbered),
        Route("/complaints/{complaint_id}", view.get_case_of),
        Route("/due", view.get_due),
        Route("/results", view.post_results, methods=["POST"]),
        Route("/health", view.get_health),
    ]
    app = Starlette(routes=routes, exception_handlers={HTTPException: _told, UnavailableError: _unavailable})
    return WithKey(app, key)


async def _told(_: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return JSONResponse({"error": error.detail}, error.status_code, error.headers)


async def _unavailable(_: Request, error: Exception) -> Response:
    return JSONResponse({"error": str(error)}, 503)


def _number(request: Request, name: str, kind: Callable[[str], N], default: N) -> N:
    text = request.query_params.get(name)
    try:
        found = default if text is None else kind(text)
    except ValueError as error:
        raise HTTPException(422, f"{name} is no number") from error
    if not 0 <= found < 1 << 32:  # also true for NaN
        raise HTTPException(422, f"{name} is out of range")
    return found


def _id(request: Request, name: str) -> UUID:
    try:
        return UUID(request.path_params[name])
    except ValueError as error:
        raise HTTPException(422, f"{name} is no UUID") from error
