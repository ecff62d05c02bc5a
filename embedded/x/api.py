"""The endpoints of X's API v2 that a service needs to read its mentions and to reply to them."""

from collections.abc import Awaitable, Callable
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from embedded.x.config import XConfig
from embedded.x.fields import read_wanted, show, show_user
from embedded.x.gate import Gate
from embedded.x.pages import Bounds, check_ids, not_found, page, read_range
from embedded.x.posts import Post, User, is_long
from embedded.x.problems import Problem, hidden, invalid, missing, suspended
from embedded.x.search import matcher
from embedded.x.store import Draft, DuplicateError, Range, XStore
from embedded.x.stream import Streams

_MENTIONS = Bounds(least=5, most=100, token="pagination_token")  # noqa: S106 - a parameter's name
_SEARCH = Bounds(least=10, most=100, token="next_token")  # noqa: S106 - a parameter's name
_SCAN = 500  # posts read in one step of a search
_MOST_IDS = 100  # ids in one lookup

Handler = Callable[[Request], Awaitable[Response]]


class Api:
    """The X API v2 of one stand-in.

    Args:
        config: the settings.
        store: the accounts and posts that it shows and changes.
        gate: admits or refuses each request first.
        streams: the filtered stream. Its listeners get a new post only if it matches a rule and its author is neither
            protected nor suspended.
    """

    def __init__(self, config: XConfig, store: XStore, gate: Gate, streams: Streams) -> None:
        self._config = config
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
            ("GET", "/2/users/{id}", self._by_id),
            ("GET", "/2/users/{id}/mentions", self._mentions),
            ("GET", "/2/tweets/search/recent", self._search),
            ("GET", "/2/tweets/search/stream", self._stream),
            ("GET", "/2/tweets/search/stream/rules", self._rules),
            ("POST", "/2/tweets/search/stream/rules", self._change_rules),
            ("GET", "/2/tweets", self._lookup),
            ("GET", "/2/tweets/{id}", self._lookup_one),
            ("POST", "/2/tweets", self._create),
            ("DELETE", "/2/tweets/{id}", self._delete),
            ("POST", "/2/dm_conversations/with/{id}/messages", self._message),
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
        raise not_found()

    async def _me(self, request: Request) -> Response:
        return _json({"data": show_user(self._store.account, read_wanted(request.query_params))})

    async def _by_username(self, request: Request) -> Response:
        username = request.path_params["username"]
        try:
            user = self._store.user_named(username)
        except KeyError:
            return _json({"errors": [missing("user", "username", username)]})
        return self._user(request, user, "username", username)

    async def _by_id(self, request: Request) -> Response:
        (id_,) = check_ids(request.path_params["id"], "id")
        users = self._store.users([id_])
        if not users:
            return _json({"errors": [missing("user", "id", str(id_))]})
        return self._user(request, users[0], "id", str(id_))

    def _user(self, request: Request, user: User, parameter: str, value: str) -> Response:
        wanted = read_wanted(request.query_params)
        if user.suspended:
            return _json({"errors": [suspended(parameter, value)]})
        return _json({"data": show_user(user, wanted)})

    async def _mentions(self, request: Request) -> Response:
        (user_id,) = check_ids(request.path_params["id"], "id")
        wanted = read_wanted(request.query_params)
        bounds = read_range(request.query_params, _MENTIONS)
        if not self._store.users([user_id]):
            return _json({"errors": [missing("user", "id", str(user_id))]})
        if self._config.mention_cap is not None:
            newest = self._store.mentions(user_id, Range(limit=self._config.mention_cap))
            oldest = newest[-1].id - 1 if newest else 0
            bounds = Range(
                after=max(bounds.after, oldest), before=bounds.before, limit=bounds.limit, oldest=bounds.oldest
            )
        paged = _MENTIONS.token in request.query_params
        posts, meta = page(bounds, lambda part: self._store.mentions(user_id, part), paged=paged)
        return _json({**show(posts, wanted, self._store), "meta": meta})

    async def _search(self, request: Request) -> Response:
        wanted = read_wanted(request.query_params)
        matches = matcher(request.query_params.get("query", ""), self._username)
        bounds = read_range(request.query_params, _SEARCH)
        posts, meta = page(bounds, lambda part: self._found(part, matches), paged=False)
        return _json({**show(posts, wanted, self._store), "meta": meta})

    def _found(self, wanted: Range, matches: Callable[[Post], bool]) -> list[Post]:
        found: list[Post] = []
        before = wanted.before
        while len(found) < wanted.limit:
            some = self._store.recent(Range(after=wanted.after, before=before, limit=_SCAN))
            found += [post for post in some if matches(post)]
            if len(some) < _SCAN:
                break
            before = some[-1].id
        return found[: wanted.limit]

    def _username(self, user_id: int) -> str:
        return self._store.users([user_id])[0].username

    async def _lookup(self, request: Request) -> Response:
        ids = check_ids(request.query_params.get("ids", ""), "ids")
        if len(ids) > _MOST_IDS:
            raise invalid("ids", str(len(ids)), "The number of values in the `ids` query parameter list is above 100")
        found, errors = self._seen(ids, "ids")
        answer = show(found, read_wanted(request.query_params), self._store)
        return _json(answer | ({"errors": errors} if errors else {}))

    async def _lookup_one(self, request: Request) -> Response:
        found, errors = self._seen(check_ids(request.path_params["id"], "id"), "id")
        answer = show(found, read_wanted(request.query_params), self._store)
        return _json({**answer, "data": answer["data"][0]} if found else {"errors": errors})

    def _seen(self, ids: list[int], parameter: str) -> tuple[list[Post], list[dict[str, Any]]]:
        """Return the posts with these ids that the public can see, and one error for each other id, both in the order of the ids.

        `parameter` is the name of the request's parameter with the ids, for the errors.
        """
        found, errors = [], []
        posts = {post.id: post for post in self._store.posts(ids)}
        for id_ in ids:
            post = posts.get(id_)
            author = self._store.users([post.author_id])[0] if post else None
            if post is None or author is None or post.deleted:
                errors.append(missing("tweet", parameter, str(id_)))
            elif author.suspended:
                errors.append(suspended(parameter, str(id_)))
            elif author.protected:
                errors.append(hidden(parameter, str(id_)))
            else:
                found.append(post)
        return found, errors

    async def _create(self, request: Request) -> Response:
        body = await _body(request)
        text, reply = body.get("text"), body.get("reply") or {}
        if not isinstance(text, str) or not text.strip() or not isinstance(reply, dict):
            raise invalid("text", str(text), "The request has no `text`, or its `reply` is not an object")
        if is_long(text):
            raise Problem(403, "Your Tweet text is too long.")
        parent = None
        if "in_reply_to_tweet_id" in reply:
            (parent,) = check_ids(str(reply["in_reply_to_tweet_id"]), "reply.in_reply_to_tweet_id")
            if not self._seen([parent], "id")[0]:
                raise Problem(403, "You attempted to reply to a Tweet that is deleted or not visible to you.")
        try:
            post = self._store.add(Draft(author=self._store.account, text=text, in_reply_to=parent))
        except DuplicateError as error:
            raise Problem(403, "You are not allowed to create a Tweet with duplicate content.") from error
        self._streams.publish(post)
        return _json({"data": {"id": str(post.id), "text": text, "edit_history_tweet_ids": [str(post.id)]}}, 201)

    async def _delete(self, request: Request) -> Response:
        (id_,) = check_ids(request.path_params["id"], "id")
        own = [post for post in self._store.posts([id_]) if post.author_id == self._store.account.id]
        if not own:
            raise Problem(403, "You are not authorized to delete this Tweet.")
        return _json({"data": {"deleted": self._store.delete(id_)}})

    async def _message(self, request: Request) -> Response:
        text = (await _body(request)).get("text")
        if not isinstance(text, str) or not text.strip():
            raise invalid("text", str(text), "The request has no `text`")
        (id_,) = check_ids(request.path_params["id"], "participant_id")
        made = self._store.message(id_, text) if self._store.users([id_]) else None
        if made is None:
            raise Problem(403, "You do not have permission to DM one or more participants.")
        own = self._store.account.id
        return _json(
            {"data": {"dm_conversation_id": f"{min(own, id_)}-{max(own, id_)}", "dm_event_id": str(made)}}, 201
        )

    async def _stream(self, request: Request) -> Response:
        lines = self._streams.open(read_wanted(request.query_params))
        return StreamingResponse(lines, media_type="application/json")

    async def _rules(self, _request: Request) -> Response:
        rules = self._store.rules()
        answer: dict[str, Any] = {"data": rules} if rules else {}
        return _json({**answer, "meta": {"sent": _now(), "result_count": len(rules)}})

    async def _change_rules(self, request: Request) -> Response:
        body = await _body(request)
        if "delete" in body:
            deleted = self._store.delete_rules(str(id_) for id_ in body["delete"].get("ids", []))
            return _json({"meta": {"sent": _now(), "summary": {"deleted": deleted, "not_deleted": 0}}})
        added = []
        for rule in body.get("add", []):
            matcher(str(rule.get("value", "")), self._username)
            added.append(self._store.add_rule(rule["value"], rule.get("tag")))
        made = [rule for rule in added if rule is not None]
        summary = {"created": len(made), "not_created": len(added) - len(made), "valid": len(made)}
        meta = {"sent": _now(), "summary": summary | {"invalid": len(added) - len(made)}}
        return _json({**({"data": made} if made else {}), "meta": meta}, 201)


def _now() -> str:
    from datetime import UTC, datetime

    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


async def _body(request: Request) -> dict[str, Any]:
    try:
        body = orjson.loads(await request.body())
    except orjson.JSONDecodeError as error:
        raise Problem(400, "The request body is not valid JSON.") from error
    if not isinstance(body, dict):
        raise Problem(400, "The request body is not a JSON object.")
    return body


def _json(answer: dict[str, Any], status: int = 200) -> Response:
    return JSONResponse(answer, status)
