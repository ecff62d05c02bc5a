"""The SMS door: one thread a bind; short messages become complaints, long ones are joined, and every yes is a receipt's."""

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from datetime import UTC, datetime
from functools import partial
from hashlib import sha256

import structlog

from channels.base import Intake, Receipt
from channels.sms import pdu
from channels.sms.bind import Answer, Bind
from channels.sms.memory import Memory, Whole, message_key
from channels.sms.parse import decode
from channels.sms.pdu import Pdu
from complaints.errors import ContractViolation, IntakeFull
from complaints.message import InboundMessage
from complaints.settings import Address

log = structlog.get_logger()

SWEEP_EVERY_S = 5.0
"""Between two looks for long messages whose missing parts are overdue."""


class SmsChannel:
    """The door that citizens reach by texting our short code."""

    name = "sms"

    def __init__(
        self,
        addresses: Sequence[Address],
        *,
        memory: Memory,
        pseudonym: Callable[[str], str],
        turned: Callable[[], None],
    ) -> None:
        """Keep the parts.

        Args:
            addresses: the operators' SMSCs.
            memory: durable; closed when the door closes.
            pseudonym: turns what identifies a person into a keyed name.
            turned: is called each time a loop turns.
        """
        self._addresses = addresses
        self._memory = memory
        self._memory_lock = threading.Lock()
        self._pseudonym = pseudonym
        self._turned = turned

    def run(self, intake: Intake, stop: threading.Event) -> None:
        """Serve all binds (see Channel). A bind that crashes ends the door, so that it is started again whole."""
        ended, threads = threading.Event(), []
        crashes: list[Exception] = []

        def serve(bind: Bind) -> None:
            try:
                bind.run(ended)
            except Exception as error:  # noqa: BLE001  # a thread that dies in silence would leave the door deaf
                crashes.append(error)

        for address in self._addresses:
            link = f"{address.user}@{address.host}"
            bind = Bind(address, handler=partial(self._deliver, intake, link), turned=self._turned)
            threads.append(threading.Thread(target=serve, args=(bind,), name=f"bind-{bind.name}"))
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
            try:
                self._sweep(intake)
            except IntakeFull as error:
                log.warning("memory full", error=str(error))  # what is overdue waits on

    def _deliver(self, intake: Intake, link: str, messages: Sequence[Pdu], answer: Answer) -> None:
        """Take what was delivered over one bind; each message is answered when it is safe."""
        people = []
        for message in messages:
            if message.fault is not None:
                self._reject(intake, link, message, answer)
            elif message.segment is None or message.segment.receipt:
                answer(message, pdu.OK)  # a machine's message is no complaint
            else:
                people.append(message)
        try:
            with self._memory_lock:
                wholes = self._memory.take([m.segment for m in people if m.segment], now_s=time.time())
                inbound = self._named([whole for whole in wholes if whole is not None])
        except IntakeFull as error:
            log.warning("memory full", error=str(error))
            for message in people:
                answer(message, pdu.TEMPORARY)
            return
        ready = iter(inbound)
        for message, whole in zip(people, wholes, strict=True):
            if whole is None:
                answer(message, pdu.OK)  # this part is on disk; the message goes on with its last part
            else:
                intake.accept(next(ready)).add_done_callback(partial(self._kept, whole, partial(answer, message)))

    def _reject(self, intake: Intake, link: str, message: Pdu, answer: Answer) -> None:
        assert message.fault is not None
        digest = sha256(message.payload).hexdigest()
        key = self._pseudonym(f"{link}|{digest}")
        intake.reject(f"sms/{key}", payload=message.payload, error=message.fault).add_done_callback(
            lambda kept: answer(message, _status(kept))
        )

    def _named(self, wholes: Sequence[Whole]) -> list[InboundMessage]:
        """Give whole messages their identity: the sender, the text, and when it came first within the window."""
        now_s = time.time()
        keys = [self._pseudonym(message_key(whole)) for whole in wholes]
        firsts = self._memory.first_seen(keys, now_s=now_s)
        return [_inbound(whole, f"{key}-{first}") for whole, key, first in zip(wholes, keys, firsts, strict=True)]

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
            inbound = self._named(overdue)
            self._memory.forget(now_s=time.time())
        for whole, message in zip(overdue, inbound, strict=True):
            intake.accept(message).add_done_callback(partial(self._kept, whole, lambda _: None))


def _inbound(whole: Whole, upstream_id: str) -> InboundMessage:
    text, coding = decode(whole.body, whole.data_coding)
    return InboundMessage(
        channel=SmsChannel.name,
        upstream_id=upstream_id,
        received_at=datetime.now(UTC),
        sender=whole.source,
        reply_to={"from": whole.destination},
        text=text,
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
