"""The SMS door: one thread a bind; short messages become complaints, long ones are joined, and every yes is a receipt's."""

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from datetime import UTC, datetime
from functools import partial
from hashlib import sha256

import structlog

from channels.intake import Intake
from channels.safe import Receipt
from channels.sms import pdu
from channels.sms.bind import WINDOW, Bind
from channels.sms.coding import decode
from channels.sms.early import EarlyReceipts
from channels.sms.keywords import Keywords
from channels.sms.memory import Memory, Whole, message_key
from channels.sms.parse import Segment
from channels.sms.pdu import Pdu
from channels.sms.sender import SmsSender
from channels.sms.session import Answer
from complaints.errors import ContractViolation, IntakeFull
from complaints.message import InboundMessage
from complaints.runtime.settings import Address
from complaints.runtime.upstream import Upstream

log = structlog.get_logger()

SWEEP_EVERY_S = 5.0
"""Between two looks for long messages whose missing parts are overdue."""


class SmsChannel:
    """The door that citizens reach by texting our short code."""

    name = "sms"

    def __init__(  # noqa: PLR0913  # what it serves, what it keeps, and what it says of itself
        self,
        addresses: Sequence[Address],
        *,
        memory: Memory,
        pseudonym: Callable[[str], str],
        turned: Callable[[], None],
        window: int = WINDOW,
        upstream: Upstream | None = None,
    ) -> None:
        """Keep the parts.

        Args:
            addresses: the operators' SMSCs.
            memory: durable; closed when the door closes.
            pseudonym: turns what identifies a person into a keyed name.
            turned: is called each time a loop turns.
            window: submit_sm in flight on one bind.
            upstream: says how each SMSC is reached; None where nobody watches.
        """
        self._memory = memory
        self._memory_lock = threading.Lock()
        self._pseudonym = pseudonym
        self._turned = turned
        self._intake: Intake | None = None
        self._receipts = EarlyReceipts()
        self._binds: dict[str, Bind] = {}
        upstream = upstream or Upstream(None, self.name)
        for address in addresses:
            link = f"{address.user}@{address.host}:{address.port}"
            while link in self._binds:  # an operator may grant several binds to one account
                link += "+"
            handler = partial(self._deliver, link)
            account = upstream.account(link)
            self._binds[link] = Bind(address, handler=handler, turned=turned, window=window, account=account)
        self.sender = SmsSender(self._binds)

    def run(self, intake: Intake, stop: threading.Event) -> None:
        """Serve all binds (see Channel). A bind that crashes ends the door, so that it is started again whole."""
        self._intake = intake
        ended = threading.Event()
        crashes: list[Exception] = []

        def serve(bind: Bind) -> None:
            try:
                bind.run(ended)
            except Exception as error:  # noqa: BLE001  # a thread that dies in silence would leave the door deaf
                crashes.append(error)

        threads = [
            threading.Thread(target=serve, args=(bind,), name=f"bind-{bind.name}") for bind in self._binds.values()
        ]
        for thread in threads:
            thread.start()
        try:
            self._watch(intake, stop, crashes)
        finally:
            ended.set()
            for thread in threads:
                thread.join()
            with self._memory_lock:
                self._memory.close()

    def _watch(self, intake: Intake, stop: threading.Event, crashes: Sequence[Exception]) -> None:
        while not stop.wait(SWEEP_EVERY_S):
            self._turned()
            if crashes:
                raise crashes[0]
            self._receipts.again(intake)
            try:
                self._sweep(intake)
            except IntakeFull as error:
                log.warning("memory full", error=str(error))  # what is overdue waits on

    def _deliver(self, link: str, messages: Sequence[Pdu], answer: Answer) -> None:
        """Take what was delivered over one bind; each message is answered when it is safe."""
        assert self._intake is not None  # binds run only within `run`
        intake, people = self._intake, []
        for message in messages:
            if message.fault is not None:
                self._reject(intake, link, message, answer)
            elif message.segment is None or message.segment.receipt:
                if message.segment is not None and message.segment.report is not None:
                    self._receipts.take(message.segment.report, intake)
                answer(message, pdu.OK)  # a machine's message is no complaint
            else:
                people.append(message)
        try:
            with self._memory_lock:
                wholes = self._memory.take([m.segment for m in people if m.segment], now_s=time.time())
                ready = [
                    (whole, _reply_to(message.segment, link))
                    for whole, message in zip(wholes, people, strict=True)
                    if whole is not None and message.segment is not None
                ]
                inbound = iter(self._named(ready))
        except IntakeFull as error:
            log.warning("memory full", error=str(error))
            for message in people:
                answer(message, pdu.TEMPORARY)
            return
        for message, whole in zip(people, wholes, strict=True):
            if whole is None:
                answer(message, pdu.OK)  # this part is on disk; the message goes on with its last part
            else:
                intake.accept(next(inbound)).add_done_callback(partial(self._kept, whole, partial(answer, message)))

    def _reject(self, intake: Intake, link: str, message: Pdu, answer: Answer) -> None:
        assert message.fault is not None
        digest = sha256(message.payload).hexdigest()
        key = self._pseudonym(f"{link}|{digest}")
        intake.reject(f"sms/{key}", payload=message.payload, error=message.fault).add_done_callback(
            lambda kept: answer(message, _status(kept))
        )

    def _named(self, ready: Sequence[tuple[Whole, Mapping[str, str]]]) -> list[InboundMessage]:
        """Give whole messages their identity: the sender, the text, and when it came first within the window."""
        now_s = time.time()
        keys = [self._pseudonym(message_key(whole)) for whole, _ in ready]
        firsts = self._memory.first_seen(keys, now_s=now_s)
        return [
            _inbound(whole, f"{key}-{first}", reply_to)
            for (whole, reply_to), key, first in zip(ready, keys, firsts, strict=True)
        ]

    def _kept(self, whole: Whole, answer: Callable[[int], None], kept: "Future[Receipt]") -> None:
        status = _status(kept)
        answer(status)
        if status != pdu.TEMPORARY:
            try:
                with self._memory_lock:
                    self._memory.done(whole)
            except IntakeFull as error:
                log.warning("memory full", error=str(error))

    def _sweep(self, intake: Intake) -> None:
        """Let long messages go on whose missing parts are overdue, and forget what is older than the window."""
        with self._memory_lock:
            overdue = self._memory.overdue(now_s=time.time())
            inbound = self._named([(whole, {"from": whole.destination}) for whole in overdue])
            self._memory.forget(now_s=time.time())
        for whole, message in zip(overdue, inbound, strict=True):
            intake.accept(message).add_done_callback(partial(self._kept, whole, lambda _: None))


def _reply_to(segment: Segment, link: str) -> dict[str, str]:
    """Return what an answer needs: our number that was written to, how the SMSC writes both numbers, and the link."""
    types = {name: str(value) for name, value in segment.types._asdict().items()}
    return {"from": segment.destination, "link": link, **types}


def _inbound(whole: Whole, upstream_id: str, reply_to: Mapping[str, str]) -> InboundMessage:
    text, coding = decode(whole.body, whole.data_coding)
    return InboundMessage(
        channel=SmsChannel.name,
        upstream_id=upstream_id,
        received_at=datetime.now(UTC),
        sender=whole.source,
        reply_to=reply_to,
        text=text,
        keyword_region=Keywords.load().region(text),
        body=whole.body,
        coding=coding,
        parts=whole.parts,
        partial=whole.partial,
    )


def _status(kept: "Future[Receipt]") -> int:
    match kept.exception():
        case None:
            return pdu.OK
        case ContractViolation():
            return pdu.PERMANENT
        case _:
            return pdu.TEMPORARY
