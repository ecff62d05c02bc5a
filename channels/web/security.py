"""Protects the web channel: CSRF tokens, API keys, rate limits per client, and security headers."""

import hmac
from dataclasses import dataclass
from hashlib import sha256
from ipaddress import IPv6Address, ip_address
from pathlib import Path
from secrets import token_urlsafe
from time import time
from typing import Any

from itsdangerous import BadData, URLSafeSerializer, URLSafeTimedSerializer
from limits import RateLimitItem, parse
from limits.storage import MemoryStorage
from limits.strategies import SlidingWindowCounterRateLimiter
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from complaints.crypto import Keyring
from complaints.errors import ConfigurationError
from normalizer.places.gazetteer import Gazetteer

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self';"
        " frame-ancestors 'none'; base-uri 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
"""The headers of every response."""

TOKEN_AGE_S = 12 * 3600
"""Seconds for which the token of a form is valid: half a day, for forms that stay open for long."""

KEYED = "6000/minute"
"""The limit of a client with an API key. It serves many citizens, so the limit only stops loops."""

LOCAL_HEADER = "X-Lapor-Local"
"""The header with the word that identifies `lapor feed`. A loopback address proves nothing: a local proxy has the same."""

IPV6_NETWORK_BITS = 64
"""The prefix length of the network that one customer gets: all its addresses are one client."""


class Forms:
    """Signs the hidden values of forms: the token that ties a form to its browser, and the list of files stored already."""

    def __init__(self, secret: str) -> None:
        """Derive the signers from a secret of this installation."""
        self._tokens = URLSafeTimedSerializer(secret, salt="lapor/web/form")
        self._files = URLSafeSerializer(secret, salt="lapor/web/files")

    @staticmethod
    def cookie_name(request: Request) -> str:
        """Return the cookie's name; over HTTPS, one that no other host of the domain can set."""
        return "__Host-lapor" if request.url.scheme == "https" else "lapor"

    def browser(self, request: Request) -> str:
        """Return the random name of the browser, a new one if it has none."""
        known = request.cookies.get(self.cookie_name(request), "")
        return known if 20 <= len(known) <= 60 and known.isascii() else token_urlsafe(24)  # noqa: PLR2004  # ours have 32

    def token(self, browser: str) -> str:
        """Return the token for a form that is shown to this browser."""
        return str(self._tokens.dumps(browser))

    def is_ours(self, request: Request, token: str) -> bool:
        """Return whether the token was made for the browser that sends it, at most TOKEN_AGE_S ago."""
        try:
            made_for = self._tokens.loads(token, max_age=TOKEN_AGE_S)
        except BadData:
            return False
        cookie = request.cookies.get(self.cookie_name(request), "")
        return isinstance(made_for, str) and hmac.compare_digest(made_for.encode(), cookie.encode("utf-8", "replace"))

    def set_cookie(self, request: Request, answer: Response, browser: str) -> None:
        """Give the browser its name. No script can read it, and no request from another site carries it."""
        answer.set_cookie(
            self.cookie_name(request),
            browser,
            max_age=TOKEN_AGE_S,
            httponly=True,
            samesite="strict",
            secure=request.url.scheme == "https",
        )

    def sign_files(self, files: list[dict[str, Any]]) -> str:
        """Return a signed text of a list of stored files."""
        return str(self._files.dumps(files))

    def signed_files(self, text: str) -> list[dict[str, Any]]:
        """Return the list in a text of `sign_files`; an empty one if the signature is not ours."""
        try:
            found = self._files.loads(text)
        except BadData:
            return []
        return found if isinstance(found, list) else []


class ApiKeys:
    """The keys of the API's clients, from a file of lines `name:sha256` or `name@region:sha256`. It is read again when it changes."""

    def __init__(self, path: Path | None) -> None:
        """Read the file.

        Args:
            path: the file; None if the API is open to all.

        Raises:
            ConfigurationError: the file cannot be read, or has an invalid line.
        """
        self._path = path
        self._changed_ns = -1
        self._names: dict[str, str] = {}
        if path is not None:
            self._read(path)

    @property
    def asked_for(self) -> bool:
        """True if a client needs a key."""
        return self._path is not None

    def name_of(self, key: str) -> str | None:
        """Return the name of a key's owner; None if it has none. Takes the same time for each key."""
        if self._path is None:
            return None
        self._reread(self._path)
        digest = sha256(key.encode("utf-8", "replace")).hexdigest()
        found = None
        for known, name in self._names.items():
            if hmac.compare_digest(known, digest):
                found = name
        return found

    def _reread(self, path: Path) -> None:
        try:
            if path.stat().st_mtime_ns != self._changed_ns:
                self._read(path)
        except (OSError, ConfigurationError):
            return  # somebody is writing it: the previous keys stay valid

    def _read(self, path: Path) -> None:
        try:
            changed_ns, lines = path.stat().st_mtime_ns, path.read_text("utf-8").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigurationError(f"LAPOR_API_KEYS_FILE={path} cannot be read ({error})") from error
        names = {}
        for number, line in enumerate(lines, 1):
            if not line.strip() or line.startswith("#"):
                continue
            name, _, digest = line.strip().rpartition(":")
            if not name or len(digest) != sha256().digest_size * 2:
                raise ConfigurationError(
                    f"LAPOR_API_KEYS_FILE={path}, line {number}: not of the form name:sha256; see `lapor api-key`"
                )
            region = region_of(name)
            if region is not None and not Gazetteer.load().name(region):
                raise ConfigurationError(
                    f"LAPOR_API_KEYS_FILE={path}, line {number}: no region has the code {region!r}"
                )
            names[digest.lower()] = name
        self._names, self._changed_ns = names, changed_ns


