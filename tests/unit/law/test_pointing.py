"""The words that are shown as evidence for a subject."""

import functools

from lapor.demo.samples import read_samples
from normalizer.reader import Reader
from normalizer.results import Reading
from normalizer.subjects.vocabulary import OPEN, delimited
from normalizer.text import words_of
from tests.harness.tables import each

READER = Reader.load()


def strongest(words: list[str], cues: list[str]) -> str:
    """Return what one look for each word and phrase of a subject finds."""
    said, found = f" {' '.join(words)} ", []
    for weight, written in (cue.split(" ", 1) for cue in cues):
        if delimited(written) in said:
            shown = written.strip(OPEN)
            found.append((-int(weight), -len(shown), shown))
    return ", ".join([shown for *_, shown in sorted(found)[:3]])


@functools.cache
def readings() -> list[tuple[Reading, list[str]]]:
    """Read the texts of the samples, and each again with what an open end allows and a phrase that ends with the text."""
    texts = []
    for sample in read_samples():
        texts.append(f"{sample.title} {sample.text}")
        texts.append(f"{sample.text} rusaknya fasilitas, pencopetan, kwh tidak sesuai, jalan rusak")
    return [(READER.read(text), words_of("", "", text)) for text in texts]


@each("subject", sorted(READER.lexicon.pointing))
def test_the_evidence_for_a_subject_is_the_strongest_of_all_its_words(subject: str) -> None:
    """Whatever begins where a text tells something, in whatever order the words are listed."""
    cues = list(READER.lexicon.pointing[subject]._cues)
    for reading, words in readings():
        assert READER.words_for(reading, subject) == strongest(words, cues)


@each("subject", sorted(READER.lexicon.pointing))
def test_each_word_of_a_subject_is_found_where_it_is_the_text(subject: str) -> None:
    """No word or phrase of the lists tells nothing: each is found by where the text tells something."""
    cues = list(READER.lexicon.pointing[subject]._cues)
    for cue in cues:
        written = cue.split(" ", 1)[1].strip(OPEN)
        reading = READER.read(written)  # its words are those of the text, but for "bkn" that means "bukan"
        assert READER.words_for(reading, subject) == strongest(reading.words, cues), written
