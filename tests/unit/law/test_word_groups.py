"""Which word groups a reading notes, and which pairs of them count."""

import ast
from itertools import product
from pathlib import Path

import normalizer
import router
from complaints.runtime import packaged
from normalizer.reader import Reader
from normalizer.subjects.counting import PAIR_WORDS, Nearby
from normalizer.subjects.lexicon import ASKED_BY_CODE
from normalizer.subjects.meanings import ALL_BITS, Grouping, Meaning
from router.rulebook.rules import Rules

GROUPS = packaged.document("normalizer", "subjects/signals.yaml")["words"].keys()

OTHER_WORDS = frozenset(("listed", "madrasah", "ministry", "number", "official", "since", "staff", "why"))
"""Texts of modules about word groups that are also the name of one and mean something else there."""


def test_each_word_group_that_code_names_is_listed() -> None:
    """A group that code asks for by name and ASKED_BY_CODE lacks would be missing from the readings of texts that have it."""
    named: set[str] = set()
    for package in (normalizer, router):
        for file in Path(package.__path__[0]).rglob("*.py"):
            source = file.read_text("utf-8")
            if "groups" in source:
                named |= {node.value for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Constant)} & GROUPS
    assert named - OTHER_WORDS <= ASKED_BY_CODE


def test_a_reading_notes_the_groups_that_rules_ask_for() -> None:
    """Without rules it notes all, with rules those that they, the code and the lists ask for; the rest of the reading is the same."""
    text = "Jalan nasional di Kendal rusak, petugas minta uang, nomor antrean paspor habis terus sejak bulan lalu"
    rules = Rules.load().groups
    every, some = Reader.load().read(text), Reader.load((), rules).read(text)
    assert some.groups.keys() < every.groups.keys()
    assert every.groups.keys() & (rules | ASKED_BY_CODE) <= some.groups.keys()
    assert [(one.id, one.score) for one in some.subjects] == [(one.id, one.score) for one in every.subjects]


def test_pairs_are_found_in_both_orders_up_to_their_distance() -> None:
    """Of a pair, each word may come first, at most PAIR_WORDS words before the other; another pair with the same bit is none."""
    first, second = Meaning(groups=Grouping(opened=(7,))), Meaning(groups=Grouping(closed=(7,)))
    same_bit = Meaning(groups=Grouping(closed=(67,)))
    for (one, other), apart in product(((first, second), (second, first)), range(PAIR_WORDS + 3)):
        nearby = Nearby([one, other], [3, 3 + apart])
        nearby.look(0, ALL_BITS)
        assert nearby.pairs == ({7} if apart <= PAIR_WORDS else set())
    nearby = Nearby([first, same_bit], [3, 4])
    nearby.look(0, ALL_BITS)
    assert nearby.pairs == set()
