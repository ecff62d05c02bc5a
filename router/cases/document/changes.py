"""Changes the document of a case as each kind of fact demands."""

from msgspec.structs import replace

from complaints import fact as happened
from complaints.case import ENDED, OPEN, Answer, Case, Escalation, Hop, Question, Rating
from complaints.case import Postponed as PutOff
from complaints.command import MessageReading
from complaints.event import Addition, Complaint, ComplaintClass, Place, Refusal
from complaints.fact import AnyFact
from normalizer.tiers.answers import settled_by
from router.cases.document import supporters
from router.cases.document.answers import declared, did, ended, let_go, stands
from router.cases.document.waits import close_question, end_waits, is_over, standing, stood, stop_waiting


def joined(complaint: Complaint, addition: Addition, reading: MessageReading) -> Complaint:
    """Return the complaint with an addition: it takes from the reading what it lacks, and keeps what it has.

    A date, a regency or a topic that the complaint already has stays, unless the reading corrects the regency to another one; oversight is
    never withdrawn. A complaint with a known topic keeps its class, whatever is asked as well ("kapan?"); otherwise the class comes from
    the reading. So do the missing parts, except that a file counts as evidence, and a known date is not missing.
    """
    attachments = (*complaint.attachments, *addition.attachments)
    longer = replace(complaint, additions=(*complaint.additions, addition), attachments=attachments)
    if addition.apart:
        return longer
    occurred = complaint.occurred_on or reading.occurred_on
    has = {name for name, is_there in (("evidence", attachments), ("date", occurred)) if is_there}
    is_complaint = complaint.complaint_class is ComplaintClass.complaint and complaint.topic
    return replace(
        longer,
        occurred_on=occurred,
        topic=complaint.topic or reading.topic,
        complaint_class=complaint.complaint_class if is_complaint else reading.complaint_class,
        oversight=complaint.oversight or reading.oversight,
        missing=tuple([part for part in reading.missing if part not in has]),
        place=_place(complaint.place, reading),
    )


def _place(place: Place, reading: MessageReading) -> Place:
    """Return the reading's place if the complaint has no regency or the reading corrects it, otherwise the old place with a new pin."""
    read = reading.place
    if place.regency is None:
        takes = bool(read.province or read.regency or read.district or read.village or read.text or read.pin)
    else:
        takes = bool(read.regency and reading.corrects and read.regency.code != place.regency.code)
    if takes:
        return read
    return replace(place, pin=read.pin) if read.pin else place


def _routed(case: Case, fact: happened.Routed) -> Case:
    routed = fact.disposition
    moves, taken = routed.hop == len(case.chain), fact.handling
    changed = replace(
        case,
        owner=routed.owner,
        triage=routed.triage,
        hop=routed.hop,
        confidence=routed.confidence,
        explanation=routed.explanation,
        rules_version=routed.rules_version,
        registry_version=routed.registry_version,
        deadlines=routed.deadlines or case.deadlines,
        given=case.given if taken is None else taken.given,
        beside=routed.beside if moves or routed.beside else case.beside,
    )
    if not moves:
        forwarded_at = case.forwarded_at if routed.triage else case.forwarded_at or fact.at
        return stood(replace(changed, forwarded_at=forwarded_at))
    hop = Hop(hop=routed.hop, owner=routed.owner, triage=routed.triage, since=fact.at, caused_by=fact.caused_by)
    changed = replace(changed, chain=(*case.chain, hop), accepted_at=None, postponed=None)
    if case.state in OPEN or (case.state == "answered" and taken is None):
        return replace(changed, state=standing(changed))
    return changed


def _asked(case: Case, fact: happened.Asked) -> Case:
    part, at = fact.part, fact.at
    question = Question(part=part, at=at) if part else Question(text=fact.text or "", agency=case.owner, at=at)
    asked = (*case.asked, part) if part else case.asked
    case = replace(case, question=question, questions=case.questions + 1, asked=asked)
    if not case.answers and not is_over(case, at):
        case = replace(end_waits(case, at), waits_since=at)
        if not case.verified_at and not is_over(case, at, "statute_decision"):
            case = replace(case, decision_waits_since=at)
    if fact.actor == case.owner.id:
        case = did(case, at)
    return stood(replace(case, checked_at=case.checked_at or at))


def _added(case: Case, fact: happened.Added) -> Case:
    addition, reading = fact.addition, fact.reading
    complaint = joined(case.complaint, addition, reading)
    if addition.apart:
        return replace(case, complaint=complaint)
    part = case.question.part if case.question else None
    if settled := settled_by(part, addition.text) if part else "":
        complaint = replace(complaint, settled=(*(complaint.settled or ()), settled))
    if case.reclassified:
        former = case.complaint
        complaint = replace(complaint, complaint_class=former.complaint_class, oversight=former.oversight)
    case = _with(stop_waiting(replace(case, question=None), fact.at), complaint, fact)
    return stood(supporters.told(case))


def _refused(case: Case, fact: happened.Refused) -> Case:
    hop = next(hop.hop for hop in reversed(case.chain) if hop.owner.id == fact.actor)
    late = fact.actor != case.owner.id
    refusal = Refusal(
        hop=hop, agency_id=fact.actor, reason=fact.text or "", at=fact.at, late=late, suggested=fact.to or None
    )
    return replace(case, refusals=(*case.refusals, refusal), given=case.given and late)


def _answered(case: Case, fact: happened.Answered) -> Case:
    return stands(
        case,
        Answer(agency=case.owner, text=fact.text or "", at=fact.at, caused_by=fact.caused_by, final=bool(fact.final)),
    )


