"""Whatever is damaged in a data file of the law, the check names file and line, and never ends in a traceback or calls the data whole."""

import re
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import NamedTuple

import pytest

from complaints.runtime import packaged
from router.rulebook.check import mistakes
from router.rulebook.schema.files import MODELS

TODAY = date(2026, 11, 26)

RULES = "router/data/rules.yaml"
STATUTES = "router/data/statutes.yaml"
BODIES = "router/data/bodies.yaml"
UNITS = "router/data/units.yaml"
NAMES = "router/data/names.yaml"
TOPICS = "router/data/topics.yaml"
DEADLINES = "router/data/deadlines.yaml"
ROLES = "router/data/roles.yaml"
UNIVERSITIES = "router/data/universities.yaml"
SIGNALS = "normalizer/data/subjects/signals.yaml"
NATION = "normalizer/data/subjects/nation.yaml"
TYPES = "normalizer/data/things/types.yaml"
KNOWN = "normalizer/data/things/known.tsv"
REGIONAL = "normalizer/data/regional.yaml"
ABBREVIATIONS = "normalizer/data/abbreviations.yaml"
PLACES = "normalizer/data/places.yaml"
MATTERS = "normalizer/data/matters.yaml"

FIRE = "{body: damkar@local}"
TOLL = "{body: bpjt, if: [toll_road], reason"
WASTE = 'law: "UU 18/2008 Pasal 9"'
OLD = '"PP 25/1981": {title: "Asuransi Sosial Pegawai Negeri Sipil", since: "1981-07-30", status: verified}'
BRIDGE = "  bridge: [jembatan*"
PORT = "\tairport\tnational\t64.72"


class Damage(NamedTuple):
    """A damage to a file.

    Attributes:
        file: its path from the top of the repository.
        right: the words that are damaged; or, with a leading "^", a pattern for lines.
        wrong: what takes their place.
        said: words of the mistake.
        on: the file that is named, if it is another one.
        within: maximum number of lines between the damage and the line that is named.
    """

    file: str
    right: str
    wrong: str
    said: str
    on: str = ""
    within: int = 1


