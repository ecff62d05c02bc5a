"""The commands of an agency to a case, what became of them, and the life of a case in words."""

from typing import Any

import msgspec
import pytest

from complaints import ids
from complaints.command import Command, CommandKind, words_of
from complaints.errors import CaseError, ConfigurationError, TrackingCodeError
from complaints.fact import Fact, FactKind
from ops.casework.acts import ACTS
from ops.casework.find import find
from ops.casework.orders import FIELDS, checked, command, nonce
from ops.casework.outcome import outcome
from tests.harness.cases.made import Story
from tests.harness.events import DPU, PEMDA, complaint
from tests.harness.facts import answered, fact, refused
from tests.harness.support import NOON
from tests.harness.tables import document, each
from tests.harness.there import there
from tests.harness.view import ServedView
from view.client import ViewClient


def order(story: Story, name: str, agency: str = DPU.id, **said: Any) -> Command:
    """Return the command of an act."""
    case, fields = there(story.case), checked(ACTS[name], said)
    id_ = ids.command_id(case.complaint_id, name, actor=agency, nonce=nonce(case, fields))
    return command(ACTS[name], story.code, id_=id_, agency=agency, fields=fields, at=NOON)


def refusal(story: Story, text: str = "Bukan jalan kota", agency: str = DPU.id) -> Command:
    """Return the command to refuse."""
    return order(story, "refuse", agency, text=text)


def test_a_case_is_found_by_its_code_as_a_person_types_it(served: ServedView, client: ViewClient) -> None:
    """A code that nobody has, and one with a slip, are told apart."""
    story = Story()
    served.put(*story.records())
    assert find(client, story.code.lower()).complaint_id == story.complaint.id
    with pytest.raises(CaseError, match="no case has the code 2Q74G VWWCE 3"):
        find(client, "2q74gvwwce3")
    with pytest.raises(TrackingCodeError):
        find(client, "2Q74GVWWCE4")


def test_the_same_words_are_one_command_until_something_happens() -> None:
    """Other words, and another agency, are another one; after a refusal so is the same."""
    story = Story()
    first = refusal(story)
    assert refusal(story).id == first.id
    assert len({first.id, refusal(story, "lain").id, refusal(story, agency=PEMDA.id).id}) == 3
    said, again, other = (order(story, "answer", text=text).id for text in ("Selesai.", " Selesai. ", "Besok."))
    assert said == again != other
    assert said != refusal(story, "Selesai.").id
    assert (first.tracking_code, first.kind, first.actor, words_of(first)) == (
        story.code,
        CommandKind.refuse,
        DPU.id,
        "Bukan jalan kota",
    )
    story.refuse(first.id)
    assert refusal(story).id != first.id


@each("name", [name for name, act in ACTS.items() if "text" in act.needs])
def test_a_text_that_is_empty_or_too_long_is_refused_with_the_option_s_name(name: str) -> None:
    """Before anything is asked or written. Bytes count, as they do for the router."""
    act = ACTS[name]
    others = dict.fromkeys(set(act.needs) - {"text"}, "x")
    for text in ("", " \n", "x" * (act.most_bytes + 1), "é" * (act.most_bytes // 2 + 1)):
        with pytest.raises(ConfigurationError, match="--text"):
            checked(act, {**others, "text": text})
    assert checked(act, {**others, "text": f" {'x' * act.most_bytes} "})["text"] == "x" * act.most_bytes


VALUES: dict[str, Any] = document("tables/cases/cases.yaml")["VALUES"]


@each("name", ACTS)
def test_every_act_becomes_a_command_with_all_that_was_said(name: str) -> None:
    """Each option fills its field of the contract, and what an act needs is named if it is missing."""
    act = ACTS[name]
    said = {option: VALUES[option] for option in (*act.needs, *act.takes)}
    made = msgspec.json.decode(msgspec.json.encode(order(Story(), name, **said)))
    assert made["kind"] == name
    for option, value in said.items():
        assert made[FIELDS[option]] == value
    for missing in act.needs:
        with pytest.raises(ConfigurationError, match=f"{name} needs --{missing}"):
            checked(act, {option: value for option, value in said.items() if option != missing})


def test_what_an_act_does_not_take_or_cannot_read_is_named() -> None:
    """By the option's name, not the field's."""
    with pytest.raises(ConfigurationError, match="accept takes no --final"):
        checked(ACTS["accept"], {"final": True})
    with pytest.raises(ConfigurationError, match=r"--until: .besok. is no day such as"):
        order(Story(), "postpone", text="x", until="besok")


def test_all_commands_of_officers_are_acts() -> None:
    """The others are of citizens, of clocks and of steps."""
    of_citizens = {"add", "disagree", "rate", "hide", "show", "status"}
    of_steps = {"adopt", "confirm", "reject", "second", "leave", "forget", "echo", "unheard", "due"}
    assert ACTS.keys() == {kind.value for kind in CommandKind} - of_citizens - of_steps


def test_the_outcome_of_a_command_says_what_is_left_to_do() -> None:
    """One that the router has not read is no success, a refusal that came too late is noted, and a file of commands looks no case up."""
    with pytest.raises(CaseError, match="has not decided"):
        outcome(DPU, [])
    (late,) = outcome(DPU, [refused(complaint(), version=4)])
    assert late.startswith("The case had moved on before")
    (unknown,) = outcome(DPU, [answered(complaint())], out_of_reach=None)
    assert unknown.endswith("on the channel of the complaint; if an officer recorded it, tell him yourself.")


@pytest.mark.parametrize("told", [answered(complaint()), fact(complaint(), FactKind.closed, 4)])
def test_whoever_answers_a_walk_in_without_an_address_tells_him_himself(told: Fact) -> None:
    """An officer recorded it, and no channel reaches the citizen: "to be told on the channel" would be a promise that nobody keeps."""
    (sentence,) = outcome(DPU, [told], out_of_reach=True)
    assert sentence.endswith(". The citizen has no address here: tell him yourself.")
    assert "channel" not in sentence
    assert "is to be" not in sentence


def test_no_sentence_says_that_the_citizen_hears_what_is_only_to_be_told() -> None:
    """He may have asked for silence, or have no address: the outcome is not known yet."""
    (sentence,) = outcome(DPU, [answered(complaint())])
    assert sentence == f"{DPU.name} has answered; the citizen is to be told on the channel of the complaint."