def _verified(case: Case, fact: happened.Verified) -> Case:
    """Note that the owner declared the report complete. The question closes; the current wait for its answer stops no clock."""
    return declared(close_question(case, fact.at), fact.at)


def _accepted(case: Case, fact: happened.Accepted) -> Case:
    """Note that the owner accepted the case: the citizen's additions no longer move it to another owner."""
    forwarded_at = case.forwarded_at or fact.at if case.triage else case.forwarded_at
    case = replace(case, accepted_at=fact.at, given=True, triage=False, forwarded_at=forwarded_at, reopened_at=None)
    return declared(case, fact.at)


def _postponed(case: Case, fact: happened.Postponed) -> Case:
    case = replace(case, postponed=PutOff(until=fact.until, text=fact.text or ""))
    return replace(case, state=standing(case))


def _resumed(case: Case, _: happened.Resumed) -> Case:
    case = replace(case, postponed=None)
    return replace(case, state=standing(case))


def _reopened(case: Case, fact: happened.Reopened) -> Case:
    if case.state in ENDED:
        case = let_go(case, fact)
    case = supporters.take_over(supporters.take_apart(case, fact), fact)
    is_disputed = case.state == "answered" or (case.state == "closed" and bool(case.answers))
    case = replace(
        case,
        disputes=case.disputes + is_disputed,
        ended_at=None,
        ended_by=None,
        deemed=False,
        rating=None,
        main=None,
        main_as_of=None,
        accepted_at=None,
        reopened_at=fact.at,
    )
    return replace(case, state=standing(case))


def _hidden(case: Case, fact: happened.Hidden) -> Case:
    if fact.secret:
        case = replace(let_go(case, fact), told_to=())
    complaint = case.complaint
    anonymous, secret = complaint.anonymous or bool(fact.anonymous), complaint.secret or fact.secret
    return replace(case, complaint=replace(complaint, anonymous=anonymous, secret=secret))


def _shown(case: Case, fact: happened.Shown) -> Case:
    complaint = case.complaint
    anonymous = complaint.anonymous if fact.anonymous is None else fact.anonymous
    return replace(case, complaint=replace(complaint, anonymous=anonymous, secret=fact.secret))


def _reclassified(case: Case, fact: happened.Reclassified) -> Case:
    former = case.complaint
    complaint = replace(
        former,
        complaint_class=fact.complaint_class or former.complaint_class,
        oversight=former.oversight if fact.oversight is None else fact.oversight,
    )
    return replace(_with(case, complaint, fact), reclassified=True)


def _with(case: Case, complaint: Complaint, fact: happened.Added | happened.Reclassified) -> Case:
    """Return the case with a changed complaint. If it becomes a report of oversight, it forgets its supporters.

    Each of them is handled separately, not with the accusation.
    """
    if complaint.oversight and not case.complaint.oversight:
        case = let_go(case, fact)
    return replace(case, complaint=complaint)


def _reminded(case: Case, fact: happened.Reminded) -> Case:
    assert case.question is not None
    return replace(case, question=replace(case.question, reminded_at=fact.at))


def _unanswered(case: Case, fact: happened.Unanswered | happened.Unheard) -> Case:
    case = replace(close_question(case, fact.at), incomplete=True)
    return replace(case, state=standing(case))


def changed(case: Case, fact: AnyFact) -> Case:  # noqa: C901, PLR0911, PLR0912  # a branch for each kind
    """Return the document after a fact, with its old version and commands (see router.cases.document.evolve)."""
    match fact:
        case happened.Routed():
            return _routed(case, fact)
        case happened.Asked():
            return _asked(case, fact)
        case happened.Added():
            return _added(case, fact)
        case happened.Refused():
            return _refused(case, fact)
        case happened.Answered():
            return _answered(case, fact)
        case happened.Verified():
            return _verified(case, fact)
        case happened.Accepted():
            return _accepted(case, fact)
        case happened.HandedOn() | happened.Rerouted():
            return replace(case, given=True)  # a person gives the case to the owner that the next fact names
        case happened.Extended():
            return replace(case, extended_at=fact.at)
        case happened.Postponed():
            return _postponed(case, fact)
        case happened.Resumed():
            return _resumed(case, fact)
        case happened.Closed():
            return ended(case, fact, "closed")
        case happened.Reopened():
            return _reopened(case, fact)
        case happened.Rated():
            return replace(case, rating=Rating(stars=fact.stars, text=fact.text or "", at=fact.at))
        case happened.Withdrawn():
            return ended(case, fact, "withdrawn")
        case happened.Hidden():
            return _hidden(case, fact)
        case happened.Shown():
            return _shown(case, fact)
        case happened.Reclassified():
            return _reclassified(case, fact)
        case happened.Prioritised():
            return replace(case, urgent=fact.text)
        case happened.Archived():
            return ended(case, fact, "archived")
        case happened.Reminded():
            return _reminded(case, fact)
        case happened.Unanswered() | happened.Unheard():
            return _unanswered(case, fact)
        case happened.Overdue():
            return replace(case, overdue={**case.overdue, fact.duty: fact.at})
        case happened.Escalated():
            return replace(case, escalation=Escalation(level=fact.level, at=fact.at))
        case happened.Proposed():
            return replace(case, proposed=fact.other)
        case happened.Merged():
            return supporters.merged(case, fact)
        case happened.Unmerged():
            return supporters.unmerged(case, fact)
        case happened.Supported():
            return replace(case, supporters=case.supporters + 1)
        case happened.Left():
            return replace(case, supporters=max(0, case.supporters - 1))
        case happened.Echoed():
            return supporters.echoed(case, fact)
        case (
            happened.Opened() | happened.Continued() | happened.Seconded() | happened.Forgotten() | happened.Declined()
        ):
            return case
