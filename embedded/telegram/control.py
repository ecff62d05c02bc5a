"""The control interface of the stand-in for Telegram.

It creates citizens' messages, edits and taps on buttons, changes accounts, causes failures, and shows our bot's messages.
"""

import secrets
from typing import Any, Literal

from pydantic import Field
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from embedded.checked import Handler, checked
from embedded.telegram.api import Api
from embedded.telegram.gate import Failure, Gate
from embedded.telegram.saying import Model, NewMessage, edited
from embedded.telegram.store import TelegramStore
from embedded.telegram.updates import Updates


class Edit(Model):
    """A request to change the text of a message, or its caption if it has no text, as its author does.

    The bot gets an edited_message, if it wants such updates.
    """

    chat_id: int
    message_id: int
    text: str


class Callback(Model):
    """A request for a tap on a button under a message in a private chat; the bot gets a callback_query, if it wants these.

    Attributes:
        author: the username of the person who taps, without @; the private chat is this person's.
        message_id: the id of the message.
        data: the callback data of the button.
    """

    author: str = Field(min_length=1)
    message_id: int
    data: str


class UserChange(Model):
    """A request to set the state of a person's account: it has blocked our bot, is deactivated, or is normal (empty).

    The account is created if it does not exist.
    """

    username: str = Field(min_length=1)
    state: Literal["", "blocked", "deactivated"] = ""


class Fail(Model):
    """A request that the next `count` calls of a method, or of any method, fail or are delayed.

    Attributes:
        status: the HTTP status of the answers; 0 for normal answers that are only delayed.
        count: the number of calls.
        method: the method, in upper or lower case; "file" means file downloads, and an empty text any call or download.
        retry_after_s: the wait that an answer with status 429 asks for, in seconds.
        hang_s: the delay before each answer, in seconds.
    """

    status: int = Field(ge=0, le=599)
    count: int = Field(1, ge=1, le=100_000)
    method: str = ""
    retry_after_s: int = 1
    hang_s: float = 0.0


class Raw(Model):
    """A request to queue an update with any body, even one that Telegram would never send.

    As for all updates, nothing is queued if the bot does not want updates of this kind; see `TelegramStore.add_update`.
    """

    kind: str
    body: Any


class Control:
    """The endpoints under /_standin/, with which a test acts for citizens and for Telegram.

    Args:
        store: the data of the stand-in.
        gate: gets the ordered failures.
        updates: delivers the updates to our bot; it is woken after each request that may add one.
        api: knows our bot.
    """

    def __init__(self, store: TelegramStore, gate: Gate, updates: Updates, api: Api) -> None:
        self._store = store
        self._gate = gate
        self._updates = updates
        self._api = api

    def routes(self) -> list[Route]:
        """Return the HTTP routes under /_standin/. An invalid body or parameter is answered with 400 and an explanation."""
        table: list[tuple[str, str, Handler]] = [
            ("POST", "/_standin/messages", self._message),
            ("POST", "/_standin/edits", self._edit),
            ("POST", "/_standin/callbacks", self._callback),
            ("POST", "/_standin/raw", self._raw),
            ("POST", "/_standin/users", self._user),
            ("POST", "/_standin/fail", self._fail),
            ("GET", "/_standin/sent", self._sent),
            ("GET", "/_standin/status", self._status),
        ]
        return [Route(path, checked(handler), methods=[verb]) for verb, path, handler in table]

    def _queue(self, kind: str, body: dict[str, Any]) -> int | None:
        number = self._store.add_update(kind, body)
        self._updates.tell()
        return number

    async def _message(self, request: Request) -> Response:
        wanted = NewMessage.model_validate_json(await request.body())
        key = f"{wanted.author}/{wanted.key}" if wanted.key else ""
        bot = {"bot_id": self._api.bot()["id"]}
        if key and (before := self._store.said(key)) is not None:
            return JSONResponse(before | bot | {"duplicate": True})
        kind, message = wanted.say(self._store)
        number = self._queue(kind, message)
        known = {
            "message_id": message["message_id"],
            "chat_id": message["chat"]["id"],
            "user_id": message["from"]["id"],
        }
        if key:
            self._store.note_said(key, known | {"update_id": number})
        return JSONResponse(known | bot | {"update_id": number}, 201)

    async def _edit(self, request: Request) -> Response:
        wanted = Edit.model_validate_json(await request.body())
        message = self._store.message(wanted.chat_id, wanted.message_id)
        if message is None:
            raise ValueError("there is no such message")
        changed = edited(message, wanted.text)
        self._store.change_message(changed)
        return JSONResponse({"update_id": self._queue("edited_message", changed)}, 201)

    async def _callback(self, request: Request) -> Response:
        wanted = Callback.model_validate_json(await request.body())
        user = self._store.user(wanted.author)
        message = self._store.message(user.id, wanted.message_id)
        if message is None:
            raise ValueError("there is no such message")
        id_ = secrets.token_hex(8)
        self._store.put("callbacks", [*self._store.get("callbacks", []), id_])
        body = {"id": id_, "from": user.shown(), "message": message, "data": wanted.data, "chat_instance": str(user.id)}
        return JSONResponse({"id": id_, "update_id": self._queue("callback_query", body)}, 201)

    async def _raw(self, request: Request) -> Response:
        wanted = Raw.model_validate_json(await request.body())
        return JSONResponse({"update_id": self._queue(wanted.kind, wanted.body)}, 201)

    async def _user(self, request: Request) -> Response:
        wanted = UserChange.model_validate_json(await request.body())
        user = self._store.set_user_state(wanted.username.lstrip("@"), wanted.state)
        return JSONResponse({"id": user.id, "username": user.username, "state": user.state})

    async def _fail(self, request: Request) -> Response:
        wanted = Fail.model_validate_json(await request.body())
        failure = Failure(
            status=wanted.status,
            method=wanted.method.lower(),
            retry_after_s=wanted.retry_after_s,
            hang_s=wanted.hang_s,
        )
        self._gate.failures.extend([failure] * wanted.count)
        return JSONResponse({"failures": len(self._gate.failures)})

    async def _sent(self, request: Request) -> Response:
        to = request.query_params.get("to")
        chat_id = self._store.user(to).id if to else None
        since = int(request.query_params.get("since", "0"))
        return JSONResponse({"messages": self._store.sent(since=since, chat_id=chat_id)})

    async def _status(self, _request: Request) -> Response:
        hook = self._store.get("webhook")
        return JSONResponse(
            {
                "bot": self._api.bot(),
                "pending": self._store.pending_count(),
                "polling": self._updates.polling,
                "webhook": hook["url"] if hook else "",
                "callbacks": self._store.get("callbacks", []),
                "commands": self._store.get("commands", []),
            }
        )
