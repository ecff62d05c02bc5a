"""The signature of a text: what two tellings of one matter have in common, and nothing that can be read."""

from base64 import b64decode

from hypothesis import given
from hypothesis import strategies as st

from complaints.runtime import packaged
from neighbours.places import contradict, formed, named
from neighbours.signs import Signature, packed, unpacked
from normalizer.matter.local_names import IS_DISTRICT, IS_VILLAGE
from normalizer.matter.matters import KINDS, NUMBERS
from normalizer.matter.senses import senses
from normalizer.matter.signature import (
    MOST_FORMED,
    MOST_LENT,
    MOST_LOCAL,
    MOST_MATTERS,
    MOST_NAMES,
    MOST_NUMBERS,
    MOST_PLACED,
    MOST_THINGS,
    MOST_WORDS,
    WAY_BYTES,
    signature,
)
from normalizer.matter.words import skeleton
from tests.harness.tables import each_row, row_by_row

LISTS = packaged.document("normalizer", "matters.yaml")
SENSES = packaged.document("normalizer", "senses.yaml")


def sign(text: str, **more: str) -> Signature:
    """Return what the signature of a text holds."""
    return unpacked(packed(signature(text, **more)))


def matters(text: str) -> set[str]:
    """Return the names of the matters of a text."""
    names = {matter["number"]: name for name, matter in LISTS["matters"].items()}
    return {names[number] for number in sign(text).matters}


def kinds(text: str) -> list[str]:
    """Return the kinds of the names in a text."""
    return [KINDS[number - 1] for number in sign(text).names]


@each_row
def test_a_matter_is_known_however_it_is_written(text: str, told: set[str]) -> None:
    """Abbreviations, slang and regional words mean the same."""
    assert matters(text) == told


@each_row
def test_two_spellings_of_a_name_share_a_beginning(one: str, other: str) -> None:
    """Titles, spaces, vowels and Roman numbers do not matter."""
    (first,), (second,) = (next(iter(sign(text).names.values())) for text in (one, other))
    assert first.kind == second.kind
    assert first.end == second.end
    assert first.beginnings == second.beginnings or set(first.beginnings) & set(second.beginnings)


@each_row
def test_two_names_differ(one: str, other: str) -> None:
    """By a word, a number or a direction."""
    (first,), (second,) = (next(iter(sign(text).names.values())) for text in (one, other))
    assert (first.end, first.beginnings) != (second.end, second.beginnings)
    assert first.end != second.end or not set(first.beginnings) & set(second.beginnings)


@each_row
def test_a_street_that_goes_on_and_a_line_are_others(one: str, other: str) -> None:
    """The street "Jalan Terusan Kanigoro" is not the one of this name, and each line of buses has its number."""
    assert contradict(sign(one), sign(other), village=False)


@each_row
def test_a_thing_is_known_by_initials(one: str, other: str) -> None:
    """With or without the word of its kind."""
    assert formed(sign(one), sign(other))


def test_a_name_ends_where_the_capitals_end() -> None:
    """And before a word of every day, in a text without capitals."""
    (short,) = sign("sapi di desa kanigoro").names.values()
    assert sign("Ternak sapi di Desa Kanigoro terserang penyakit").names == {short[0].kind: short}
    assert sign("sapi di desa kanigoro terserang penyakit").names == {short[0].kind: short}


def test_one_word_of_a_village_may_stand_for_it() -> None:
    """Whoever writes "merapin" means Bukit Merapin; a number may be written in digits."""
    (name,) = sign("air keruh di Bukit Merapin", regency="19.71").placed
    assert name in sign("air merapin butek", regency="19.71").words
    assert sign("7 ulu banjir", regency="16.71").local


def test_a_word_before_raya_is_a_name() -> None:
    """The street "Kemang Raya", though "kemang" alone is a word."""
    assert sign("genangan kemang raya").lent
    assert not sign("genangan kemang").lent


