"""The SMSC (short message service centre): delivers messages to bound SMPP clients and stores the messages that they send."""

import asyncio
import itertools
import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any, Self

import smpp34

from embedded.smsc.config import SmscConfig
from embedded.smsc.delivery import Delivery, PartResult, deliver_sm
from embedded.smsc.session import Answer, Session, SessionLostError, Status
from embedded.smsc.store import SentStore, Submitted
from embedded.smsc.text import Part, split

# Statuses after which the client gets the message again later. Any other status except 0 is a final refusal.
TRY_AGAIN = frozenset({Status.QUEUE_FULL, Status.THROTTLED, Status.TEMPORARY})
DELIVER_TIMEOUT_S = 60.0  # default limit for a delivery with all its retries
_LONGEST_PAUSE_S = 2.0  # between two attempts
_GOODBYE_S = 1.0  # limit for the answer to an unbind
# SMPP 3.4: esm_class of a receipt, its two optional parameters (tags), and the message state DELIVERED.
_RECEIPT, _RECEIPTED_ID, _MESSAGE_STATE, _STATE_DELIVERED = 0x04, 0x001E, 0x0427, b"\x02"
_RECEIPT_WANTED = 0x01  # registered_delivery: a receipt for any outcome
# Characters that SMPP 3.4 allows in a bind. Some clients cut longer values, others send them whole.
_NAME_LENGTH, _PASSWORD_LENGTH = 15, 8


