"""Records a complaint on a citizen's behalf; it takes the same way as every message."""

from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from typing import Any

from channels.sealing import Sealing
from complaints import tracking
from complaints.disposition import AgencyRef
from complaints.errors import CaseError
from complaints.runtime.settings import Settings
from complaints.values import Source
from lapor.processes.cases import RESULT_WITHIN_S, publish
from lapor.processes.routing import agencies
from lapor.processes.secret import keyring
from lapor.processes.wiring import cases as view
from ops.casework.outcome import outcome
from ops.casework.recorded import CHANNEL, danger, lacks, message


def record(settings: Settings, *, agency: str, source: Source, say: Callable[[str], object], **said: Any) -> None:
    """Record a complaint on a citizen's behalf, and wait until it has an owner.

    Args:
        settings: the settings of the running stack.
        agency: the id of the agency whose officer records it.
        source: how the citizen brought it: "walk-in", "letter" or "call".
        say: called with the tracking code as soon as Kafka has the complaint, then with each sentence about its owner, danger and gaps.
        said: the fields of the complaint (see ops.casework.recorded.message).

    Raises:
        ConfigurationError: a field is wrong.
        CaseError: there is no such agency, or the complaint has no owner in time.
        BusUnavailable: Kafka did not accept it.
        UnavailableError: the view does not answer.
    """
    registry = agencies(settings).registry
    recording = registry.get(agency)
    if recording is None:
        raise CaseError(f"no agency has the id {agency!r}; `lapor agency search` finds it by its name")
    told = message(registry, recording, source, at=datetime.now(UTC), **said)
    sealed, receipt = Sealing(CHANNEL, keyring=keyring(settings)).record(told)
    code = tracking.spaced(receipt.tracking_code)
    publish(sealed, settings, doubt=f"look for {code} with `lapor case show` before you record it again")
    say(code)
    say(f"recorded by {recording.name} ({source})")
    with closing(view(settings)) as known:
        facts = known.result(receipt.tracking_code, receipt.message_id, wait_s=RESULT_WITHIN_S)
        case = known.case(receipt.tracking_code)
    for sentence in outcome(AgencyRef(id=recording.id, name=recording.name), facts):
        say(sentence)
    if sentence := danger(said.get("title", ""), said["text"]):
        say(sentence)
    if case is not None and (sentence := lacks(case)):
        say(sentence)
