"""What citizens want is learnt from example sentences: the files are whole, the model is theirs, and errors cost what they may."""

from pathlib import Path

import orjson
import pytest

from normalizer.language import examples as sentences
from normalizer.language import features
from normalizer.language.examples import (
    INTENTS,
    KINDS,
    OF_INTENTS,
    OF_SEQUELS,
    OF_SUBJECTS,
    digest,
    examples,
    labels,
    mistakes,
)
from normalizer.language.model import columns, model, packed, unpacked
from normalizer.language.understanding import MOST_CHARACTERS, goes_on, nearest, tells_beside, understood
from normalizer.reader import Reader
from tests.harness.tables import each, each_row


def test_the_model_was_learnt_from_the_sentences_in_the_tree() -> None:
    """Who changes a sentence learns the model anew (`lapor language learn`)."""
    for kind in KINDS:
        assert (mistakes(kind), model(kind).head.digest) == ([], digest(kind))


def test_at_least_six_writers_wrote_for_each_intent_and_subject() -> None:
    """What one person writes is his own style."""
    for kind in KINDS:
        told = examples(kind)
        writers = {label: {one.writer for one in told if one.label == label} for label in labels(kind)}
        assert {label: len(known) for label, known in writers.items() if len(known) < 6} == {}


def test_what_the_model_can_is_measured_on_held_out_writers() -> None:
    """The bars below which no model is committed; the figures themselves are in docs/benchmarks.md."""
    figures = model(OF_INTENTS).head.figures
    assert figures["accuracy"] >= 0.9
    assert min(figures["by_label"][one]["precision"] for one in ("danger", "hide", "withdraw")) >= 0.9
    assert all(abs(band["sure"] - band["right"]) < 0.05 for band in figures["bands"])


@each_row
def test_an_intent_is_read_in_the_speech_of_each_region(intent: str, text: str) -> None:
    """None of these sentences is an example."""
    assert text not in {one.text for one in examples(OF_INTENTS)}
    assert understood(text).intent == intent


@each_row
def test_a_wish_inside_a_story_applies_beside_it(text: str) -> None:
    """Whoever writes much says it in the middle."""
    assert understood(text).modifiers == {"hide"}


@each(
    ("text", "beside"),
    [("jangan sebut nama saya ke pak lurah", False), ("lurah minta uang lima ratus ribu jangan sebut nama saya", True)],
)
def test_a_story_beside_a_wish_is_seen_without_a_stop(text: str, *, beside: bool) -> None:
    """So that no report is taken for a wish alone."""
    assert tells_beside(text) is beside


def test_no_text_takes_long() -> None:
    """Only the beginning and the end are read, and of a word only so many letters."""
    assert understood("a" * 1_000_000).intent == understood("a" * MOST_CHARACTERS).intent
    assert understood("tolong " * 200_000).intent in INTENTS
    assert understood("").intent in INTENTS


def test_a_run_of_words_is_read_as_these_words_alone_are() -> None:
    """Words and pairs are added up once for a text and all its clauses, however long it is, and none has a part of another."""
    learnt = model(OF_INTENTS)
    said = features.words(" ".join(one.text for one in examples(OF_INTENTS)[::400])) * 2
    runs = [(0, len(said)), (0, 0), (3, 4), (5, 12), (7, 600), (len(said) - 2, len(said))]
    alone = [next(learnt.shares(said[slice(*run)], [(0, run[1] - run[0])])) for run in runs]
    assert len(said) > 600
    assert list(learnt.shares(said, runs)) == alone


@each_row
def test_a_clause_is_what_stands_between_two_stops(text: str, clauses: list[str]) -> None:
    """As it was written, if it has more than one word; the address of a page is one word of the whole text alone."""
    assert [one.text for one in understood(text).clauses] == clauses
    learnt, words = model(OF_INTENTS), features.words(text)
    assert words.count("linklink") == text.count("https")
    assert understood(text).confidence == max(map(learnt.sure, next(learnt.shares(words, [(0, len(words))]))))


def test_a_model_is_read_as_it_was_written() -> None:
    """Line of JSON, deflated bytes; one of another format is refused."""
    head = model(OF_INTENTS).head
    weights = bytes(features.BUCKETS * columns(INTENTS))
    assert unpacked(packed(head, weights)).head == head
    with pytest.raises(ValueError, match="lapor language learn"):
        unpacked(packed(head._replace(format=1), weights))


def test_subjects_of_held_out_writers_are_read() -> None:
    """The bars below which no model of subjects is committed."""
    figures = model(OF_SUBJECTS).head.figures
    assert figures["accuracy"] >= 0.8
    assert figures["first_three"] >= 0.9


def test_what_goes_on_with_a_report_is_told_from_another_one() -> None:
    """A second report that is taken for more of the first costs most."""
    figures = model(OF_SEQUELS).head.figures
    assert figures["by_label"]["more"]["precision"] >= 0.85
    assert all(abs(band["sure"] - band["right"]) < 0.05 for band in figures["bands"])
    assert goes_on("sudah dua minggu begitu, warungnya di sebelah kiri", is_clear=False, is_placed=False) > 0.85
    assert goes_on("KTP saya belum jadi", is_clear=True, is_placed=False) < 0.2


@each(
    "text",
    ["tolong ditindaklanjuti ya pak", "terima kasih banyak atas bantuannya", "oke siap makasih min"],
)
def test_thanks_and_reminders_point_to_no_subject(text: str) -> None:
    """The likeliest of a hundred unlikely subjects is no subject."""
    assert not Reader.load().read(text).subjects


def test_an_example_teaches_what_no_list_has() -> None:
    """A sentence of words that are in no list has the subject of the sentences that are like it."""
    found = Reader.load().read("padi di sawah menguning dari pucuk, penyuluh tidak pernah kelihatan")
    assert found.subjects[0].id == "agriculture"


def test_each_subject_with_examples_is_a_subject_of_the_word_lists() -> None:
    """A file of another name would be learnt and never read."""
    assert set(labels(OF_SUBJECTS)) <= {subject.id for subject in Reader.load().lexicon.subjects}


def test_the_nearest_example_of_an_example_is_itself() -> None:
    """Its likeness is 1."""
    one = next(example for example in examples(OF_INTENTS) if example.label == "danger")
    assert nearest(OF_INTENTS, one.text, 1)[0][1].text == one.text


@each(
    ("line", "wrong"),
    [
        (b"{", "no JSON"),
        (b'{"lang": "id", "text": "a"}', "a line is"),
        (b'{"lang": "id", "writer": "a", "text": ""}', "none of them empty"),
        (b'{"lang": "id", "writer": "a", "text": "Tolong  SAYA"}', "the same sentence stands in danger.jsonl:1"),
    ],
)
def test_a_mistake_in_a_file_is_named_with_its_line(
    line: bytes, wrong: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A form that is none, and a sentence that stands twice."""
    first = orjson.dumps({"lang": "id", "writer": "a", "text": "tolong saya"})
    (tmp_path / "danger.jsonl").write_bytes(first + b"\n" + line + b"\n")
    monkeypatch.setattr(sentences, "folder", lambda _: tmp_path)
    (said,) = mistakes(OF_INTENTS)
    assert said.startswith("danger.jsonl:2: ")
    assert wrong in said