RULES_DAMAGES = [
    Damage(RULES, '    law: "UU 18/2008 Pasal 9"\n', "", "a rule needs the field law"),
    Damage(RULES, WASTE, "law: 18", "law is 18 where a text is wanted"),
    Damage(RULES, WASTE, 'law: ["UU 18/2008 Pasal 9"]', "law is a list where a text is wanted"),
    Damage(RULES, WASTE, 'law: "UU 18/2008 Psal 9"', "is not written as"),
    Damage(RULES, WASTE, 'law: "UU 18/2008 Lampiran ZZZ"', "is not written as"),
    Damage(RULES, WASTE, 'law: "UU 18/2008 Pasal 9; UUU 23/2014"', "names no statute"),
    Damage(RULES, WASTE, 'law: "UU 18/2080 Pasal 9"', "statutes.yaml lacks UU 18/2080"),
    Damage(
        RULES,
        r"^    owners:\n(?=      - \{body: kemenpu)",
        "    owners:\n    x:\n",
        "owners is empty where a list is wanted",
    ),
    Damage(RULES, "  fire:\n", "  fire:\n    owners: []\n", "the key owners is there twice", within=4),
    Damage(RULES, "  fire:\n", "  fire2:\n  fire:\n", "fire2 is empty where entries"),
    Damage(RULES, "  fire:\n", "  yes:\n", "yes or true where a text is wanted"),
    Damage(RULES, FIRE, "damkar@local", "where entries of the form `key: value` is wanted"),
    Damage(RULES, FIRE, "{if: [toll_road]}", "an owner needs the field body"),
    Damage(RULES, FIRE, "{body: no}", "body is no or false where a text is wanted: put it in quotes"),
    Damage(RULES, FIRE, "{body: damkar@locall}", "body is 'damkar@locall'"),
    Damage(RULES, FIRE, "{body: bpjt@local}", "no agency and no kind of unit is bpjt@local"),
    Damage(RULES, FIRE, '{body: damkar@local, placeless: "no"}', "placeless is 'no' where true or false"),
    Damage(RULES, FIRE, "{body: damkar@local, if: [toll_road], unless: [toll_road]}", "it never holds"),
    Damage(RULES, FIRE, "{body: damkar@local, iff: [toll_road]}", "an owner has no field iff, only body, if, unless"),
    Damage(RULES, FIRE, f"{FIRE}\n      - {FIRE}", "the owner damkar@local is there twice", within=4),
    Damage(RULES, TOLL, "{body: bpjt, if: on, reason", "if is yes or true where a list is wanted"),
    Damage(RULES, TOLL, "{body: bpjt, if: toll_road, reason", "if is 'toll_road' where a list is wanted"),
    Damage(RULES, TOLL, "{body: bpjt, if: [no], reason", "an entry of if is no or false where a text is wanted"),
    Damage(RULES, TOLL, "{body: bpjt, if: [tol_road], reason", "no word group has the name tol_road"),
    Damage(RULES, 'in: ["33.74"]', 'in: "33.74"', "in is '33.74' where a list is wanted"),
    Damage(RULES, 'in: ["33.74"]', "in: [33.74]", "an entry of in is 33.74 where a text is wanted"),
    Damage(RULES, 'in: ["31"]', 'in: ["99"]', "no region has the code 99"),
    Damage(RULES, 'in: ["31"]', 'in: ["33.74.01"]', "33.74.01 is a district or village"),
    Damage(RULES, "  waste:\n", "  waste:\n    named: high\n", "named is 'high' where a number is wanted"),
    Damage(RULES, r"^    doubt: \{if: \[irrigation_area\].*$", "    doubt: [irrigation_area]", "doubt is a list where"),
    Damage(
        RULES,
        "doubt: {if: [irrigation_area], unless",
        "doubt: {if: [irrigation_area], unles",
        "doubt has no field unles",
    ),
    Damage(RULES, "asks: {part: road_class", "asks: {part: road_clas", "can only be 'road_class' or 'hospital_owner'"),
    Damage(RULES, "asks: {part: road_class, ", "asks: {", "asks needs the field part"),
    Damage(RULES, "intercity_road], unless: [toll", "intercity_road], unles: [toll", "asks has no field unles"),
    Damage(RULES, 'reason: "jalan ini adalah urusan {tier}"', "reason: 5", "reason is 5 where a text is wanted"),
    Damage(RULES, "jalan ini adalah urusan {tier}", "jalan ini adalah urusan {teir}", "{teir} is no placeholder"),
    Damage(RULES, "jalan ini adalah urusan {tier}", "jalan ini adalah urusan {tier", "{ is no placeholder"),
    Damage(
        RULES, "jalan provinsi adalah urusan {tier}", "jalan nasional adalah urusan {tier}", "names the tier national"
    ),
    Damage(RULES, "jalan tol diatur Badan Pengatur Jalan Tol", "jalan tol diatur PT PLN", "names pln and not bpjt"),
    Damage(RULES, r'^version: "2026-[^\n]*\n', "", "rules.yaml needs the field version", within=2),
    Damage(RULES, r'^version: "2026-[^\n]*$', "version: 2026", "version is 2026 where a text is wanted"),
    Damage(RULES, r'^version: "2026-[^\n]*$', "version: 2026-11-26", "version is 2026-11-26 where a text is wanted"),
    Damage(RULES, r"^calibration:.*$", "calibration: high", "calibration is 'high' where a list is wanted"),
    Damage(RULES, r"^sure_from: ", "suree_from: ", "rules.yaml has no field suree_from"),
    Damage(RULES, r"(?s)^(calibration:.*?)\[1.0, 0.97\]", r"\1[1.0, 97]", "a probability is above 1"),
    Damage(RULES, "[0.7, 0.95]", "[0.7, 0.05]", "the probabilities fall"),
    Damage(RULES, "[0.7, 0.95]", "[0.7, 0.95, 1]", "at most 2 items"),
    Damage(RULES, "[2.0, 0.46]", "[20.0, 0.46]", "do not ascend"),
    Damage(RULES, r"^evidence:.*$", "evidence: []", "at least 2 items"),
    Damage(RULES, r"^sure_from:.*$", "sure_from: 45", "less than or equal to 1"),
    Damage(RULES, r"^sure_from:.*\n", "", "rules.yaml needs the field sure_from", within=9),
    Damage(RULES, r"^undecided:.*$", "undecided: no", "undecided is no or false where a number is wanted"),
    Damage(RULES, r"^oversight:", "oversights:", "rules.yaml has no field oversights"),
    Damage(RULES, "accused_prosecutor: ", "accused_prosecutr: ", "no word group has the name accused_prosecutr"),
    Damage(RULES, 'regional: {law: "UU 23/2014', 'regional: {law: "UU 23/2080', "statutes.yaml lacks UU 23/2080"),
    Damage(RULES, r'^    central: \{law: "[^"]*"\}', "    central: {}", "a basis needs the field law"),
    Damage(RULES, r"^    central: .*\n", "", "the bases lack central", within=3),
    Damage(RULES, "    polri: {law", "    polrii: {law", "no agency or kind of unit has the id polrii"),
    Damage(RULES, r"^subjects:$", "subjects:\n<<<<<<< HEAD", "no YAML"),
    Damage(RULES, r"^oversight:$", "subjectss: {}\noversight:", "rules.yaml has no field subjectss"),
    Damage(RULES, "  fire:\n", "  fires:\n", "no word list has the subject fires"),
    Damage(RULES, "  fire:\n", "  fires:\n", "the subject fire has no rule", on="normalizer/data/subjects/places.yaml"),
]

