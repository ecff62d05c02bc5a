"""Each category of LAPOR! means a subject, and each subject has a rule."""

from router.routing import Router
from router.rulebook.topics import topic_key, topic_subjects
from tests.harness.tables import each_row

LEAVES = 920 + 8
"""The different subcategories of 2025 by main category, and the main categories without any, except "Topik Lainnya" (other topics)."""


def test_each_category_has_a_subject_with_a_rule(router: Router) -> None:
    """A category that a citizen chose finds its owner by law."""
    found = topic_subjects()
    assert len(found) == LEAVES
    known = {subject.id for subject in router.reader.lexicon.subjects}
    for topic, subject in found.items():
        assert subject in known, topic
        assert router.rules.subjects[subject].owners, topic


def test_the_topic_that_the_reader_gives_a_subject_is_in_the_tree(router: Router) -> None:
    """A complaint that is read again keeps a topic that exists."""
    for subject in router.reader.lexicon.subjects:
        assert topic_key(subject.topic) in topic_subjects(), subject.id


@each_row
def test_a_category_means_one_subject(topic: str, subject: str | None) -> None:
    """Capitals and spaces do not count; a main category with subcategories means no subject."""
    assert topic_subjects().get(topic_key(topic)) == subject
