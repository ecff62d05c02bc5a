"""What becomes of a message that only wants something, in the speech of many regions, by how the citizen's cases stand (the table)."""

from tests.harness.stories import stories_of

test_story = stories_of(__file__)