LAW_DAMAGES = [
    Damage(STATUTES, OLD, OLD.replace(", status", ', until: "1970-01-01", status'), "is before `since` 1981-07-30"),
    Damage(STATUTES, OLD, OLD.replace("1981-07-30", "1981-13-45"), "is in no calendar"),
    Damage(STATUTES, OLD, OLD.replace("1981-07-30", "2099-99-99"), "is in no calendar"),
    Damage(STATUTES, OLD, OLD.replace('"1981-07-30"', "lama"), "is no day as in 2026-01-31 and no year"),
    Damage(STATUTES, OLD, OLD.replace('"1981-07-30"', "1981-07-30"), "put it in quotes"),
    Damage(STATUTES, OLD, OLD.replace('"1981-07-30"', "1981"), "put it in quotes"),
    Damage(STATUTES, OLD, OLD.replace(": verified", ": verifed"), "can only be 'verified' or 'unverified'"),
    Damage(
        STATUTES, OLD, OLD.replace("status", "statu"), "a statute has no field statu, only title, since, until, status"
    ),
    Damage(STATUTES, OLD, OLD.replace('since: "1981-07-30", ', ""), "a statute needs the field since"),
    Damage(STATUTES, OLD, '"PP 25/1981": x', "where entries of the form `key: value` is wanted"),
    Damage(STATUTES, OLD, OLD.replace("PP 25/1981", "PP 25-1981"), "is no statute's name"),
    Damage(STATUTES, OLD, f"{OLD}\n{OLD}", "the key PP 25/1981 is there twice"),
    Damage(
        STATUTES, r'^("UU 23/2014": .*)status', r'\1until: "2020-01-01", status', "UU 23/2014 holds no more", on=RULES
    ),
    Damage(
        STATUTES, r'^("UU 23/2014": .*since: )"[^"]*"', r'\1"2099-01-01"', "UU 23/2014 does not hold before", on=RULES
    ),
    Damage(TOPICS, "  hajj:", "  hajjj:", "the subject hajjj has no rule"),
    Damage(TOPICS, "  religion: [", "  hajj: [", "the key hajj is there twice"),
    Damage(TOPICS, "  hajj: [HAJI DAN UMROH]", "  hajj:", "hajj is empty"),
    Damage(TOPICS, "  hajj: [HAJI DAN UMROH]", "  hajj: [5]", "where a text is wanted"),
    Damage(
        TOPICS,
        "  religion: [LAINNYA TERKAIT AGAMA",
        "  religion: [Haji  dan Umroh, LAINNYA TERKAIT AGAMA",
        "is already a subcategory, of hajj: keep one of them",
    ),
    Damage(
        TOPICS,
        "  hajj: [HAJI DAN UMROH]",
        "  hajj: [HAJI DAN UMROH, HAJI DAN UMROH]",
        "is already a subcategory, of hajj: keep one of them",
    ),
    Damage(DEADLINES, "pengaduan: 14", "pengaduann: 14", "complete has no field pengaduann"),
    Damage(DEADLINES, "forward: 3", "forward: tiga", "forward is 'tiga' where a whole number is wanted"),
    Damage(DEADLINES, "forward: 3", "forward: -3", "greater than 0"),
    Damage(DEADLINES, "from: 2025-05-01", "from: 2025-05-41", "from is '2025-05-41' where a day"),
    Damage(DEADLINES, "from: 2025-05-01", 'from: "2025-05-01"', "where a day as in 2026-01-31, without quotes"),
    Damage(DEADLINES, "  decision: 60\n", "", "statute needs the field decision", within=5),
    Damage(DEADLINES, "    forward: 3\n", "    forward: 3\n    forward: 30\n", "the key forward is there twice"),
    Damage(
        DEADLINES, "variants: {}", "variants: {nobodyy: {forward: 5}}", "no agency or kind of unit has the id nobodyy"
    ),
    Damage(DEADLINES, "variants: {}", "variants: {dishub: {forwad: 5}}", "a variant has no field forwad"),
    Damage(ROLES, "what: [verify", "what: [verifyy", "an entry of what is 'verifyy'"),
    Damage(ROLES, "ladder: [liaison", "ladder: [liason", "the ladder has liason, which is no role"),
    Damage(ROLES, "next_right: ombudsman", "next_right: ombudsmann", "no agency has the id ombudsmann"),
    Damage(ROLES, r"^roles:\n", "roles: []\nx:\n", "roles.yaml has no field x"),
]

