"""What direct messages on X become: they are in no thread, whole as they were written, and what follows is told by direct message."""

from tests.harness.stories import stories_of

test_story = stories_of(__file__)
