"""What a story sees of a town, of a case, of its facts and of a text that is decided."""

from collections.abc import Callable, Mapping
from contextlib import closing
from typing import Any, Final

import httpx
import msgspec
from msgspec.structs import replace
from pydantic import SecretStr

from channels.web.told import story as page
from complaints.calendar import written_day
from complaints.case import Case
from complaints.command import Add
from complaints.contract import CONVERSATIONS, DEAD_LETTERS, MESSAGE_EVENTS, NEIGHBOURS
from complaints.event import Attachment, Complaint
from complaints.fact import FactKind
from complaints.mail import Delivery, ReplyKind
from complaints.neighbour import Closed, Opened
from conversation.citizen import DECODER, Citizen
from normalizer.results import Reading
from ops.casework.heard import heard
from ops.casework.show import sheet
from ops.casework.story import story
from router.decision import Decision
from sinks.clickhouse.rows import rows_of as rows_of_tables
from tests.harness.facts import stored_case
from tests.harness.numbers import number
from tests.harness.tables import at, plain
from tests.harness.town import Town, law_and_reader
from view.client import ViewClient
from view.status import status_of

PHOTO: Final = Attachment(name="a.png", media_type="image/png", size_bytes=1, sha256="0" * 64)


ASKS: Final = frozenset({ReplyKind.question, ReplyKind.reminded})
"""What asks a citizen for something."""


def added_texts(town: Town) -> list[str]:
    """Return what was added to cases."""
    return [one.addition.text for one in town.commands if isinstance(one, Add)]


def files_of(town: Town, complaint: Complaint) -> list[Attachment]:
    """Return the files of a complaint and of what was added to its case."""
    additions = town.case(complaint.tracking_code).complaint.additions
    return [*complaint.attachments, *(file for one in additions for file in one.attachments)]


def as_said(town: Town) -> bool:
    """Return whether complaints and commands have the ids of their messages, and complaints the citizen who writes by SMS."""
    ids = {one.id for one in town.landed}
    by_him = all(one.reporter_ref == town.citizen() for one in town.complaints)
    return by_him and {one.id for one in town.complaints} | {one.id for one in town.commands} <= ids


def state_of(town: Town) -> Citizen:
    """Return what is kept of the citizen who writes by SMS."""
    return DECODER.decode(town.state(town.citizen()))