AGENCY_DAMAGES = [
    Damage(BODIES, r'^(  [a-z-]+: \{)name: "[^"]*", ', r"\1", "an agency needs the field name"),
    Damage(BODIES, r"^(  ksp: .*), aliases: \[[^\]]*\]", r"\1", "an agency needs the field aliases"),
    Damage(BODIES, "parent: ombudsman", "parent: nobodyy", "no agency has the id nobodyy"),
    Damage(BODIES, r"^(  (ksp): \{)", r"\1parent: \2, ", "ksp is below itself"),
    Damage(BODIES, r"^(  kemendagri: \{)", r"\1parent: ditjen-dukcapil, ", "kemendagri is below itself"),
    Damage(BODIES, "aliases: [kantor staf", "aliases: [no, kantor staf", "an entry of aliases is no or false"),
    Damage(
        BODIES, r"^(  ksp: .*)aliases: \[[^\]]*\]", r"\1aliases: setkab", "aliases is 'setkab' where a list is wanted"
    ),
    Damage(
        BODIES, "aliases: [kantor staf", "alias: [kantor staf", "an agency has no field alias, only name, kind, aliases"
    ),
    Damage(BODIES, "kind: ministry", "kind: minstry", "kind is 'minstry', and can only be"),
    Damage(UNITS, "levels: pr", "levels: zz", "levels is 'zz', and can only be"),
    Damage(UNITS, " levels: pr,", "", "a kind of unit needs the field levels"),
    Damage(UNITS, 'name: "Pemerintah {place}"', 'name: "Pemerintah {plaec}"', "{plaec} is no placeholder"),
    Damage(UNITS, r"^(  .*)national: [a-z-]+", r"\1national: nobodyy", "no agency has the id nobodyy"),
    Damage(UNITS, r"^(  dsda: .*)under: dpu", r"\1under: dpuu", "no kind of unit has the id dpuu"),
    Damage(UNITS, r"^(  dsda: .*)under: dpu", r"\1under: dsda", "dsda is below itself"),
    Damage(UNITS, '  "33.74":', "  33.74:", "where a text is wanted: put it in quotes"),
    Damage(UNITS, '  "33.74":', '  "33.99":', "no region has the code 33.99"),
    Damage(NAMES, "  dpr: [dpr]", "  dprr: [dpr]", "no agency or kind of unit has the id dprr"),
    Damage(NAMES, "  dpr: [dpr]", "  dpr: dpr", "dpr is 'dpr' where a list is wanted"),
    Damage(NAMES, "  setkab: setneg", "  setkab: setnegg", "no agency has the id setnegg"),
    Damage(UNIVERSITIES, "  ui: {name:", "  ui: {parent: nobodyy, name:", "no agency has the id nobodyy"),
]