class Smsc:
    """A stand-in for a mobile operator's SMSC, which SMPP clients bind to.

    It delivers citizens' messages to the clients (deliver_sm) and stores the messages that the clients send to citizens
    (submit_sm). Tests and benchmarks can run it in their own event loop.

    Args:
        config: the settings.
        on_sent: called with each complete message that a client sent, as a dict like those in the list that `sent` returns.

    Attributes:
        config: the settings.
        port: the SMPP port; the real number once the SMSC has started.

    Example:
        async with Smsc(SmscConfig(data_dir=path, port=0)) as smsc:
            delivery = await smsc.deliver("6281234567890", "jalan rusak di depan pasar")
    """

    def __init__(
        self, config: SmscConfig, *, on_sent: Callable[[dict[str, Any]], None] = lambda _message: None
    ) -> None:
        self.config = config
        self.port = config.port
        self._on_sent = on_sent
        self._sessions: list[Session] = []
        self._changed = asyncio.Event()
        self._turn = itertools.count()
        self._reference = itertools.count(1)
        self._refusals: deque[int] = deque()
        self._receipts: set[asyncio.Task[None]] = set()
        self._pending = 0
        self._server: asyncio.Server | None = None
        self._store = SentStore(config.data_dir / "smsc.sqlite")

    async def __aenter__(self) -> Self:
        try:
            await self.start()
        except BaseException:
            await self.stop()
            raise
        return self

    async def __aexit__(self, *_error: object) -> None:
        await self.stop()

    async def start(self) -> None:
        """Open the SMPP port; afterwards `port` is the real port number.

        Raises:
            OSError: the port cannot be opened, for instance because it is taken or the host is not an address of this machine.
        """
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self._session, self.config.host, self.config.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Close the port, cancel the receipts not yet delivered, unbind all bound clients (at most 1 s), close the database."""
        if self._server is not None:
            self._server.close()
        for task in self._receipts:
            task.cancel()
        await asyncio.gather(*(session.unbind(_GOODBYE_S) for session in list(self._sessions)))
        self._store.close()

    def _session(self) -> Session:
        config = self.config
        return Session(
            self,
            window=config.window,
            response_timeout_s=config.response_timeout_s,
            enquire_link_s=config.enquire_link_s,
        )

    async def deliver(
        self, source: str, text: str, *, destination: str = "", timeout_s: float = DELIVER_TIMEOUT_S
    ) -> Delivery:
        """Deliver a citizen's text to a bound client, in as many parts as necessary, and return the outcome of each part.

        It returns when a client has accepted or finally refused every part, or at the timeout. A part without an answer,
        or with a temporary refusal (a status in `TRY_AGAIN`: queue full, throttled or temporary error), is sent again.

        Args:
            source: the citizen's number.
            text: the text.
            destination: the short code; the configured one if empty.
            timeout_s: limit for the delivery with all its retries, in seconds. It includes the wait for a bound client.

        Raises:
            TextError: the text needs more than 255 parts.
        """
        parts = split(text, reference=self.next_reference())
        return await self.deliver_parts(parts, source=source, destination=destination, timeout_s=timeout_s)

    async def deliver_parts(
        self,
        parts: Sequence[Part],
        *,
        source: str,
        destination: str = "",
        timeout_s: float = DELIVER_TIMEOUT_S,
        retry: bool = True,
    ) -> Delivery:
        """Deliver the parts of one message to a bound client and return the outcome of each, in the order of the parts.

        They are sent at the same time, up to the maximum of unanswered PDUs on a connection (`window`).

        Args:
            parts: the parts, in the order to send them.
            source: the sender's number.
            destination: the receiver's number; the configured short code if empty.
            timeout_s: limit for the delivery with all its retries, in seconds.
            retry: whether a part without an answer, or with a status in `TRY_AGAIN`, is sent again.
        """
        to = destination or self.config.destination
        makers = [deliver_sm(part, source, to) for part in parts]
        deadline = time.monotonic() + timeout_s
        prefer = next(self._turn)  # all parts of a message go to the same bind while it exists
        self._pending += len(makers)
        try:
            if len(makers) == 1:
                return Delivery(parts=(await self._part(makers[0], prefer, deadline, retry=retry),))
            tries = (self._part(maker, prefer, deadline, retry=retry) for maker in makers)
            return Delivery(parts=tuple(await asyncio.gather(*tries)))
        finally:
            self._pending -= len(makers)

    async def _part(self, maker: Callable[[int], bytes], prefer: int, deadline: float, *, retry: bool) -> PartResult:
        """Send one part until a client accepts or finally refuses it, or until the deadline; return the last outcome.

        It is sent again after a temporary refusal, a missing answer or a broken connection, unless `retry` is false.
        The pause between two attempts starts at `retry_s` and doubles up to 2 s.
        """
        answer: Answer | None = None
        attempts, pause = 0, self.config.retry_s
        while (left := deadline - time.monotonic()) > 0:
            session = await self._receiver(prefer, left)
            if session is None:
                break
            attempts += 1
            try:
                answer = await session.request(maker, min(self.config.response_timeout_s, left))
            except (TimeoutError, SessionLostError):
                answer = None
            if not retry or (answer is not None and answer.status not in TRY_AGAIN):
                break
            await asyncio.sleep(min(pause, max(0.0, deadline - time.monotonic())))
            pause = min(2 * pause, _LONGEST_PAUSE_S)
        if answer is None:
            return PartResult(status=None, attempts=attempts)
        return PartResult(status=answer.status, command=answer.command, attempts=attempts)

    async def _receiver(self, prefer: int, timeout_s: float) -> Session | None:
        """Return the connection of a client that can receive messages; wait for one, and return None at the timeout.

        Among several, the number `prefer` selects one: the same number selects the same session while none comes or goes.
        """
        deadline = time.monotonic() + timeout_s
        while True:
            able = [session for session in self._sessions if session.receives]
            if able:
                return able[prefer % len(able)]
            self._changed.clear()
            try:
                async with asyncio.timeout(max(0.0, deadline - time.monotonic())):
                    await self._changed.wait()
            except TimeoutError:
                return None

    def next_reference(self) -> int:
        """Return the next reference for the parts of one message: a counter from 1 on, of which the low 16 bits are used."""
        return next(self._reference) & 0xFFFF

    def sent(self, since: int = 0, limit: int = 1000) -> list[dict[str, Any]]:
        """Return at most `limit` complete messages that clients sent to citizens, after message number `since`, oldest first."""
        return self._store.since(since, limit)

    def status(self) -> dict[str, Any]:
        """Return the state of the SMSC as a dict for JSON.

        It has the port, the bound clients (`binds`), the number of all parts of the messages to clients whose delivery goes on
        (`pending`), and of the messages from clients the complete ones (`sent`) and the parts of others (`parts_waiting`).
        """
        binds = [
            {"system_id": one.system_id, "bind": one.bind.name.lower(), "peer": one.peer, "delivered": one.delivered}
            | {"in_flight": one.in_flight}
            for one in self._sessions
            if one.bind is not None
        ]
        return {"port": self.port, "binds": binds, "pending": self._pending, **self._store.counts()}

    def refuse_next(self, status: int, count: int) -> None:
        """Order that `count` submit_sm of clients are refused with this command_status, after the refusals ordered before."""
        self._refusals.extend([status] * count)

    def cut(self) -> int:
        """Abort the connection of every bound client without an unbind, as a failing link does; return their number."""
        sessions = list(self._sessions)
        for session in sessions:
            session.abort()
        return len(sessions)

    def admit(self, system_id: str, password: str) -> Status:
        """Return OK if a client may bind with this name and password, otherwise the status of the refusal.

        Only the first 15 characters of the name and 8 of the password are compared, because SMPP 3.4 allows no more.
        """
        name, word = self.config.system_id, self.config.password
        if system_id[:_NAME_LENGTH] != name[:_NAME_LENGTH]:
            return Status.BAD_SYSTEM_ID
        return Status.OK if password[:_PASSWORD_LENGTH] == word[:_PASSWORD_LENGTH] else Status.BAD_PASSWORD

    def bound(self, session: Session) -> None:
        """Register a client that has just bound, and wake the deliveries that wait for one."""
        self._sessions.append(session)
        self._changed.set()

    def lost(self, session: Session) -> None:
        """Remove a client whose connection ended. A client that never bound was not registered; it is ignored."""
        if session in self._sessions:
            self._sessions.remove(session)

    def submitted(self, session: Session, message: smpp34.SubmitSm) -> tuple[int, str]:
        """Store a message or a part of one from a client, and schedule a delivery receipt if the client requested one.

        If `refuse_next` ordered a refusal, nothing else happens. `on_sent` is called if all parts of the message are there.

        Returns:
            The command_status and the message id for the answer; the id is empty if the message is refused.
        """
        if self._refusals:
            return self._refusals.popleft(), ""
        tlvs = {tlv.tag: tlv.value for tlv in message.tlvs}
        part = Part(
            octets=message.short_message, data_coding=message.data_coding, esm_class=message.esm_class, tlvs=tlvs
        )
        facts: dict[str, Any] = {"data_coding": message.data_coding, "registered_delivery": message.registered_delivery}
        facts |= {"esm_class": message.esm_class, "system_id": session.system_id, "received_at": time.time()}
        submitted = Submitted(source=message.source_addr, destination=message.destination_addr, part=part, facts=facts)
        message_id, whole = self._store.add(submitted)
        if whole is not None:
            self._on_sent(whole)
        if message.registered_delivery & _RECEIPT_WANTED:
            task = asyncio.create_task(self._receipt(submitted, message_id))
            self._receipts.add(task)
            task.add_done_callback(self._receipts.discard)
        return Status.OK, message_id

    async def _receipt(self, submitted: Submitted, message_id: str) -> None:
        await asyncio.sleep(self.config.receipt_s)
        now = time.strftime("%y%m%d%H%M")
        text = f"id:{message_id} sub:001 dlvrd:001 submit date:{now} done date:{now} stat:DELIVRD err:000 text:"
        tlvs = {_RECEIPTED_ID: message_id.encode() + b"\0", _MESSAGE_STATE: _STATE_DELIVERED}
        part = Part(octets=text.encode("ascii"), data_coding=0, esm_class=_RECEIPT, tlvs=tlvs)
        await self.deliver_parts([part], source=submitted.destination, destination=submitted.source)
