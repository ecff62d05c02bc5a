"""A million citizens: how long the conversation with an empty disk takes until it works, how long after a kill -9, and its memory."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import cycle, islice
from pathlib import Path
from typing import Final

from benchmarks import texts
from benchmarks.figures import Figure
from benchmarks.processes import Say, folder, installed, kafka
from benchmarks.step.million import Place, check_room, figures, fill, starts
from channels.intake import Intake
from complaints.bus import Producer, Record, StoredRecord
from complaints.bus.confluent import ConfluentProducer
from complaints.bus.step.contract import State
from complaints.bus.step.states.store import StoredState
from complaints.contract import CITIZENS, COMPLAINTS, CONVERSATIONS, MESSAGE_EVENTS
from complaints.message import Fragment, InboundMessage
from complaints.runtime.settings import Settings
from complaints.storage.spool import Spool
from conversation.step import FORMAT, STEP
from lapor.processes.routing import router
from lapor.processes.secret import keyring
from lapor.processes.wiring import conversation_step
from router.cases.step import CaseStep

TEMPLATES: Final = 500
"""Number of citizens who wrote a real message and heard of it. Each other one has the state of one of them, sealed for himself."""

PLACE: Final = Place("conversation", STEP, CITIZENS, MESSAGE_EVENTS)

ACCOUNT: Final = "sms/bench"


def measure(*, citizens: int, say: Say) -> list[Figure]:
    """Write the states of citizens, and start a worker twice: with an empty disk, and after a kill -9.

    Raises:
        ConfigurationError: the disk has no room for them.
        UnavailableError: something did not start or did not come to work.
    """
    with folder() as data:
        check_room(data, citizens)
        with kafka(data) as brokers:
            settings, producer = installed(data / "lapor"), ConfluentProducer(brokers)
            messages = _messages(data, settings, producer)
            began = time.monotonic()
            each = fill(brokers, PLACE, _states(citizens, settings, list(islice(messages, TEMPLATES))))
            say(f"{citizens:,} citizens of {each:,.0f} bytes on average, written in {time.monotonic() - began:.0f} s")
            empty, warm = starts(brokers, data, PLACE, messages, say)
            producer.close()
    return figures(f"{citizens:,} citizens", empty, warm, each)


def _messages(data: Path, settings: Settings, producer: Producer) -> Iterator[Record]:
    """Yield text messages as the channel writes them, each of another citizen."""
    spool = Spool(data / "spool.db", max_bytes=1 << 20)
    intake = Intake("sms", keyring=keyring(settings), producer=producer, spool=spool)
    for item in texts.varied(short=True):
        message = InboundMessage(
            channel="sms",
            account=ACCOUNT,
            upstream_id="",
            received_at=datetime.now(UTC),
            sender=f"+{item.sender}",
            reply_to={"sender": item.sender, "from": "1708", "ton": "1", "npi": "1", "from_ton": "0", "from_npi": "1"},
            fragment=Fragment(),
            text="",
            body=item.text.encode("ascii"),
            coding="sms",
        )
        yield intake.record(message)[0]


def _states(citizens: int, settings: Settings, messages: list[Record]) -> Iterator[tuple[bytes, StoredState]]:
    """Yield the key and the state of each citizen: what a message and the answer of its case leave."""
    conversation, cases, keys = conversation_step(settings).function, CaseStep(router(settings)), keyring(settings)
    templates: list[tuple[bytes, int]] = []
    for number, message in enumerate(messages):
        landed = conversation(None, _stored(message, number))
        complaint = next(record for record in landed.outputs if record.topic == COMPLAINTS)
        decided = cases(None, _stored(complaint, number))
        reply = next(record for record in decided.outputs if record.topic == CONVERSATIONS)
        assert isinstance(landed.state, State)
        told = conversation(landed.state, _stored(reply, number)).state
        assert isinstance(told, State)
        templates.append((keys.unseal_state(told.value, key=message.key), told.due_ms or 0))
    for number, (document, due_ms) in zip(range(citizens), cycle(templates), strict=False):
        key = keys.pseudonym("sms", f"+62811{number:09d}").encode()
        yield key, StoredState(FORMAT, due_ms, keys.seal_state(document, key=key))


def _stored(record: Record, number: int) -> StoredRecord:
    now_ms = int(time.time() * 1000)
    return StoredRecord(record.topic, 0, number, record.key, record.value, record.headers, now_ms)