WORD_DAMAGES = [
    Damage(SIGNALS, r"^  bridge: \[(?:[^\]]|\n)*\]", "  bridge:", "bridge is empty where a list is wanted"),
    Damage(
        SIGNALS, r"^  bridge: \[(?:[^\]]|\n)*\]", "  bridge: jembatan*", "bridge is 'jembatan*' where a list is wanted"
    ),
    Damage(SIGNALS, r"^  bridge: \[(?:[^\]]|\n)*\]", "  bridge: []", "at least 1 item"),
    Damage(SIGNALS, BRIDGE, f"{BRIDGE}, no", "an entry of bridge is no or false"),
    Damage(SIGNALS, BRIDGE, f"{BRIDGE}, 123", "an entry of bridge is 123 where a text is wanted"),
    Damage(SIGNALS, BRIDGE, f'{BRIDGE}, "*"', "'*' is no word"),
    Damage(SIGNALS, BRIDGE, f'{BRIDGE}, ""', "'' is no word"),
    Damage(SIGNALS, BRIDGE, f"{BRIDGE}, jem*batan", "'jem*batan' is no word"),
    Damage(SIGNALS, BRIDGE, f"  bridge: [x]\n{BRIDGE}", "the key bridge is there twice"),
    Damage(SIGNALS, BRIDGE, f"  orphan_group: [xyzzy]\n{BRIDGE}", "nothing uses the word group orphan_group"),
    Damage(SIGNALS, "diploma+kept_back", "diplomaa+kept_back", "no word group has the name diplomaa"),
    Damage(SIGNALS, "diploma+kept_back", "diploma", "is no pair of word groups"),
    Damage(SIGNALS, "diploma+kept_back", "diploma+kept_back+bridge", "is no pair of word groups"),
    Damage(SIGNALS, r"^words:", "wordss:", "signals.yaml has no field wordss"),
    Damage(SIGNALS, r"^evidence:", "evidencee:", "signals.yaml has no field evidencee"),
    Damage(SIGNALS, r"^  terminal_a:", "  terminal_ax:", "nothing uses the word group terminal_ax"),
    Damage(SIGNALS, r"^  terminal_a:", "  terminal_ax:", "no word group has the name terminal_a", on=TYPES),
    Damage(SIGNALS, r"^  terminal_b:", "  terminal_bx:", "no word group has the name terminal_b", on=TYPES),
    Damage(SIGNALS, r"^  national_park:", "  national_parkx:", "no word group has the name national_park", on=TYPES),
    Damage(SIGNALS, r"^  irrigation_national:", "  irrigation_nationalx:", "the name irrigation_national", on=RULES),
    Damage(SIGNALS, r"^  date_year:", "  date_yearx:", "the code asks for the word group date_year", within=300),
    Damage(NATION, "  name: listrik\n", "", "a subject needs the field name", within=3),
    Damage(NATION, r"^  topic: Energi.*\n", "", "a subject needs the field topic", within=4),
    Damage(
        NATION, r"^  topic: Energi.*$", "  topic: Nirwana/TIDAK ADA", "topics.yaml has no category Nirwana/TIDAK ADA"
    ),
    Damage(NATION, "  local: false", '  local: "false"', "local is 'false' where true or false, without quotes"),
    Damage(NATION, "  local: false", "  locall: false", "a subject has no field locall"),
    Damage(
        NATION, r"^  10: \[galian", '  "10": [galian', "a subject has no field 10, only whole numbers from -20 to 20"
    ),
    Damage(NATION, r"^  10: \[galian", "  10.5: [galian", "the key is 10.5 where a whole number is wanted"),
    Damage(NATION, r"^  10: \[galian", "  1000: [galian", "the weight 1000 is not between"),
    Damage(NATION, r"^  10: \[galian", "  0: [galian", "the weight 0 is not between"),
    Damage(NATION, r"^  1: \[kabel\]", "  1:", "where a list is wanted"),
    Damage(NATION, r"^  1: \[kabel\]", "  1: kabel", "where a list is wanted"),
    Damage(NATION, r"^  1: \[kabel\]", "  1: [kabel, no]", "put it in quotes"),
    Damage(NATION, "blackout+appliance", "blackoutt+appliance", "no word group has the name blackoutt"),
    Damage(NATION, "blackout+appliance", "blackout", "is no pair of word groups"),
    Damage(NATION, "blackout+appliance: 7", "blackout+appliance: high", "is 'high' where a number is wanted"),
    Damage(NATION, "blackout+appliance: 7,", "blackout+appliance,", "is empty where a number is wanted"),
    Damage(NATION, "  pairs: {", "  pair: {", "a subject has no field pair, only"),
    Damage(NATION, r"^  pairs: \{[^}]*\}", "  pairs: [blackout+appliance]", "pairs is a list where entries"),
    Damage(NATION, "electricity:\n", "foo:\nelectricity:\n", "foo is empty where entries"),
    Damage(NATION, "electricity:\n", "electricityy:\n", "the subject electricityy has no rule"),
    Damage(NATION, "electricity:\n", "electricityy:\n", "no word list has the subject electricity", on=RULES),
    Damage(
        NATION, "electricity:\n", "waste: {name: x, topic: Agama/HAJI DAN UMROH}\nelectricity:\n", "is in normalizer"
    ),
    Damage(ABBREVIATIONS, "bbm: bahan", "bbm: Bahan", "which is not written as a name here is"),
    Damage(ABBREVIATIONS, "^bbm: .*$", "bbm:", "bbm is empty"),
    Damage(ABBREVIATIONS, "^bbm: .*$", "bbm: a b\nbbm: c d", "the key bbm is there twice"),
    Damage(REGIONAL, "ada: aya wonten ado ade wenten", "ada: [aya, wonten]", "ada is a list where a text is wanted"),
    Damage(REGIONAL, "ada: aya wonten ado ade wenten", "no: aya", "is no or false where a text is wanted"),
    Damage(REGIONAL, "ada: aya wonten ado ade wenten", "ada:", "ada is empty"),
    Damage(REGIONAL, "ada: aya wonten ado ade wenten", "ada: aya\nada: foo", "the key ada is there twice"),
    Damage(REGIONAL, "ada: aya", "ada:\taya", "the line has a tab: use spaces"),
    Damage(PLACES, '"31.71": [jakpus', '"99.99": [jakpus', "no region has the code 99.99"),
    Damage(PLACES, '"31.71": [jakpus', "31.71: [jakpus", "put it in quotes"),
    Damage(PLACES, '    "31.72": [', '    "31.71": [', "the key 31.71 is there twice"),
    Damage(MATTERS, "  pothole: {number: 1", "  pothole: {numbr: 1", "a matter has no field numbr"),
    Damage(MATTERS, "  pothole: {number: 1", '  pothole: {number: "1"', "number is '1' where a whole number is wanted"),
]