def test_a_thing_in_a_name_is_no_matter() -> None:
    """Nobody complains of ducks in Rawa Bebek."""
    assert not sign("rusun rawa bebek").things & sign("bebek mati").things


def test_a_word_that_is_no_name_names_nothing() -> None:
    """Not every word behind "jalan" is the name of a street."""
    assert kinds("jalan rusak di depan pasar yang kotor") == []
    assert kinds("jalan Melati rusak di depan pasar Johar") == ["street", "market"]


def test_a_word_that_is_rare_in_complaints_is_a_name_where_it_stands_like_one() -> None:
    """Behind a word such as "di", or with a capital within a sentence; not in a title."""
    name = sign("di Rangkah").lent
    assert name
    assert name <= sign("karaoke di rangkah bising").lent
    assert name <= sign("banyak warga Rangkah mengeluh").lent
    assert not name & sign("karaoke rangkah bising").lent
    assert not name & sign("Karaoke Rangkah Bising").lent
    assert not named(sign("mulai didirikan di didirikan"))


def test_a_name_is_placed_by_the_word_before_it_or_its_capital() -> None:
    """So is the next word of it; a word that nobody knows is not, elsewhere."""
    name = sign("di sriwedari").placed
    assert name
    assert name == sign("banjir jl bau sriwedari").placed == sign("macet Sriwedari mengeluh").placed
    assert len(sign("di sriwedari kanigoro").placed) == 2
    assert not sign("sriwedari banjir").placed
    assert name <= sign("sriwedari banjir").words


def test_the_ways_in_which_a_thing_is_wrong() -> None:
    """Cattle that were stolen are not ill."""
    assert sign("sapi dicuri").ways
    assert not sign("sapi dicuri").ways & sign("sapi kena pmk").kin
    assert not sign("sapi").ways


def test_signs_of_one_fault_are_akin() -> None:
    """A road that sinks may be the road with a hole; tap water that fails is not turbid."""
    assert sign("jalan ambles").ways & sign("jalan berlubang").kin
    assert not sign("air mati").ways & sign("air keruh").kin


@each_row
def test_a_thing_is_known_in_regional_words_and_with_suffixes(one: str, other: str) -> None:
    """Javanese, Balinese and others; the forms of a word need not be listed."""
    assert sign(one).things
    assert sign(one).things & sign(other).things


def test_an_amount_of_money_is_told() -> None:
    """In one word; a number of something else is none."""
    assert sign("diminta 5rb").ways & senses().money
    assert sign("Rp15.000").ways & senses().money
    assert not sign("5 orang").ways


def test_villages_and_districts_of_the_regency_are_names_without_a_word_before_them() -> None:
    """With the district of a village; "Jalan Tugurejo" need not be in Tugurejo, and another regency has other villages."""
    found = sign("banjir tugurejo kec tugu", regency="33.74").local
    assert sorted(place.levels for place in found.values()) == [IS_VILLAGE, IS_DISTRICT]
    assert len({place.district for place in found.values()}) == 1
    assert sign("Mangkang Kulon", regency="33.74").local.keys() == sign("mangkangkulon", regency="33.74").local.keys()
    assert not sign("banjir jalan tugurejo", regency="33.74").local
    assert not sign("banjir tugurejo", regency="32.73").local


def test_the_words_of_a_village_tell_no_matter() -> None:
    """Nothing is wrong with a bridge in Jembatan Kembar, or with a ditch in Parit Baru."""
    assert matters("parit rusak") == {"drain"}
    assert not sign("Desa Parit Baru", regency="61.01").matters


def test_the_first_number_of_a_range_is_none() -> None:
    """Blocks D to F are not block D."""
    assert sign("blok d sampai f").numbers == {}
    assert sign("blok d").numbers


@row_by_row
def test_a_name_of_several_words_has_short_forms(full: str, other: str) -> None:
    """Its initials, or its words in one."""
    one, another = sign(full), sign(other)
    assert one.formed & (another.words | another.formed)


