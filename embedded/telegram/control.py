"""The control interface of the stand-in for Telegram.

It creates citizens' messages and edits, changes accounts, causes failures, and shows our bot's messages.
"""

from typing import Any, Literal

from pydantic import Field
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from embedded.checked import Handler, Order, checked
from embedded.telegram.api import Api
from embedded.telegram.gate import Fail, Gate
from embedded.telegram.saying import NewMessage, edited
from embedded.telegram.store import TelegramStore
from embedded.telegram.updates import Updates


class Edit(Order):
    """A request to change the text of a message, or its caption if it has no text, as its author does.

    The bot gets an edited_message, if it wants such updates.
    """

    chat_id: int
    message_id: int
    text: str


class UserChange(Order):
    """A request to set the state of a person's account: it has blocked our bot, is deactivated, or is normal (empty).

    The account is created if it does not exist.
    """

    username: str = Field(min_length=1)
    state: Literal["", "blocked", "deactivated"] = ""


class Raw(Order):
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

    async def _raw(self, request: Request) -> Response:
        wanted = Raw.model_validate_json(await request.body())
        return JSONResponse({"update_id": self._queue(wanted.kind, wanted.body)}, 201)

    async def _user(self, request: Request) -> Response:
        wanted = UserChange.model_validate_json(await request.body())
        user = self._store.set_user_state(wanted.username.lstrip("@"), wanted.state)
        return JSONResponse({"id": user.id, "username": user.username, "state": user.state})

    async def _fail(self, request: Request) -> Response:
        wanted = Fail.model_validate_json(await request.body())
        self._gate.failures.extend([wanted] * wanted.count)
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
                "commands": self._store.get("commands", []),
            }
        )