THING_DAMAGES = [
    Damage(TYPES, r"^  law:.*\n", "", "a type needs the field law"),
    Damage(TYPES, 'law: "UU 22/2009;', 'law: "UU 22/2099;', "statutes.yaml lacks UU 22/2099"),
    Damage(TYPES, "{traffic: 4, intercity-bus", "{trafficc: 4, intercity-bus", "no word list has the subject trafficc"),
    Damage(TYPES, "[terminal_a]", "[terminal_aa]", "no word group has the name terminal_aa"),
    Damage(TYPES, "groups: {national: [terminal_a]", "groups: {nation: [terminal_a]", "and can only be 'national'"),
    Damage(TYPES, "  context:", "\tcontext:", "the line has a tab: use spaces"),
    Damage(KNOWN, PORT, PORT.replace("airport", "airportt"), "types.yaml has no type airportt"),
    Damage(KNOWN, PORT, PORT.replace("national", "nationall"), "tier is 'nationall', and can only be 'national'"),
    Damage(KNOWN, PORT, PORT.replace("64.72", "64.99"), "no region has the code 64.99"),
    Damage(KNOWN, "\t51.03\tangkasa-pura\t", "\t51.03\tangkasa-puraa\t", "no agency has the id angkasa-puraa"),
    Damage(
        KNOWN, "\tpublic knowledge\tBandara APT", "\tBandara APT", "a row has 10 columns separated by tabs, this one 9"
    ),
    Damage(KNOWN, PORT, PORT.replace("\t", "    "), "a row has 10 columns"),
    Damage(KNOWN, "\tBandara El Tari\t", "\t\t", "a text is empty"),
    Damage(KNOWN, PORT + "\t\t\tunverified", PORT + "\t\tlama\tunverified", "is no day as in 2026-01-31"),
    Damage(KNOWN, PORT + "\t\t\tunverified", PORT + "\t\t\tunverifed", "status is 'unverifed'"),
    Damage(KNOWN, r"^(airport-bandara-apt.*)$", r"\1\n\1", "airport-bandara-apt-pranoto-64.72 is there twice"),
]

