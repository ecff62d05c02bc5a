"""Several stories in one message: those of other fields elsewhere are cases of their own, and one story stays whole."""

from tests.harness.stories import stories_of

test_story = stories_of(__file__)
