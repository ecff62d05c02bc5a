"""The commands of an agency to a case, what became of them, and the life of a case in words."""

from collections.abc import Iterator
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from complaints.case import Case
from complaints.command import Command, CommandKind
from complaints.errors import CaseError, ConfigurationError, TrackingCodeError
from complaints.fact import FactKind, Result
from ops import cases
from tests.harness.cases import Story
from tests.harness.events import DPU, PEMDA, complaint
from tests.harness.facts import refused
from tests.harness.support import NOON
from tests.harness.view import KEY, ServedView
from view.client import ViewClient


def case_of(story: Story) -> Case:
    """Return the case as it is now."""
    assert story.case is not None
    return story.case


def refusal(story: Story, text: str = "Bukan jalan kota", agency: str = DPU.id) -> Command:
    """Return the command to refuse."""
    return cases.command(case_of(story), CommandKind.refuse, agency=agency, text=text, now=NOON)


def answer(story: Story, text: str) -> Command:
    """Return the command to answer."""
    return cases.command(case_of(story), CommandKind.answer, agency=DPU.id, text=text, now=NOON)


def facts_of(story: Story, cause: UUID) -> list[str]:
    """Return what became of a command."""
    return cases.outcome(case_of(story), [fact for fact in story.facts if fact.caused_by == cause])


@pytest.fixture
def known(tmp_path: Path) -> Iterator[tuple[ServedView, ViewClient]]:
    """A view and its client."""
    served = ServedView(tmp_path)
    client = ViewClient([served.url], key=KEY)
    yield served, client
    client.close()
    served.close()


def test_a_case_is_found_by_its_code_as_a_person_types_it(known: tuple[ServedView, ViewClient]) -> None:
    """A code that nobody has, and one with a slip, are told apart."""
    served, client = known
    story = Story()
    served.put(*story.records())
    assert cases.find(client, story.code.lower()).complaint_id == story.complaint.id
    with pytest.raises(CaseError, match="no case has the code 2Q74G VWWCE 3"):
        cases.find(client, "2q74gvwwce3")
    with pytest.raises(TrackingCodeError):
        cases.find(client, "2Q74GVWWCE4")


def test_saying_no_twice_at_one_hop_is_one_command() -> None:
    """Whatever the words are; at another hop, and by another agency, it is another one."""
    story = Story()
    first = refusal(story)
    assert refusal(story, "lain").id == first.id
    assert refusal(story, agency=PEMDA.id).id != first.id
    assert (first.tracking_code, first.kind, first.actor, first.text) == (
        story.code,
        CommandKind.refuse,
        DPU.id,
        "Bukan jalan kota",
    )
    story.refuse(first.id)
    assert refusal(story).id != first.id


def test_the_same_answer_twice_is_one_command() -> None:
    """Another text is another answer."""
    story = Story()
    assert answer(story, "Selesai.").id == answer(story, "Selesai.").id != answer(story, "Besok.").id
    assert answer(story, "Selesai.").id != refusal(story, "Selesai.").id


@pytest.mark.parametrize(("kind", "most"), cases.TEXT_BYTES.items())
def test_a_text_that_is_empty_or_too_long_is_refused_with_the_option_s_name(kind: CommandKind, most: int) -> None:
    """Before anything is asked or written. Bytes count, as they do for the router."""
    for text in ("", " \n", "x" * (most + 1), "é" * (most // 2 + 1)):
        with pytest.raises(ConfigurationError, match="--text"):
            cases.checked(kind, text, "say why")
    assert cases.checked(kind, f" {'x' * most} ", "say why") == "x" * most


def test_a_refusal_that_moved_the_case_says_where_and_why() -> None:
    """The agencies by their names, and the sentence for the citizen."""
    story, command = Story(), uuid4()
    story.refuse(command)
    assert facts_of(story, command) == [
        f"hop 1: {PEMDA.name} ({PEMDA.id})",
        f"Diteruskan ke {PEMDA.name} karena jalan kota.",
    ]


def test_an_answer_says_that_the_citizen_hears_it() -> None:
    """In the name of the owner."""
    story, command = Story(), uuid4()
    story.answer(command)
    (told,) = facts_of(story, command)
    assert told.startswith(f"{DPU.name} has answered")


def test_a_declined_command_says_why() -> None:
    """A refused one is an error; one that was already done changes nothing, and is none."""
    story, refused, done = Story(), uuid4(), uuid4()
    story.decline(refused, CommandKind.refuse, actor="pln", text="Hanya pemilik yang dapat menolak.")
    story.decline(done, CommandKind.refuse, actor=DPU.id, text="Sudah ditolak.", result=Result.already_applied)
    with pytest.raises(CaseError, match=r"^Hanya pemilik yang dapat menolak\.$"):
        facts_of(story, refused)
    assert facts_of(story, done) == ["Nothing changes: Sudah ditolak."]


def test_a_command_without_a_result_is_no_success() -> None:
    """It is on Kafka; the router has not read it yet."""
    with pytest.raises(CaseError, match="has not decided"):
        cases.outcome(case_of(Story()), [])


def test_the_life_of_a_case_is_told_in_its_order() -> None:
    """Each owner with the reasons, the law and the deadlines, and what was said between them, with its time."""
    story = Story(owner=PEMDA, triage=True)
    story.refuse(uuid4(), DPU)
    story.add(uuid4(), "Dekat pasar")
    story.answer(uuid4(), "Sudah kami perbaiki.")
    story.decline(uuid4(), CommandKind.refuse, actor="pln", text="Bukan pemilik.")
    story.fact(FactKind.asked, uuid4(), part="place")
    story.fact(FactKind.continued, uuid4(), continued_as="2Q74GVWWCE3")
    told = "\n".join(cases.told(case_of(story), story.facts))
    expected = [
        f"(complaint {story.complaint.id}, version 9, ditanggapi)",
        f"hop 0: {PEMDA.name} ({PEMDA.id}) since 2026-11-03 12:01:00 WIB  [triage desk",
        '- subject:jalan "jalan berlubang" [UU 38/2004 ps. 16] weight 2.00',
        "complete: by 2026-11-23 (14 working days from 2026-11-03, PermenPANRB 5/2025)",
        f"2026-11-03 12:02:00 WIB  {PEMDA.id} refused: Bukan jalan kota",
        f"hop 1: {DPU.name} ({DPU.id}) since",
        "2026-11-03 12:04:00 WIB  the citizen added: Dekat pasar",
        f"{DPU.id} answered: Sudah kami perbaiki.",
        "refuse by pln was refused: Bukan pemilik.",
        "the citizen is asked for the place",
        "became the case 2Q74GVWWCE3",
    ]
    places = [told.find(part) for part in expected]
    assert -1 not in places, expected[places.index(-1)]
    assert places == sorted(places)


def test_a_refusal_that_came_too_late_says_that_it_is_noted() -> None:
    """The case had moved on; the agency must know that nothing is left to do."""
    (sentence,) = cases.outcome(case_of(Story()), [refused(complaint(), version=4)])
    assert sentence.startswith("The case had moved on before")
