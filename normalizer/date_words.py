"""The Indonesian words of dates: months, weekdays, numbers and units of time, and words that mark a moment or span of the past."""

from complaints.runtime.packaged import words_in

MONTHS = {
    name: number
    for number, names in enumerate(
        words_in("normalizer", "date_words_months"),
        start=1,
    )
    for name in names.split()
}
WEEKDAYS = {
    name: number for number, name in enumerate(("senin", "selasa", "rabu", "kamis", "jumat", "sabtu", "minggu"))
} | {"ahad": 6}
COUNTS = {name: number for number, name in enumerate(words_in("normalizer", "date_words_counts"))}
UNITS = {
    **dict.fromkeys(("hari", "hr", "hri"), "day"),
    **dict.fromkeys(("minggu", "mgg", "mggu", "pekan"), "week"),
    **dict.fromkeys(("bulan", "bln"), "month"),
    **dict.fromkeys(("tahun", "thn", "th"), "year"),
}
ONE = {"sehari": "day", "seminggu": "week", "sepekan": "week", "sebulan": "month", "setahun": "year"}
PAST = frozenset(("lalu", "kemarin", "kmrn", "kemaren", "terakhir", "belakangan", "ini", "lamanya", "lebih"))
SINCE = frozenset(words_in("normalizer", "date_words_since"))
WEEKDAY_MARKS = frozenset(("hari", "malam", "pagi", "siang", "sore", "kemarin", "kmrn", "lalu", "tadi", "tanggal"))
JOINS = frozenset(("s", "d", "sd", "sampai", "hingga", "dan"))
SINCE_YEAR = frozenset(("sejak", "tahun", "thn", "th", "dari"))
YESTERDAY = frozenset(("kemarin", "kmrn", "kemaren"))
LAST_NIGHT = frozenset(("semalam", "smlm"))
JUST_NOW = frozenset(("tadi", "td", "barusan"))
NIGHT = frozenset(("malam", "mlm"))
DAY_UNITS = frozenset(("hari", "hr"))
