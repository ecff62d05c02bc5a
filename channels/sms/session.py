"""One connection to one SMSC, from bind to unbind: its thread owns the socket, reads PDUs, and answers each message when it is safe."""

import contextlib
import itertools
import selectors
import socket
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Self

import structlog

from channels.sms import pdu
from channels.sms.pdu import Frames, FramingError, Pdu
from channels.sms.segments import Submit
from channels.sms.window import Window
from complaints.errors import MalformedMessage, UpstreamUnavailable
from complaints.runtime.address import Address

log = structlog.get_logger()

ANSWER_TIMEOUT_S = 10.0
"""Seconds within which an SMSC must answer a bind or an enquire_link; after them it counts as gone."""

NO_ANSWER = "the SMSC takes the connection and does not answer bind_transceiver"

ENQUIRE_EVERY_S = 10.0
"""Seconds of silence after which we send an enquire_link. With ANSWER_TIMEOUT_S, a half-open link is noticed within 20 s."""

MOST_UNANSWERED = 2000
"""The most unanswered messages at once; beyond it we stop reading, and TCP holds the SMSC back."""

READ_BYTES = 1 << 18

TURN_S = 0.5
"""The longest sleep of the loop in seconds, and so the delay until it sees a stop."""

LEAVE_S = 5.0
"""Seconds that a stop waits for messages in progress and for answers to ours; the SMSC redelivers unanswered messages."""

LEAVE_TURN_S = 0.05
"""Seconds between two checks whether all of these are answered."""

Answer = Callable[[Pdu, int], None]
Handler = Callable[[Sequence[Pdu], Answer], None]
"""Takes messages. It must call the answer exactly once for each, from any thread, when the message is safe or cannot be kept."""