ALL = [*RULES_DAMAGES, *LAW_DAMAGES, *AGENCY_DAMAGES, *WORD_DAMAGES, *THING_DAMAGES]


def content(path: str) -> bytes:
    """Return the bytes of a packaged file."""
    return packaged.content(*path.split("/data/"))


def damaged(damage: Damage) -> tuple[str, int]:
    """Return the text of the damaged file, and the number of the first line that differs."""
    text = content(damage.file).decode()
    if damage.right.startswith(("^", "(?s)")):
        spoilt = re.sub(damage.right, damage.wrong, text, count=1, flags=re.MULTILINE)
    else:
        spoilt = text.replace(damage.right, damage.wrong, 1)
    assert spoilt != text, "the damage does nothing: its words are no longer in the file"
    before, after = text.split("\n"), spoilt.split("\n")
    return spoilt, next(
        number for number, lines in enumerate(zip(before, after, strict=False), 1) if len(set(lines)) > 1
    )


@pytest.mark.parametrize("damage", ALL, ids=lambda one: f"{one.file.rpartition('/')[2]}: {one.said}")
def test_a_damage_is_named_with_file_and_line(damage: Damage) -> None:
    """As a senior rules engineer did them: 182 of these 217 ended in a traceback or were called whole."""
    spoilt, line = damaged(damage)
    found = mistakes({damage.file: spoilt.encode()}, today=TODAY)
    mine = [one for one in found if damage.said in one.said and one.file == (damage.on or damage.file)]
    assert mine, [str(one) for one in found[:5]]
    if not damage.on:
        assert min(abs(one.line - line) for one in mine) <= damage.within, mine


def test_there_are_enough_damages() -> None:
    """At least a hundred, of every file that people write."""
    assert len(ALL) >= 100
    assert len({damage.file for damage in ALL}) >= 16


def of_every_file() -> Iterator[tuple[str, str, Callable[[bytes], bytes], int]]:
    """Yield damages that every file can have, with the line that is named."""
    for path in MODELS:
        yield path, "empty", lambda _: b"", 1
        yield path, "byte-order mark", lambda data: b"\xef\xbb\xbf" + data, 1
        yield path, "not UTF-8", lambda data: b"# x\n# caf\xe9\n" + data, 2
        if path.endswith("yaml"):
            yield path, "a list", lambda _: b"- a\n- b\n", 1
            yield path, "a text", lambda _: b"a\n", 1
            yield path, "NUL", lambda data: b"# x\n# \0\n" + data, 2
            yield path, "half of it", lambda data: data[: len(data) // 2] + b"\n  - {[", 0


@pytest.mark.parametrize(
    ("path", "name", "spoil", "line"), list(of_every_file()), ids=lambda one: one if isinstance(one, str) else ""
)
def test_no_file_ends_the_check_in_a_traceback(
    path: str, name: str, spoil: Callable[[bytes], bytes], line: int
) -> None:
    """The same damages in each file."""
    found = mistakes({path: spoil(content(path))}, today=TODAY)
    assert {one.file for one in found} == {path}, (name, found[:3])
    assert not line or found[0].line == line, found


def test_every_data_file_has_a_model() -> None:
    """A new file of words or law is checked from its first day on; those with an extension .gz are made by a tool."""
    root = Path(__file__).parents[3]
    there = {
        str(path.relative_to(root))
        for package in ("router", "normalizer")
        for path in (root / package / "data").rglob("*.*")
        if path.suffix not in {".gz", ".md"}
    }
    assert there == set(MODELS)


@pytest.mark.parametrize("until", ["2026-11-27", "2099-12-31"])
def test_a_statute_that_will_end_holds_until_then(until: str) -> None:
    """`until` may lie in the future."""
    text = content(STATUTES).decode()
    spoilt = re.sub(r'^("UU 23/2014": .*)status', rf'\1until: "{until}", status', text, count=1, flags=re.MULTILINE)
    assert mistakes({STATUTES: spoilt.encode()}, today=TODAY) == []
    assert any(
        "holds no more" in one.said for one in mistakes({STATUTES: spoilt.encode()}, today=date.fromisoformat(until))
    )
