"""The data of the law are whole, and each kind of mistake in them is named with its line."""

from pathlib import Path

from complaints.runtime import packaged
from normalizer.subjects.lexicon import ASKED_BY_CODE
from router.rulebook.check import DERIVED, mistakes
from router.rulebook.documents import Mistake

RULES = packaged.text("router", "rules.yaml")


def of_rules(text: str) -> list[Mistake]:
    """Return the mistakes if rules.yaml had this text."""
    return mistakes({"router/data/rules.yaml": text.encode()})


def test_the_packaged_data_are_whole() -> None:
    """Rules, agencies, statutes and word lists."""
    assert mistakes() == []


def test_a_mistake_in_one_file_hides_no_mistake_in_another() -> None:
    """All files are checked, whatever is wrong with one of them."""
    units = packaged.content("router", "units.yaml").replace(b"levels: pr", b"levels: zz", 1)
    found = mistakes({"router/data/rules.yaml": b"- a\n", "router/data/units.yaml": units})
    assert [one.file for one in found] == ["router/data/rules.yaml", "router/data/units.yaml"]


def test_the_groups_that_code_reads_are_in_the_code() -> None:
    """The lists of groups that data files alone do not explain have no entry that the code has forgotten."""
    root = Path(__file__).parents[3]
    code = "".join(
        path.read_text("utf-8")
        for package in ("normalizer", "router")
        for path in (root / package).rglob("*.py")
        if path.name not in {"groups.py", "asked.py"}
    )
    assert {group for group in ASKED_BY_CODE if f'"{group}"' not in code} == set()
    assert {group for group in DERIVED if f'"{group.removeprefix("accused_")}"' not in code} == set()


def test_a_subject_that_no_rule_has_is_one_mistake_in_plain_words() -> None:
    """Nothing of the form in which a category could have been written instead."""
    text = packaged.text("router", "topics.yaml").replace("  hajj:", "  hajjj:", 1)
    found = mistakes({"router/data/topics.yaml": text.encode()})
    assert [one.said for one in found] == ["the subject hajjj has no rule: add one to rules.yaml"]


def test_a_doubled_key_hides_no_other_mistake_of_its_file() -> None:
    """Both are named in one run."""
    found = of_rules(
        RULES.replace("  waste:\n", "  traffic:\n", 1).replace("unless: [local_road], law", "unles: [x], law", 1)
    )
    assert any("the key traffic is there twice" in one.said for one in found)
    assert any("an owner has no field unles" in one.said for one in found)