class Session:
    """One connection from bind to unbind. One thread runs it; answers and `submit` may come from any thread."""

    def __init__(self, address: Address, *, handler: Handler, window: Window) -> None:
        """Connect and bind.

        Args:
            address: the address of the SMSC, with system_id and password.
            handler: takes the delivered messages.
            window: the outgoing side, which the session closes at its end.

        Raises:
            UpstreamUnavailable: the SMSC refuses the bind or does not answer it.
            MalformedMessage: it answers with something that is not SMPP.
            OSError: it cannot be reached.
        """
        self._handler = handler
        self._window = window
        self._leaving = False
        self._frames = Frames()
        self._early: list[bytes] = []
        self._sequence = itertools.count(1)
        self._lock = threading.Lock()
        self._answers = bytearray()
        self._unanswered = 0
        self._open = True
        self._awake = False
        self._heard_s = self._asked_s = time.monotonic()
        self._link = socket.create_connection((address.host, address.port), timeout=ANSWER_TIMEOUT_S)
        self._link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._wake_in, self._wake_out = socket.socketpair()
        self._wake_in.setblocking(False)
        self._wake_out.setblocking(False)
        try:
            self._log_in(address)
        except BaseException:
            self.__exit__()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._open = False
            for end in (self._link, self._wake_in, self._wake_out):
                end.close()
        self._window.close("the link broke before the SMSC answered")

    def _log_in(self, address: Address) -> None:
        sequence = next(self._sequence)
        opening = pdu.bind_transceiver(sequence, system_id=address.user, password=address.password.get_secret_value())
        self._link.sendall(opening)
        deadline = time.monotonic() + ANSWER_TIMEOUT_S
        while time.monotonic() < deadline:
            try:
                frames = self._frames.feed(self._chunk())
            except TimeoutError as error:
                raise UpstreamUnavailable(NO_ANSWER) from error
            for at, frame in enumerate(frames):
                answer = pdu.read(frame)
                if answer.command in {"bind_transceiver_resp", "generic_nack"}:
                    if answer.status != pdu.OK or answer.command == "generic_nack":
                        raise UpstreamUnavailable(
                            f"the SMSC refuses the bind with {answer.command} {pdu.status_name(answer.status)}"
                        )
                    self._early += frames[at + 1 :]
                    return
                self._early.append(frame)  # an SMSC may deliver before it answers the bind; handled after it
        raise UpstreamUnavailable(NO_ANSWER)

    def _chunk(self) -> bytes:
        chunk = self._link.recv(READ_BYTES)
        if not chunk:
            raise UpstreamUnavailable("the SMSC closed the connection")
        return chunk

    def submit(self, parts: Sequence[Submit]) -> "Future[str]":
        """Send a text, from any thread. See Window for the outcomes of the future."""
        answer = self._window.offer(parts)
        with self._lock:
            self._wake()
        return answer

    def serve(self, stop: threading.Event, turned: Callable[[], None]) -> None:
        """Read and answer until `stop` is set, then unbind."""
        with selectors.DefaultSelector() as selector:
            selector.register(self._wake_in, selectors.EVENT_READ)
            selector.register(self._link, selectors.EVENT_READ)
            reading = True
            self._take(self._early)
            while not stop.is_set():
                turned()
                if reading != (wanted := self._unanswered < MOST_UNANSWERED):
                    reading = wanted
                    if reading:
                        selector.register(self._link, selectors.EVENT_READ)
                    else:
                        selector.unregister(self._link)
                if not reading:
                    self._heard_s = time.monotonic()  # we are not reading, so its silence means nothing
                self._turn(selector, self._window.wait_s(TURN_S))
            if not reading:
                selector.register(self._link, selectors.EVENT_READ)
            self._leave(selector)

    def _turn(self, selector: selectors.BaseSelector, longest_s: float) -> None:
        for key, _ in selector.select(longest_s):
            if key.fileobj is self._wake_in:
                with contextlib.suppress(BlockingIOError):
                    self._wake_in.recv(4096)
                with self._lock:
                    self._awake = False
            else:
                self._read()
        self._write()
        self._watch()

    def _read(self) -> None:
        chunk = self._chunk()
        self._heard_s = time.monotonic()
        try:
            frames = self._frames.feed(chunk)
        except FramingError:
            self._link.sendall(pdu.generic_nack(0, pdu.INVALID_LENGTH))
            raise
        self._take(frames)

    def _take(self, frames: Sequence[bytes]) -> None:
        messages = [message for frame in frames if (message := self._message(frame)) is not None]
        if messages:
            with self._lock:
                self._unanswered += len(messages)
            self._handler(messages, self._answer)

    def _message(self, frame: bytes) -> Pdu | None:
        """Return the message in a frame; handle any other PDU here, and return None."""
        try:
            found = pdu.read(frame)
        except MalformedMessage as error:
            log.warning("malformed pdu", error=str(error))
            self._queue(pdu.generic_nack(pdu.sequence_of(frame), pdu.INVALID_COMMAND))
            return None
        match found.command:
            case "deliver_sm" | "data_sm":
                return None if self._leaving else found  # unanswered messages are redelivered
            case "submit_sm_resp" | "generic_nack":
                self._window.answered(found)
            case "enquire_link":
                self._queue(pdu.response(found))
            case "unbind":
                self._link.sendall(pdu.response(found))
                raise UpstreamUnavailable("the SMSC unbound")
            case _ if found.command.endswith("_resp") or found.command in {"alert_notification", "outbind"}:
                pass
            case _:
                self._queue(pdu.generic_nack(found.sequence, pdu.INVALID_COMMAND))
        return None

    def _answer(self, to: Pdu, status: int) -> None:
        """Answer a message, from any thread. If the connection is gone, the answer is lost, and the SMSC redelivers the message."""
        self._queue(pdu.response(to, status), answered=1)

    def _queue(self, frame: bytes, *, answered: int = 0) -> None:
        with self._lock:
            self._answers += frame
            self._unanswered -= answered
            self._wake()

    def _wake(self) -> None:
        """Wake the loop. Call it with the lock held."""
        if self._open and not self._awake:
            self._awake = True  # one call is enough until the loop has turned
            with contextlib.suppress(BlockingIOError):  # a full pipe wakes as well
                self._wake_out.send(b"!")

    def _write(self) -> None:
        with self._lock:
            out, self._answers = self._answers, bytearray()
        for frame in self._window.due(self._sequence):
            out += frame
        if out:
            self._link.sendall(out)

    def _watch(self) -> None:
        """Expire old submits, send an enquire_link to a silent SMSC, and raise UpstreamUnavailable if it stays silent."""
        if self._unanswered < MOST_UNANSWERED:
            self._window.expire()  # otherwise their answers may be unread in the socket
        now = time.monotonic()
        silent_s = now - self._heard_s
        if silent_s > ENQUIRE_EVERY_S + ANSWER_TIMEOUT_S:
            raise UpstreamUnavailable(f"the SMSC has been silent for {silent_s:.0f} s")
        if silent_s > ENQUIRE_EVERY_S and now - self._asked_s > ENQUIRE_EVERY_S:
            self._asked_s = now
            self._link.sendall(pdu.enquire_link(next(self._sequence)))

    def _leave(self, selector: selectors.BaseSelector) -> None:
        """Answer the messages in progress, wait for the answers to ours, then unbind."""
        self._leaving = True
        self._window.turn_away("the account is ended")
        deadline = time.monotonic() + LEAVE_S
        while (self._unanswered or self._window.busy) and time.monotonic() < deadline:
            self._turn(selector, LEAVE_TURN_S)
        self._write()
        self._link.sendall(pdu.unbind(next(self._sequence)))
        self._link.settimeout(1.0)
        with contextlib.suppress(OSError):
            self._link.recv(READ_BYTES)
