"""Danger to life now is a case of its own and reads 112, code or not, unless the proven citizen tells more of that very matter."""

from tests.harness.stories import stories_of

test_story = stories_of(__file__)
