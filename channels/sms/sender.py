"""Answers citizens by SMS, over the link that their message came in on where it is up, else over any that is."""

import itertools
import secrets
from collections.abc import Mapping
from concurrent.futures import Future

from channels.base import Letter
from channels.futures import failed
from channels.sms.bind import Bind
from channels.sms.segments import compose
from complaints.errors import Undeliverable, UpstreamUnavailable


class SmsSender:
    """The way out of the SMS door (see channels.courier)."""

    def __init__(self, binds: Mapping[str, Bind]) -> None:
        """Keep the binds by the name of their link."""
        self._binds = binds
        # begins anywhere, so that after a restart a part does not join the parts of an older message on the telephone
        self._references = itertools.count(secrets.randbelow(256))

    def send(self, letter: Letter) -> "Future[str]":
        """Send a letter; return a future of the SMSC's id of its last part.

        The future fails with UpstreamUnavailable (not sent: try later) or Undeliverable (never; the text says why).
        """
        try:
            parts = compose(letter.text, address=letter.address, reference=next(self._references))
            return self._bind(letter.address.get("link", "")).submit(parts)
        except (Undeliverable, UpstreamUnavailable) as error:
            return failed(error)

    def _bind(self, link: str) -> Bind:
        preferred = self._binds.get(link)
        if preferred is not None and preferred.up:
            return preferred
        for bind in self._binds.values():
            if bind.up:
                return bind
        raise UpstreamUnavailable("no link to an SMSC is up")
