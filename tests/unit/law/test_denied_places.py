"""A place that a text denies is none, the word for its kind decides, and "bkn" is "bukan" unless it is the body for civil servants."""

from tests.harness.stories import stories_of

test_story = stories_of(__file__)
