"""The web door: uvicorn in this thread until told to stop."""

import threading
from collections.abc import Callable

from channels.intake import Intake
from channels.web.app import application
from channels.web.parse import NAME
from channels.web.parts import WebParts
from channels.web.sender import OnThePage
from complaints.runtime.http_server import behind_proxies, configured_socket, serve


class WebChannel:
    """The door of browsers and of the mobile app."""

    name = NAME

    def __init__(self, *, host: str, port: int, parts: WebParts, turned: Callable[[], None], proxies: str = "") -> None:
        """Keep the settings.

        Args:
            host: what to listen on.
            port: the same.
            parts: what the handlers work with.
            turned: is called each time the loop turns.
            proxies: addresses and networks, by commas, whose word about the client's address is taken.
        """
        self.sender = OnThePage()
        self._host = host
        self._port = port
        self._parts = parts
        self._turned = turned
        self._proxies = proxies

    def run(self, intake: Intake, stop: threading.Event) -> None:
        """Serve (see Channel).

        Raises:
            ConfigurationError: the address cannot be listened on.
        """
        app = application(intake, self._parts)
        if self._proxies:
            app = behind_proxies(app, self._proxies)
        serve(app, configured_socket(self._host, self._port, setting="LAPOR_WEB"), stop, self._turned)
