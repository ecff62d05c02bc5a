"""What a citizen wishes for his reports without a code: that he be hidden, that one be withdrawn, how one stands; and what owners ask."""

from tests.harness.stories import stories_of

test_story = stories_of(__file__)