TOWN: Final[Mapping[str, Callable[[Town], Any]]] = {
    "cases": lambda town: len(town.complaints),
    "became": lambda town: town.landed[-1].kind,
    "messages": lambda town: [one.kind for one in town.landed],
    "told": lambda town: town.told[-1].kind,
    "heard": lambda town: len(town.told),
    "sends": lambda town: len(town.sends),
    "sent": lambda town: [one.kind for one in town.sends],
    "commands": lambda town: [one.kind for one in town.commands],
    "code": lambda town: town.landed[-1].tracking_code,
    "last_sent": lambda town: town.sends[-1].kind,
    "landed": lambda town: len(town.landed),
    "all_doubtful": lambda town: all(one.doubtful for one in town.landed),
    "people": lambda town: len({one.reporter_ref for one in town.complaints}),
    "added_texts": added_texts,
    "text": lambda town: town.texts[-1],
    "written": lambda town: town.texts,
    "texts": lambda town: [one.text for one in town.complaints],
    "added_to": lambda town: [len(town.case(one.tracking_code).complaint.additions) for one in town.complaints],
    "codes": lambda town: [one.tracking_code for one in town.landed],
    "private": lambda town: [one.private for one in town.sends],
    "all_private": lambda town: all(one.private for one in town.sends),
    "as_said": as_said,
    "delivered": lambda town: [one.kind for one in town.events(MESSAGE_EVENTS, Delivery)],
    "last_private": lambda town: town.sends[-1].private,
    "last_is_alone": lambda town: town.sends[-1].private or "direct" in town.open(town.sends[-1])[1],
    "last_is_with_him": lambda town: town.sends[-1].private or town.open(town.sends[-1])[1]["chat"] == "88",
    "addresses": lambda town: [town.open(one)[1] for one in town.sends],
    "directs": lambda town: ["direct" in town.open(one)[1] for one in town.sends],
    "urgent": lambda town: [one.urgent for one in town.sends],
    "wholes": lambda town: [one.whole_id and [o.id for o in town.landed].index(one.whole_id) for one in town.landed],
    "commanded": lambda town: [one.tracking_code for one in town.commands],
    "outcomes": lambda town: [one.outcome for one in town.events(MESSAGE_EVENTS, Delivery)],
    "sent_secret": lambda town: [bool(one.secret) for one in town.sends],
    "last_owner": lambda town: town.case(town.complaints[-1].tracking_code).owner.id,
    "is_about": lambda town: [one.tracking_code for one in town.complaints].index(town.landed[-1].tracking_code) + 1,
    "third_text": lambda town: town.texts[2],
    "neighbours_closed": lambda town: [one.regency for one in town.events(NEIGHBOURS, Closed)],
    "neighbours_opened": lambda town: [one.regency for one in town.events(NEIGHBOURS, Opened)],
    "photos": lambda town: len([file for one in town.complaints for file in files_of(town, one)]),
    "dead_letters": lambda town: len(town.written[DEAD_LETTERS]),
    "partial": lambda town: [one.partial for one in town.landed],
    "told_by": lambda town: [one.account for one in town.told],
    "sent_by": lambda town: [one.account for one in town.sends],
    "asked_so_far": lambda town: [one.kind for one in town.sends if one.kind in ASKS],
    "kept_texts": lambda town: " | ".join([*(one.text for one in town.complaints), *added_texts(town), ""]),
    "waiting": lambda town: state_of(town).waiting,
    "kept_messages": lambda town: state_of(town).messages,
    "kept_accounts": lambda town: [one.to and one.to.account for one in state_of(town).cases],
    "states": lambda town: len([key for topic, key in town.states if topic == CONVERSATIONS]),
    "open": lambda town: [town.case(one.tracking_code).state == "reopened" for one in town.complaints],
}
"""What can be seen of a town."""

CASE: Final[Mapping[str, Callable[[Case], Any]]] = {
    "state": lambda case: case.state,
    "is_open_again": lambda case: case.state == "reopened",
    "owner": lambda case: case.owner.id,
    "government": lambda case: case.owner.id[-5:],
    "hop": lambda case: case.hop,
    "triage": lambda case: case.triage,
    "disputes": lambda case: case.disputes,
    "questions": lambda case: case.questions,
    "incomplete": lambda case: case.incomplete,
    "asks": lambda case: case.question is not None,
    "stars": lambda case: case.rating and case.rating.stars,
    "anonymous": lambda case: case.complaint.anonymous,
    "secret": lambda case: case.complaint.secret,
    "is_hidden": lambda case: [case.complaint.anonymous, case.complaint.secret],
    "missing_parts": lambda case: case.complaint.missing,
    "hidden": lambda case: case.complaint.anonymous or case.complaint.secret,
    "class": lambda case: case.complaint.complaint_class,
    "regency": lambda case: case.complaint.place.regency and case.complaint.place.regency.code,
    "has_place": lambda case: case.complaint.place.regency is not None,
    "additions": lambda case: [one.text for one in case.complaint.additions],
    "added": lambda case: len(case.complaint.additions),
    "first_addition": lambda case: case.complaint.additions[0].text,
    "last_addition": lambda case: case.complaint.additions[-1].text,
    "apart": lambda case: [one.apart for one in case.complaint.additions],
    "overdue": lambda case: sorted(case.overdue),
    "confidence_is_low": lambda case: case.confidence <= 0.6,
    "duties": lambda case: [one.duty for one in case.deadlines],
    "files": lambda case: [list(one.attachments) == [PHOTO] for one in case.complaint.additions],
}
"""What can be seen of a case, the first one unless a number says which: `state 2`."""


