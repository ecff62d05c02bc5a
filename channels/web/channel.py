"""The web channel: serves the pages, the API and Open311 over HTTP until it is told to stop."""

import threading
from collections.abc import Callable, Sequence

from channels.base import Account
from channels.web.app import application
from channels.web.messages import NAME
from channels.web.parts import WebParts
from channels.web.service import Entry
from complaints.runtime.http_server import behind_proxies, configured_socket, serve


class WebChannel:
    """The channel of browsers and of the mobile app. It has no account: whatever the citizen is told is on the page of the case."""

    name = NAME
    accounts: Sequence[Account] = ()

    def __init__(
        self, intake: Entry, at: tuple[str, int], parts: WebParts, *, turned: Callable[[], None], proxies: str = ""
    ) -> None:
        """Keep the settings.

        Args:
            intake: takes the messages.
            at: the host and the port to listen on.
            parts: the other parts that the handlers work with.
            turned: the heartbeat, which is called in each round of the loop.
            proxies: addresses and networks, separated by commas, whose word about the client's address is trusted.
        """
        self._intake = intake
        self._at = at
        self._parts = parts
        self._turned = turned
        self._proxies = proxies

    def run(self, stop: threading.Event) -> None:
        """Serve (see Channel).

        Raises:
            ConfigurationError: the address cannot be listened on.
        """
        app = application(self._intake, self._parts)
        if self._proxies:
            app = behind_proxies(app, self._proxies)
        serve(app, configured_socket(*self._at, setting="LAPOR_WEB"), stop, self._turned)
