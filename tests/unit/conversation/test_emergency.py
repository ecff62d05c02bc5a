"""Which texts tell of danger to life now: few, and none that speaks of the past, a fear, a training or a benefit."""

from normalizer.emergency import tells_of_danger
from tests.harness.tables import each, each_row

NOW = [
    "Tolong ada kebakaran di Jalan Pemuda, api membesar!",
    "kebakaran sekarang di pasar, damkar belum datang",
    "Rumah tetangga terbakar sekarang juga, mohon kirim pemadam",
    "ADA YANG TENGGELAM di sungai belakang pasar",
    "anak tenggelam di kali, tolong",
    "Korban kecelakaan butuh ambulans di Jalan Diponegoro",
    "kecelakaan di depan SPBU, korban masih tergeletak",
    "butuh ambulance, bapak saya pingsan",
    "Kekerasan sedang terjadi di rumah sebelah, kirim polisi",
    "istri tetangga lagi dipukuli suaminya",
    "ada tawuran di depan sekolah",
    "tetangga mau bunuh diri di atas jembatan",
    "longsor barusan, tiga orang tertimbun",
    "rumah terbakar sekarang, tolong segera kirim damkar agar api tidak menjalar, kami takut",
    "ana kobongan saiki, omahe kobongan",
    "tolong anak saya tenggelam di Banjir Kanal Barat",
    "suami saya memukuli saya sekarang di dekat pasar lama tolong",
    "tolong kami terjebak banjir",
    "tolong saya dipukuli suami, saya takut",
    "ada orang bawa parang mengamuk di pasar",
    "ada orang tenggelam di pantai, tolong kapan tim sar datang",
]
NOW += [
    "tetangga lagi mukulin istrinya sekarang",
    "bapak sebelah lagi mukulin anaknya",
    "tetangga saya memukuli ibunya sekarang",
    "tabrakan beruntun di tol dekat gerbang, ada yg kejepit",
    "truk terguling, sopirnya kejepit",
    "anak saya kejang demam ambulan ga datang2",
    "istri saya pingsan, ambulans belum datang juga",
    "ada maling motor sekarang di gang kami, tolong cepat!!",
    "tolong pak ada maling di rumah sebelah sekarang",
]


@each("text", NOW)
def test_danger_that_lasts_is_recognised(text: str) -> None:
    """Fire, drowning, a victim without help, violence; in capitals, and in a regional language."""
    assert tells_of_danger(text)


@each_row
def test_an_ordinary_complaint_is_none(text: str) -> None:
    """About the fire service, an accident of the past, what is feared, asked or practised."""
    assert not tells_of_danger(text)


@each_row
def test_a_short_text_that_begins_with_a_fire_reports_it(text: str) -> None:
    """Who sees a fire writes what burns and where, in capitals, with letters drawn out, with a greeting, and no word for "now"."""
    assert tells_of_danger(text)


@each_row
def test_danger_is_told_without_a_word_for_now(text: str) -> None:
    """A threat of death, robbers in the house, a live wire, water to the chest, a child that is taken, a snake, a birth on the way."""
    assert tells_of_danger(text)


@each_row
def test_what_comes_before_or_after_a_danger_is_none(text: str) -> None:
    """Help after a fire, its cause and who is to blame, papers that burnt, a fear, an idiom, the fire service itself."""
    assert not tells_of_danger(text)


@each_row
def test_a_danger_with_words_of_its_own_is_told(text: str) -> None:
    """A shock, water to the chest, people under rubble, who wants to die, a child that is taken or missing, a patient turned away, gas."""
    assert tells_of_danger(text)


@each_row
def test_the_same_words_of_another_matter_are_none(text: str) -> None:
    """What was last year, an exercise, a count, a fear, a thing that is missing, an idiom."""
    assert not tells_of_danger(text)


def test_a_story_that_begins_with_a_fire_is_no_report_of_it() -> None:
    """Who is in danger writes a line; a text of more than thirty words behind the fire tells what came of it."""
    assert not tells_of_danger("kebakaran di pasar " + "kios milik warga di blok " * 8)


def test_a_long_text_takes_no_time() -> None:
    """It is read in one pass, and only its beginning."""
    assert not tells_of_danger("kebakaran sekarangan " * 100_000)
    assert not tells_of_danger("tolong segera " * 100_000)
    assert not tells_of_danger("tolong ada " * 100_000 + "kebakaran")
    assert not tells_of_danger("rumah " * 100_000 + "terbakar")