def test_a_doubled_word_is_the_word() -> None:
    """The 2 says no more than the plural; but the number of a school is its name."""
    assert sign("sapi2 lepas").words == sign("sapi lepas").words
    assert sign("sdn2").words != sign("sdn").words


def test_numbers_are_told_from_each_other() -> None:
    """RT, RW, kilometre, house and block, with or without a space."""
    assert sign("rt 05/rw03 km12 no. 7 blok C").numbers.keys() == {1, 2, 3, 4, 5}
    assert sign("RT05 RW 3").numbers == {NUMBERS["rt"]: {5}, NUMBERS["rw"]: {3}}
    assert sign("RT lima").numbers == {}


def test_a_word_that_is_none_of_every_day_may_be_a_name() -> None:
    """So may what the reader took for a place; but not that of a regency, which the case has."""
    assert named(sign("dekat Sriwedari bau menyengat"))
    assert not named(sign("bau menyengat sekali, penanggulangannya lambat"))
    assert not named(sign("kota Surabaya"))
    assert unpacked(packed(signature("Kesawan", place=("kesawan",)))).placed


def test_accounts_and_our_own_name_say_nothing() -> None:
    """Two tweets to one account are not one matter."""
    assert sign("@humasdemak #LaporHendi banjir").words == sign("banjir").words


def test_a_letter_of_hours_has_a_signature_of_at_most_201_bytes() -> None:
    """The state of a regency holds thousands of them."""
    long = " ".join(
        f"jalan abc{chr(97 + i)}def di rt {i} sampah banjir lubang {skeleton('xyzzy')}{chr(97 + i)}quux"
        for i in range(26)
    )
    assert len(b64decode(signature(long * 20))) <= 201
    found = sign(long * 20)
    assert len(found.things) <= MOST_THINGS
    assert len(found.local) <= MOST_LOCAL
    assert len(found.matters) <= MOST_MATTERS
    assert sum(map(len, found.names.values())) <= MOST_NAMES
    assert sum(map(len, found.numbers.values())) <= MOST_NUMBERS
    assert len(found.formed) <= MOST_FORMED
    assert len(found.placed) <= MOST_PLACED
    assert len(found.lent) <= MOST_LENT
    assert len(found.words) <= MOST_WORDS + MOST_PLACED + MOST_LENT


@given(st.text(max_size=300), st.text(max_size=60))
def test_every_text_has_a_signature_that_can_be_read(text: str, address: str) -> None:
    """Always the same one."""
    made = signature(text, address=address)
    assert made == signature(text, address=address)
    assert isinstance(unpacked(packed(made)), Signature)


def test_the_word_lists_agree_with_each_other() -> None:
    """A word that two lists claim would never count in one of them."""
    weak = set(LISTS["weak"].split())
    spelt: dict[str, str] = {}
    for canon, others in LISTS["spellings"].items():
        for word in (canon, *others):
            assert isinstance(word, str), word
            assert word not in weak, word
            assert spelt.setdefault(word, canon) == canon, word
    for matter in LISTS["matters"].values():
        for word in " ".join(matter["told"]).split():
            assert word not in weak, word
            assert spelt.get(word, word) == word, word
    for words in (*SENSES["things"].values(), *SENSES["ways"].values()):
        assert not weak - {"rp"} & set(words.split())
    assert len(SENSES["ways"]) <= 8 * WAY_BYTES
    assert len(SENSES["things"]) <= 0xFF


def test_each_matter_has_a_number_of_its_own() -> None:
    """States hold the numbers; those of one person's own matters begin at 80, and all fit into seven bits."""
    numbers = [matter["number"] for matter in LISTS["matters"].values()]
    assert len(numbers) == len(set(numbers))
    for matter in LISTS["matters"].values():
        assert (matter["number"] >= 80) == bool(matter.get("own"))
        assert 0 < matter["family"] < 0x80
        assert 0 < matter["number"] < 0x80
