"""The control interface of the stand-in for X.

It creates and deletes posts, sends us direct messages, changes accounts, sets the rate limit, causes failures, and shows our account's
posts and messages.
"""

from typing import Any

from pydantic import Field
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from embedded.checked import Handler, Order, checked
from embedded.x.gate import Fail, Gate
from embedded.x.posts import Post
from embedded.x.store import DuplicateError, Range, XStore
from embedded.x.stream import Streams

_MOST = 1000  # posts in one answer of /_standin/posts


class Media(Order):
    """A picture or video for a new post, described by some of the fields of X's media objects.

    `type` is photo, video or animated_gif, which is not checked. `width` and `height` are in pixels.
    """

    url: str
    type: str = "photo"
    alt_text: str | None = None
    preview_image_url: str | None = None
    width: int = 1200
    height: int = 900


class Place(Order):
    """The place that a post is tagged with, with the fields of X's place objects; `geo` is its GeoJSON."""

    full_name: str
    name: str | None = None
    place_type: str = "city"
    country: str = "Indonesia"
    country_code: str = "ID"
    geo: dict[str, Any] | None = None


class NewTweet(Order):
    """A request to create a post by a citizen.

    Attributes:
        author: the citizen's username, with or without @. The account is created if it does not exist.
        text: the text of the post.
        mentions: usernames that the post mentions in addition to those in its text.
        in_reply_to: the id of the post that it answers.
        quotes: the id of the post that it quotes.
        media: pictures and videos; an element that is only a text is the URL of a photo.
        place: the place that the post is tagged with; if it is only a text, that is the place's full name.
        lang: the language code that X detected; "in" is X's code for Indonesian.
    """

    author: str = Field(min_length=1)
    text: str = Field(min_length=1)
    mentions: list[str] = Field(default=[])
    in_reply_to: int | None = None
    quotes: int | None = None
    media: list[Media | str] = Field(default=[])
    place: Place | str | None = None
    lang: str = "in"

    def add(self, store: XStore) -> Post:
        """Create the post and return it; create the author's account if it does not exist.

        Raises:
            DuplicateError: the account has a post with the same text that is not deleted.
        """
        media = [item if isinstance(item, Media) else Media(url=item) for item in self.media]
        place = Place(full_name=self.place) if isinstance(self.place, str) else self.place
        return store.add(
            store.user_named(self.author.lstrip("@"), create=True),
            self.text,
            self.in_reply_to,
            quotes=self.quotes,
            mentions=[name.lstrip("@") for name in self.mentions],
            media=[item.model_dump(exclude_none=True) for item in media],
            place=place.model_dump(exclude_none=True) if place else None,
            lang=self.lang,
        )


class NewMessage(Order):
    """A request to send our account a direct message by a citizen.

    Attributes:
        author: the citizen's username, with or without @. The account is created if it does not exist.
        text: the text of the message.
        media: the keys of its pictures and videos.
        group: whether it is sent in a group of both and others.
    """

    author: str = Field(min_length=1)
    text: str
    media: tuple[str, ...] = ()
    group: bool = False


class UserChange(Order):
    """A request to create or change an account; None leaves a value unchanged.

    Posts of a protected account are hidden from the public. One that is `closed` takes no direct messages.
    """

    username: str = Field(min_length=1)
    name: str | None = None
    protected: bool | None = None
    closed: bool | None = None


class Limit(Order):
    """A request to set the rate limit: `limit` requests per endpoint in `window_s` seconds. All counts start anew."""

    limit: int = Field(ge=0)
    window_s: float = Field(900, gt=0)


class Control:
    """The endpoints under /_standin/, with which a test acts for citizens and for X.

    Args:
        store: the accounts and posts.
        gate: gets the ordered failures and rate limits.
        streams: the filtered stream. Its listeners get a new post only if it matches a rule and its author is not
            protected.
    """

    def __init__(self, store: XStore, gate: Gate, streams: Streams) -> None:
        self._store = store
        self._gate = gate
        self._streams = streams

    def routes(self) -> list[Route]:
        """Return the HTTP routes under /_standin/. An invalid body or parameter is answered with 400 and an explanation."""
        table: list[tuple[str, str, Handler]] = [
            ("POST", "/_standin/tweets", self._tweet),
            ("DELETE", "/_standin/tweets/{id:int}", self._delete),
            ("POST", "/_standin/users", self._user),
            ("POST", "/_standin/fail", self._fail),
            ("POST", "/_standin/limits", self._limits),
            ("GET", "/_standin/posts", self._posts),
            ("GET", "/_standin/messages", self._messages),
            ("POST", "/_standin/messages", self._message),
            ("GET", "/_standin/status", self._status),
        ]
        return [Route(path, checked(handler), methods=[verb]) for verb, path, handler in table]

    async def _tweet(self, request: Request) -> Response:
        wanted = NewTweet.model_validate_json(await request.body())
        try:
            post = wanted.add(self._store)
        except DuplicateError as error:
            return JSONResponse({"id": str(error.id), "duplicate": True})
        self._streams.publish(post)
        return JSONResponse({"id": str(post.id)}, 201)

    async def _delete(self, request: Request) -> Response:
        return JSONResponse({"deleted": self._store.delete(request.path_params["id"])})

    async def _user(self, request: Request) -> Response:
        wanted = UserChange.model_validate_json(await request.body())
        user = self._store.change_user(wanted.username.lstrip("@"), name=wanted.name, protected=wanted.protected)
        if wanted.closed is not None:
            self._store.direct.close(user.id, closed=wanted.closed)
        shown = {"id": str(user.id), "username": user.username, "name": user.name, "protected": user.protected}
        return JSONResponse(shown)

    async def _fail(self, request: Request) -> Response:
        wanted = Fail.model_validate_json(await request.body())
        self._gate.failures.extend([wanted] * wanted.count)
        return JSONResponse({"failures": len(self._gate.failures)})

    async def _limits(self, request: Request) -> Response:
        wanted = Limit.model_validate_json(await request.body())
        self._gate.limit, self._gate.window_s = wanted.limit, wanted.window_s
        self._gate.forget()
        return JSONResponse({"limit": wanted.limit, "window_s": wanted.window_s})

    async def _posts(self, request: Request) -> Response:
        since = int(request.query_params.get("since", "0"))
        posts = self._store.own(Range(after=since, limit=_MOST, oldest=True))
        return JSONResponse({"posts": [_shown(post) for post in reversed(posts)]})

    async def _messages(self, _request: Request) -> Response:
        found = [{"id": str(id_), "to": username, "text": text} for id_, username, text in self._store.direct.of_ours()]
        return JSONResponse({"messages": found})

    async def _message(self, request: Request) -> Response:
        wanted = NewMessage.model_validate_json(await request.body())
        author = self._store.user_named(wanted.author.lstrip("@"), create=True)
        made = self._store.direct.got(author.id, wanted.text, media=wanted.media, group=wanted.group)
        return JSONResponse({"id": str(made.id)}, 201)

    async def _status(self, _request: Request) -> Response:
        account = {"id": str(self._store.account.id), "username": self._store.account.username}
        return JSONResponse({"account": account, "listeners": self._streams.listeners, **self._store.counts()})


def _shown(post: Post) -> dict[str, Any]:
    parent = str(post.in_reply_to) if post.in_reply_to else None
    return {"id": str(post.id), "text": post.text, "in_reply_to": parent, "created_at": post.created_at}
