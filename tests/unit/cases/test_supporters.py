"""What a supporter says, hears and takes along, in the words of citizens, with the real law."""

from tests.harness.stories import stories_of

test_story = stories_of(__file__)
