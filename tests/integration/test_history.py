"""What is learnt from this installation's cases, on the real ClickHouse engine: decisions of people, and none of secret reports."""

from typing import Any
from uuid import uuid4

from msgspec.structs import replace

from complaints.case import Answer
from complaints.event import AgencyRef, Complaint, Place, Region
from complaints.fact import Routed, text_of
from ops.casework.gone import orphans
from ops.history import decided
from sinks.clickhouse.client import Store
from sinks.clickhouse.rows import rows_of
from tests.harness.events import DPU, PEMDA, complaint, completed, stored
from tests.harness.facts import added, answered, case, refused, routed, stored_case
from tests.harness.numbers import number
from tests.harness.support import NOON

DESK = AgencyRef(id="kemenpanrb", name="Kementerian PANRB")
HERE = Place(regency=Region(code="33.74", name="Kota Semarang"))


def keep(store: Store, of: Complaint, owner: AgencyRef, *facts: Any) -> None:
    """Store a case that has an owner, after these facts."""
    said = [fact for fact in facts if text_of(fact) == "Sudah ditambal."]
    document = case(
        of,
        owner,
        hop=max((fact.disposition.hop for fact in facts if isinstance(fact, Routed)), default=0),
        triage=owner is DESK,
        answers=tuple(Answer(agency=owner, text=fact.text or "", at=NOON, caused_by=fact.caused_by) for fact in said),
    )
    for record in (*map(stored, facts), stored_case(document)):
        for table, row in rows_of(record, number):
            store.insert(table, {name: [value] for name, value in row.items()}, token=uuid4().hex)


def test_only_what_an_officer_decided_is_learnt(store: Store) -> None:
    """An answer, or a refusal that moved the case; not the router's own guess, a desk's case, or a secret one."""
    guess, taken, moved, desk, secret, told, both = (
        complaint(number, text=f"isi {number}", place=HERE, secret=number == 5) for number in range(1, 8)
    )
    keep(store, guess, DPU, routed(guess))
    keep(store, taken, DPU, routed(taken), answered(taken))
    no = refused(moved)
    by_refusal = replace(routed(moved, PEMDA, version=4, hop=1), caused_by=no.caused_by)
    keep(store, moved, PEMDA, routed(moved), no, by_refusal)
    no = refused(desk)
    to_desk = replace(routed(desk, DESK, version=4, hop=1, triage=True), caused_by=no.caused_by)
    keep(store, desk, DESK, routed(desk), no, to_desk)
    keep(store, secret, DPU, routed(secret), answered(secret))
    told = completed(told, "di Kota Semarang")
    plus = added(told)
    by_addition = replace(routed(told, DPU, version=4, hop=1), caused_by=plus.caused_by)
    keep(store, told, DPU, routed(told, DESK, triage=True), plus, by_addition)
    both = completed(both, "di Kota Semarang")
    keep(store, both, DPU, routed(both), added(both), answered(both, version=4))
    found = {row["text"]: row["final_owner"] for row in decided(store)}
    assert found == {"isi 2": DPU.id, "isi 3": PEMDA.id, "isi 7\ndi Kota Semarang": DPU.id}
    assert {row["region"] for row in decided(store)} == {"33.74"}


def test_an_answer_of_a_former_owner_confirms_nobody(store: Store) -> None:
    """The citizen's addition moved the case after the answer, and the new owner has not spoken."""
    of = completed(complaint(8, place=HERE))
    plus = added(of, version=4)
    after = replace(routed(of, PEMDA, version=5, hop=1), caused_by=plus.caused_by)
    keep(store, of, PEMDA, routed(of), answered(of), plus, after)
    assert decided(store) == []


def test_open_cases_of_a_former_unit_are_found_by_owner(store: Store) -> None:
    """Only those that a desk can reroute: not a closed one, and not an answered one; of a secret one the number is not told."""
    former = AgencyRef(id="lampu-33.74", name="Dinas Penerangan Kota Semarang")
    first, second, secret, ended, told = (
        complaint(number, place=HERE, secret=number == 13) for number in range(11, 16)
    )
    keep(store, first, DPU, routed(first))
    keep(store, second, former, routed(second, former))
    keep(store, secret, former, routed(secret, former))
    for document in (case(ended, former, state="closed"), case(told, former, state="answered")):
        for table, row in rows_of(stored_case(document), number):
            store.insert(table, {name: [value] for name, value in row.items()}, token=uuid4().hex)
    (found,) = orphans(store, lambda owner: owner == former.id)
    assert (found.owner_id, sorted(found.numbers)) == (former.id, ["", number(second.tracking_code)])