REPORT: Final[Mapping[str, Callable[[Complaint], Any]]] = {
    "reported_text": lambda complaint: complaint.text,
    "reported_anonymous": lambda complaint: complaint.anonymous,
    "reported_partial": lambda complaint: complaint.raw.partial,
    "reporter": lambda complaint: complaint.reporter_ref,
    "reported_secret": lambda complaint: complaint.secret,
}
"""What can be seen of a complaint as it was made, the first one unless a number says which."""


LAW: Final[Mapping[str, Callable[[Decision, Reading], Any]]] = {
    "owner": lambda decision, _: decision.owner.id,
    "owner_begins": lambda decision, _: decision.owner.id,
    "is_triage": lambda decision, _: decision.triage,
    "is_undecided": lambda decision, _: decision.confidence <= law_and_reader()[0].rules.undecided,
    "oversight": lambda _, reading: reading.oversight,
    "kind": lambda _, reading: reading.complaint_class,
    "read_province": lambda _, reading: reading.place.province,
    "read_regency": lambda _, reading: reading.place.regency,
    "things": lambda _, reading: reading.things,
    "law": lambda decision, _: decision.explanation,
    "missing": lambda _, reading: reading.missing,
}
"""What can be seen of how a text by itself was read and decided."""


def row_of(case: Case) -> dict[str, Any]:
    """Return the row of a case for analysts, with the duties that were done."""
    ((_, row),) = rows_of_tables(stored_case(case), number)
    return row | {"done": sorted(duty for duty, *_, day in row["deadlines"] if day is not None)}


def on_the_web(fact: Any) -> Any:
    """Return a fact as if the complaint had come by the web."""
    return replace(fact, complaint=replace(fact.complaint, channel="web")) if fact.kind is FactKind.opened else fact


def officers_read(town: Town, facts: list[Any], of: Complaint) -> str:
    """Return all that officers read of a case: the sheet of `lapor case show`, and the story of `lapor explain`."""
    told = httpx.Response(200, content=msgspec.json.encode({"facts": facts}))
    with closing(ViewClient(["http://view"], key=SecretStr("a key"))) as client:
        client._http = httpx.Client(transport=httpx.MockTransport(lambda _: told))
        seen = client.facts(of.tracking_code)
    case = town.case(of.tracking_code)
    return "\n".join((str(sheet(case, seen, town.now)), *story(case, seen, town.now)))


FACTS: Final[Mapping[str, Callable[[Town, list[Any], Complaint], Any]]] = {
    "facts": lambda _, facts, __: [one.kind for one in facts],
    "fact_kinds": lambda _, facts, __: ", ".join(one.kind.name for one in facts),
    "fact_text": lambda _, facts, __: facts[-1].text,
    "seconded": lambda _, facts, __: [one.text for one in facts if one.kind is FactKind.seconded],
    "added_secret": lambda _, facts, __: [one.secret for one in facts if one.kind is FactKind.added],
    "officers_read": officers_read,
    "officer_reads": lambda _, facts, __: [one.kind for one in heard([on_the_web(fact) for fact in facts])],
    "page_reasons": lambda town, facts, of: page(town.case(of.tracking_code), facts).explanation,
    "page_as_heard": lambda town, facts, of: (
        [one.text for one in page(town.case(of.tracking_code), facts).told]
        == [one.text for one in heard([on_the_web(fact) for fact in facts])]
    ),
}
"""What can be seen of the facts of a case: also on its page, which tells what its citizen was told."""


def of_case(case: Case, what: str, value: str = "") -> Any:
    """Return what is seen of a case: one of CASE, a day of one of its duties, or what a path of attributes leads to."""
    if what in {"due", "begins", "done"}:
        return next(at(one, what) for one in case.deadlines if one.duty == value)
    if what == "due_written":
        return written_day(of_case(case, "due", value))
    if what.startswith("row."):
        return row_of(case)[what.removeprefix("row.")]
    if what.startswith("status."):
        return plain(at(status_of(case), what.removeprefix("status.")))
    return plain(CASE[what](case) if what in CASE else at(case, what))
