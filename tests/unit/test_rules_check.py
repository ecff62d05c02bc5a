"""The data of the law are whole, and each kind of mistake in them is named with its line."""

import pytest

from complaints.runtime import packaged
from router.rulebook.check import mistakes

RULES = packaged.text("router", "rules.yaml")


def line_of(text: str, words: str) -> int:
    """Return the number of the first line that has some words."""
    return next(number for number, line in enumerate(text.splitlines(), 1) if words in line)


def test_the_packaged_data_are_whole() -> None:
    """Rules, agencies, statutes and word lists."""
    assert mistakes() == []


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        ("{body: bpjt, if", "{body: bpjtt, if", "no agency and no kind of unit is bpjtt"),
        ("{body: damkar@local}", "{body: damkarr@local}", "no agency and no kind of unit is damkarr@local"),
        ("  drainage:", "  drainages:", "no word list has the subject drainages"),
        ("if: [toll_road], reason", "if: [tol_road], reason", "no word group has the name tol_road"),
        ('in: ["33.74"]', 'in: ["33.99"]', "no region has the code 33.99"),
        ('law: "UU 18/2008 Pasal 9"', 'law: "UU 18/2080 Pasal 9"', "statutes.yaml lacks UU 18/2080"),
        ('law: "UU 18/2008 Pasal 9"', 'law: "Undang-Undang Sampah"', "names no statute"),
        ("jalan provinsi adalah urusan {tier}", "jalan nasional adalah urusan {tier}", "names the tier national"),
        ("jalan tol diatur Badan Pengatur Jalan Tol", "jalan tol diatur PT PLN", "the reason names pln and not bpjt"),
        ("  waste:\n", "  waste:\n    laws: x\n", "a rule has no field laws"),
    ],
)
def test_a_mistake_is_named_with_its_line(right: str, wrong: str, said: str) -> None:
    """The first occurrence is spoilt."""
    assert right in RULES
    spoilt = RULES.replace(right, wrong, 1)
    found = mistakes(spoilt)
    assert any(said in one.said for one in found), [str(one) for one in found]
    mine = next(one for one in found if said in one.said)
    assert mine.file == "router/data/rules.yaml"
    assert abs(mine.line - line_of(spoilt, wrong.splitlines()[-1].strip())) <= 1


def test_a_subject_without_a_rule_is_named_in_its_own_file() -> None:
    """The word list knows a subject that the law does not."""
    found = mistakes(RULES.replace("  fire:", "  fires:", 1))
    assert any("the subject fire has no rule" in one.said and one.file.startswith("normalizer/") for one in found)


def test_a_doubled_key_is_named() -> None:
    """YAML would silently take the second one."""
    at = RULES.index("  waste:")
    found = mistakes(RULES[:at] + '  waste: {law: "UU 18/2008", reason: x, owners: []}\n' + RULES[at:])
    assert ["the key waste is there twice" in str(one) for one in found] == [True]


def test_a_file_that_is_not_yaml_is_named_with_its_line() -> None:
    """As after a merge that was not finished."""
    (found,) = mistakes(RULES.replace("subjects:\n", "subjects:\n<<<<<<< HEAD\n", 1))
    assert found.file == "router/data/rules.yaml"
    assert abs(found.line - line_of(RULES, "subjects:")) <= 2
    assert "no YAML" in found.said
