"""What anyone with the tracking code sees of a case."""

from datetime import timedelta
from uuid import uuid4

from complaints.case import CaseStatus
from tests.harness.cases.made import DUE, Story
from tests.harness.events import DPU, PEMDA
from tests.harness.support import NOON
from view.status import status_of


def status(story: Story) -> CaseStatus:
    """Return the status of a story's case."""
    assert story.case is not None
    return status_of(story.case)


def test_the_states_of_a_case_as_the_citizen_sees_them() -> None:
    """At a desk, with its owner and the deadline, moved, and answered; the present owner and the latest answer count."""
    story = Story(owner=PEMDA, triage=True)
    found = status(story)
    assert (found.state, found.owner, found.channel, found.received_at) == ("received", PEMDA.name, "web", NOON)
    assert (found.since, found.due, found.answer) == (NOON + timedelta(minutes=1), DUE.due, "")
    story = Story()
    story.refuse(uuid4())
    found = status(story)
    assert (found.state, found.owner, found.since) == ("routed", PEMDA.name, NOON + timedelta(minutes=3))
    story.answer(uuid4(), "Yang lama")
    story.answer(uuid4(), "Yang baru")
    found = status(story)
    assert (found.state, found.answer, found.tracking_code) == ("answered", "Yang baru", story.code)
    assert found.complaint_id == story.complaint.id


def test_an_answer_shows_nobody_s_number() -> None:
    """An officer may have repeated it from the report."""
    story = Story()
    story.answer(uuid4(), "Hubungi 081234567890")
    assert status(story).answer == "Hubungi [telepon]"


def test_a_secret_case_shows_its_owner_and_no_word_of_it() -> None:
    """Whoever holds the code may know where it is."""
    story = Story(secret=True)
    story.answer(uuid4(), "Rahasia")
    found = status(story)
    assert (found.owner, found.answer, found.secret, found.state) == (DPU.name, "", True, "answered")
