"""The endpoints of X's API v2 that a service needs to read its mentions and to reply to them."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from embedded.x.fields import read_wanted, show, show_user
from embedded.x.gate import Gate
from embedded.x.pages import NEXT, page, read_id, read_range
from embedded.x.posts import is_long
from embedded.x.problems import Problem, invalid, missing
from embedded.x.search import matcher
from embedded.x.store import DuplicateError, XStore
from embedded.x.stream import Streams

Handler = Callable[[Request], Awaitable[Response]]


class Api:
    """The X API v2 of one stand-in.

    Args:
        store: the accounts and posts that it shows and changes.
        gate: admits or refuses each request first.
        streams: the filtered stream. Its listeners get a new post only if it matches a rule and its author is not
            protected.
    """

    def __init__(self, store: XStore, gate: Gate, streams: Streams) -> None:
        self._store = store
        self._gate = gate
        self._streams = streams

    def routes(self) -> list[Route]:
        """Return a route for each endpoint of the API, and one that answers a GET request for any other path below /2/ with 404.

        The gate must admit a request before its endpoint runs. Each endpoint (method and path) has a rate limit of its own.
        """
        table: list[tuple[str, str, Handler]] = [
            ("GET", "/2/users/me", self._me),
            ("GET", "/2/users/by/username/{username}", self._by_username),
            ("GET", "/2/users/{id}/mentions", self._mentions),
            ("GET", "/2/tweets/search/recent", self._search),
            ("GET", "/2/tweets/search/stream", self._stream),
            ("GET", "/2/tweets/search/stream/rules", self._rules),
            ("POST", "/2/tweets/search/stream/rules", self._add_rules),
            ("POST", "/2/tweets", self._create),
            ("POST", "/2/dm_conversations/with/{id}/messages", self._message),
            ("GET", "/2/dm_events", self._events),
        ]
        routes = [Route(path, self._guarded(f"{verb} {path}", run), methods=[verb]) for verb, path, run in table]
        return [*routes, Route("/2/{rest:path}", self._guarded("unknown", self._unknown))]

    def _guarded(self, endpoint: str, handler: Handler) -> Handler:
        async def guarded(request: Request) -> Response:
            headers: dict[str, str] = {}
            try:
                headers = self._gate.admit(request, endpoint)
                response = await handler(request)
            except Problem as problem:
                response = problem.response()
            response.headers.update(headers)
            return response

        return guarded

    async def _unknown(self, _request: Request) -> Response:
        raise Problem(404)

    async def _me(self, request: Request) -> Response:
        return JSONResponse({"data": show_user(self._store.account, read_wanted(request.query_params))})

    async def _by_username(self, request: Request) -> Response:
        username = request.path_params["username"]
        try:
            user = self._store.user_named(username)
        except KeyError:
            return JSONResponse({"errors": [missing("username", username)]})
        return JSONResponse({"data": show_user(user, read_wanted(request.query_params))})

    async def _mentions(self, request: Request) -> Response:
        user_id = read_id(request.path_params["id"], "id")
        wanted = read_wanted(request.query_params)
        bounds = read_range(request.query_params, least=5, token="pagination_token")  # noqa: S106 - a parameter's name
        if not self._store.users([user_id]):
            return JSONResponse({"errors": [missing("id", str(user_id))]})
        posts, meta = page(bounds, lambda part: self._store.mentions(user_id, part))
        return JSONResponse({**show(posts, wanted, self._store), "meta": meta})

    async def _search(self, request: Request) -> Response:
        wanted = read_wanted(request.query_params)
        matches = matcher(request.query_params.get("query", ""), self._store.username)
        bounds = read_range(request.query_params, least=10, token=NEXT)
        posts, meta = page(bounds, lambda part: self._store.recent(part, matches))
        return JSONResponse({**show(posts, wanted, self._store), "meta": meta})

    async def _create(self, request: Request) -> Response:
        body = await _body(request)
        text, reply = body.get("text"), body.get("reply") or {}
        if not isinstance(text, str) or not text.strip() or not isinstance(reply, dict):
            raise invalid("text", str(text), "The request has no `text`, or its `reply` is not an object")
        if is_long(text):
            raise Problem(403, "Your Tweet text is too long.")
        parent = None
        if "in_reply_to_tweet_id" in reply:
            parent = read_id(str(reply["in_reply_to_tweet_id"]), "reply.in_reply_to_tweet_id")
            if not self._store.is_visible(parent):
                raise Problem(403, "You attempted to reply to a Tweet that is deleted or not visible to you.")
        try:
            post = self._store.add(self._store.account, text, parent)
        except DuplicateError as error:
            raise Problem(403, "You are not allowed to create a Tweet with duplicate content.") from error
        self._streams.publish(post)
        return JSONResponse({"data": {"id": str(post.id), "text": text, "edit_history_tweet_ids": [str(post.id)]}}, 201)

    async def _message(self, request: Request) -> Response:
        text = (await _body(request)).get("text")
        if not isinstance(text, str) or not text.strip():
            raise invalid("text", str(text), "The request has no `text`")
        id_ = read_id(request.path_params["id"], "participant_id")
        made = self._store.direct.sent(id_, text) if self._store.users([id_]) else None
        if made is None:
            raise Problem(403, "You do not have permission to DM one or more participants.")
        return JSONResponse({"data": {"dm_conversation_id": made.conversation, "dm_event_id": str(made.id)}}, 201)

    async def _events(self, request: Request) -> Response:
        return JSONResponse(self._store.direct.answer(request))

    async def _stream(self, request: Request) -> Response:
        lines = self._streams.open(read_wanted(request.query_params))
        return StreamingResponse(lines, media_type="application/json")

    async def _rules(self, _request: Request) -> Response:
        rules = self._store.rules()
        answer: dict[str, Any] = {"data": rules} if rules else {}
        return JSONResponse({**answer, "meta": {"sent": _now(), "result_count": len(rules)}})

    async def _add_rules(self, request: Request) -> Response:
        wanted = (await _body(request)).get("add", [])
        for rule in wanted:
            matcher(str(rule.get("value", "")), self._store.username)
        added = [self._store.add_rule(rule["value"], rule.get("tag")) for rule in wanted]
        made = [rule for rule in added if rule is not None]
        refused = len(added) - len(made)
        summary = {"created": len(made), "not_created": refused, "valid": len(made), "invalid": refused}
        return JSONResponse({**({"data": made} if made else {}), "meta": {"sent": _now(), "summary": summary}}, 201)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


async def _body(request: Request) -> dict[str, Any]:
    try:
        body = orjson.loads(await request.body())
    except orjson.JSONDecodeError as error:
        raise Problem(400, "The request body is not valid JSON.") from error
    if not isinstance(body, dict):
        raise Problem(400, "The request body is not a JSON object.")
    return body
