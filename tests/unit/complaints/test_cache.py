"""What is kept in the cache folder is what its sources make."""

from pathlib import Path

import pytest

from complaints.runtime import packaged
from normalizer.cache import kept, parsed
from normalizer.subjects.lists import packed_lists


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Let the cache folder be empty."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path


def test_a_document_that_is_kept_is_the_same() -> None:
    """The first call parses, the second one reads what was kept."""
    written = packaged.document("router", "rules.yaml")
    assert parsed("router", "rules.yaml") == written
    assert parsed("router", "rules.yaml") == written


def test_a_document_that_json_cannot_hold_is_refused(cache: Path) -> None:
    """Numbers as keys, which the word lists have, would come back as texts."""
    with pytest.raises(TypeError):
        parsed("normalizer", "subjects/signals.yaml")
    assert not list(cache.rglob("*.json"))


def test_other_names_to_find_are_other_lists() -> None:
    """What stands beside the sources decides what is kept, too."""
    assert kept("words", (), lambda: "first", beside=("pln",)) == "first"
    assert kept("words", (), lambda: "second", beside=("pdam",)) == "second"
    assert kept("words", (), lambda: "third", beside=("pln",)) == "first"


def test_an_open_phrase_is_listed_with_each_ending() -> None:
    """An entry of the lists that others share its words with has the meanings of all."""
    phrases = packed_lists(("perusahaan listrik negara",))["phrases"]
    following = phrases["perusahaan"][1]["listrik"][1]["negara"]
    entry = following[0] if isinstance(following, list) else following
    assert entry.split(";")[2] == "0"