def new_api_key(name: str, region: str = "") -> tuple[str, str]:
    """Return a new key, and its line for the file of keys.

    Args:
        name: the name of the client.
        region: the Kemendagri code of the region whose government's own channel the client is; empty if the client is no such channel.
    """
    key = token_urlsafe(32)
    owner = f"{name}@{region}" if region else name
    return key, f"{owner}:{sha256(key.encode()).hexdigest()}"


def region_of(owner: str) -> str | None:
    """Return the code of the region whose own channel the owner of a key is; None if the owner is no such channel."""
    return owner.partition("@")[2] or None


def presented_key(headers: Headers) -> str:
    """Return the key that a request has in `X-API-Key` or as a bearer token; empty if it has none."""
    bearer = headers.get("authorization", "")
    return headers.get("x-api-key", "") or (bearer[7:].strip() if bearer[:7].lower() == "bearer " else "")


def local_word(keyring: Keyring) -> str:
    """Return the word by which programs of this installation identify themselves (see LOCAL_HEADER)."""
    return keyring.pseudonym("web", "a program of this installation")


def client_of(host: str) -> str:
    """Return the client name of an address. Loopback is limited as one client, too: a local proxy may stand in front of all citizens."""
    try:
        address = ip_address(host.partition("%")[0])
    except ValueError:
        return host or "unknown"
    if isinstance(address, IPv6Address):
        address = address.ipv4_mapped or address
    if address.is_loopback:
        return "loopback"
    if isinstance(address, IPv6Address):
        return str(IPv6Address(int(address) >> IPV6_NETWORK_BITS << IPV6_NETWORK_BITS))
    return str(address)


def rate(text: str, variable: str) -> RateLimitItem:
    """Return a limit like "60/minute".

    Raises:
        ConfigurationError: the text is no such limit.
    """
    try:
        return parse(text)
    except ValueError as error:
        raise ConfigurationError(f"{variable}={text!r} is no limit like 60/minute") from error


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The rate limits per client for reads, for writes and for API keys, and the word of unlimited programs (see local_word), or ""."""

    reads: RateLimitItem
    writes: RateLimitItem
    keyed: RateLimitItem
    local: str = ""


class RateLimited:
    """ASGI middleware that refuses a client with too many requests, and tells it when to try again."""

    def __init__(self, app: ASGIApp, *, limits: Limits, keys: ApiKeys, refuse: Any) -> None:
        """Keep the parts.

        Args:
            app: the application.
            limits: the limits per client. Counts are kept in memory, so a restart clears them.
            keys: the API keys, whose owners are counted by name.
            refuse: returns the response for a path and the seconds to wait.
        """
        self._app, self._limits, self._keys, self._refuse = app, limits, keys, refuse
        self._counted = SlidingWindowCounterRateLimiter(MemoryStorage())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve (ASGI)."""
        wait_s = self._wait_s(scope) if scope["type"] == "http" else 0
        if wait_s:
            await self._refuse(scope["path"], wait_s)(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    def _wait_s(self, scope: Scope) -> int:
        path = scope["path"]
        if path == "/health" or path.startswith("/static/"):
            return 0
        kind = "reads" if scope["method"] in {"GET", "HEAD", "OPTIONS"} else "writes"
        headers, local = Headers(scope=scope), self._limits.local
        if local and hmac.compare_digest(headers.get(LOCAL_HEADER, "").encode(), local.encode()):
            return 0
        key = presented_key(headers) if self._keys.asked_for else ""
        name = self._keys.name_of(key) if key else None
        client = client_of((scope.get("client") or ("", 0))[0]) if name is None else f"key {name}"
        limit = self._limits.keyed if name else getattr(self._limits, kind)
        if self._counted.hit(limit, kind, client):
            return 0
        return max(1, round(self._counted.get_window_stats(limit, kind, client).reset_time - time()) + 1)


class SecurityHeaders:
    """ASGI middleware that sets HEADERS on every response, also on that to a fault of our own."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve (ASGI)."""

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(HEADERS)
                headers.setdefault("Cache-Control", "no-store")
                if scope.get("scheme") == "https":
                    headers["Strict-Transport-Security"] = "max-age=31536000"
            await send(message)

        await self._app(scope, receive, with_headers)
