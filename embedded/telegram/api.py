"""The methods of Telegram's Bot API that a service needs to read citizens' messages and files and to reply to them."""

import mimetypes
import re
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from embedded.telegram.config import TelegramConfig
from embedded.telegram.gate import Gate
from embedded.telegram.params import Params
from embedded.telegram.problems import Problem, bad
from embedded.telegram.store import TelegramStore
from embedded.telegram.updates import Updates

MOST_CHARACTERS = 4096  # UTF-16 units in one message, as at Telegram
MOST_FILE_BYTES = 20_000_000  # size of a file that a bot can download, as at Telegram
_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")
_MARKUPS = ("keyboard", "remove_keyboard", "force_reply")

Method = Callable[[Params], Awaitable[Any]]
"""A method of the Bot API: it returns the `result` of the answer, or raises Problem."""


class Api:
    """The Bot API of one stand-in: method calls and file downloads.

    Attributes:
        webhook_changed: called after the webhook was set or deleted; does nothing unless it is replaced.
    """

    def __init__(self, config: TelegramConfig, store: TelegramStore, gate: Gate, updates: Updates) -> None:
        self._config = config
        self._store = store
        self._gate = gate
        self._updates = updates
        self._bot_id: int = store.get("bot_id", 0)
        self.webhook_changed: Callable[[], None] = lambda: None
        self._methods: dict[str, Method] = {
            "getme": self._me,
            "getupdates": updates.fetch,
            "setwebhook": self._set_webhook,
            "deletewebhook": self._delete_webhook,
            "getwebhookinfo": self._webhook_info,
            "sendmessage": self._send_message,
            "getfile": self._get_file,
            "setmycommands": self._set_commands,
        }

    def routes(self) -> list[Route]:
        """Return the HTTP routes for calls of methods and for downloads of files; both have the bot's token in their path."""
        return [
            Route("/bot{token}/{method}", self._call, methods=["GET", "POST"]),
            Route("/file/bot{token}/{path:path}", self._download, methods=["GET"]),
        ]

    async def _call(self, request: Request) -> Response:
        """Answer a method call with its result or its error; the method's name may be in upper or lower case.

        If the call's token is accepted, the number in it becomes the id of our bot.
        """
        try:
            bot_id = self._gate.authenticate(request.path_params["token"])
            if bot_id != self._bot_id:
                self._bot_id = bot_id
                self._store.put("bot_id", bot_id)
            name = request.path_params["method"]
            await self._gate.admit(name)
            method = self._methods.get(name.lower())
            if method is None:
                return Problem(404).response()
            return JSONResponse({"ok": True, "result": await method(await Params.of(request))})
        except Problem as problem:
            return problem.response()

    def bot(self) -> dict[str, Any]:
        """Return our bot as a user, in Telegram's form. Its id is the number in the token of the last method call; 0 if none came yet."""
        name = self._config.username
        return {"id": self._bot_id, "is_bot": True, "first_name": "LAPOR!", "username": name}

    async def _me(self, _: Params) -> dict[str, Any]:
        more = {"can_join_groups": True, "can_read_all_group_messages": False, "supports_inline_queries": False}
        return self.bot() | more

    async def _set_webhook(self, params: Params) -> bool:
        secret = params.text("secret_token")
        if secret and not _SECRET.fullmatch(secret):
            raise bad("secret token contains unallowed characters")
        if (allowed := params.object("allowed_updates", list)) is not None:
            self._store.put("allowed_updates", allowed)
        most = min(max(params.number("max_connections", 40), 1), 100)
        hook = {"url": params.text("url"), "secret_token": secret, "max_connections": most}
        self._store.put("webhook", hook if hook["url"] else None)
        self._store.put("webhook_error", {})
        self.webhook_changed()
        return True

    async def _delete_webhook(self, _: Params) -> bool:
        self._store.put("webhook", None)
        self.webhook_changed()
        return True

    async def _webhook_info(self, _: Params) -> dict[str, Any]:
        hook = self._store.get("webhook") or {"url": ""}
        info = {
            "url": hook["url"],
            "has_custom_certificate": False,
            "pending_update_count": self._store.pending_count(),
        }
        if hook["url"]:
            info |= {"max_connections": hook["max_connections"], **self._store.get("webhook_error", {})}
        allowed = self._store.get("allowed_updates")
        return info | ({"allowed_updates": allowed} if allowed else {})

    async def _send_message(self, params: Params) -> dict[str, Any]:
        chat = self._chat(params)
        text = params.text("text").strip()
        if not text:
            raise bad("message text is empty")
        if len(text.encode("utf-16-le")) // 2 > MOST_CHARACTERS:
            raise bad("message is too long")
        body: dict[str, Any] = {"from": self.bot(), "text": text}
        if (markup := self._markup(params, chat)) is not None:
            body["reply_markup"] = markup
        if (replied := self._replied(params, chat)) is not None:
            body["reply_to_message"] = replied
        for name in ("parse_mode", "link_preview_options"):
            if params.text(name):
                body[name] = params.object(name, dict) if name == "link_preview_options" else params.text(name)
        sent = self._store.add_message(chat, body, outgoing=True)
        sent.pop("reply_markup", None)  # clients show keyboards; a message does not contain them
        return sent

    def _chat(self, params: Params) -> dict[str, Any]:
        if not params.text("chat_id"):
            raise bad("chat_id is empty")
        number = params.number("chat_id")
        user = self._store.user_by_id(number)
        if user is not None and user.state == "blocked":
            raise Problem(403, "bot was blocked by the user")
        if user is not None and user.state == "deactivated":
            raise Problem(403, "user is deactivated")
        chat = self._store.chat(number)
        if chat is None:
            raise bad("chat not found")
        return chat

    def _markup(self, params: Params, chat: dict[str, Any]) -> dict[str, Any] | None:
        markup: dict[str, Any] | None = params.object("reply_markup", dict)
        if markup is None:
            return None
        if not any(name in markup for name in _MARKUPS):
            raise bad("object expected as reply markup")
        for row in markup.get("keyboard", ()):
            for button in row:
                if isinstance(button, dict) and button.get("request_location") and chat["type"] != "private":
                    raise bad("location can be requested in private chats only")
        return markup

    def _replied(self, params: Params, chat: dict[str, Any]) -> dict[str, Any] | None:
        wanted = params.object("reply_parameters", dict) or {}
        if "message_id" not in wanted:
            return None
        found = self._store.message(chat["id"], int(wanted["message_id"]))
        if found is None and not wanted.get("allow_sending_without_reply"):
            raise bad("message to be replied not found")
        return found

    async def _get_file(self, params: Params) -> dict[str, Any]:
        id_ = params.text("file_id")
        found = self._store.file(id_)
        if found is None:
            raise bad("wrong file_id or the file is temporarily unavailable")
        name, size = found
        if size > MOST_FILE_BYTES:
            raise bad("file is too big")
        suffix = "." + name.rpartition(".")[2] if "." in name else ""
        path = f"documents/{id_}{suffix}"
        return {"file_id": id_, "file_unique_id": id_[:16], "file_size": size, "file_path": path}

    async def _download(self, request: Request) -> Response:
        try:
            self._gate.authenticate(request.path_params["token"])
            await self._gate.admit("file")
        except Problem as problem:
            return problem.response()
        id_ = request.path_params["path"].rpartition("/")[2].partition(".")[0]
        found = self._store.file(id_)
        if found is None:
            return Problem(404).response()
        kind = mimetypes.guess_type(found[0])[0] or "application/octet-stream"
        return Response(self._store.file_content(id_), media_type=kind)

    async def _set_commands(self, params: Params) -> bool:
        self._store.put("commands", params.object("commands", list) or [])
        return True
