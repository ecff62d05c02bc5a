"""The Indonesian words of dates: months, weekdays, numbers and units of time, and words that mark a moment or span of the past."""

MONTHS = {
    name: number
    for number, names in enumerate(
        (
            *("januari jan", "februari feb pebruari", "maret mar", "april apr", "mei", "juni jun", "juli jul"),
            *("agustus agt agu ags agust", "september sep sept", "oktober okt october"),
            *("november nov nopember nop", "desember des december"),
        ),
        start=1,
    )
    for name in names.split()
}
WEEKDAYS = {
    name: number for number, name in enumerate(("senin", "selasa", "rabu", "kamis", "jumat", "sabtu", "minggu"))
} | {"ahad": 6}
COUNTS = {
    name: number
    for number, name in enumerate(
        (
            *("nol", "satu", "dua", "tiga", "empat", "lima", "enam", "tujuh", "delapan", "sembilan"),
            *("sepuluh", "sebelas"),
        )
    )
}
UNITS = {
    **dict.fromkeys(("hari", "hr", "hri"), "day"),
    **dict.fromkeys(("minggu", "mgg", "mggu", "pekan"), "week"),
    **dict.fromkeys(("bulan", "bln"), "month"),
    **dict.fromkeys(("tahun", "thn", "th"), "year"),
}
ONE = {"sehari": "day", "seminggu": "week", "sepekan": "week", "sebulan": "month", "setahun": "year"}
PAST = frozenset(("lalu", "kemarin", "kmrn", "kemaren", "terakhir", "belakangan", "ini", "lamanya", "lebih"))
SINCE = frozenset(
    (
        *("sudah", "sdh", "udah", "sejak", "selama", "hampir", "sekitar", "lebih", "terhitung"),
        *("sampai", "kurang", "kira", "hingga", "sdah", "dah", "selam", "telah"),
        *("mati", "padam", "hilang", "menumpuk", "tertahan", "menunggu"),
    )
)
WEEKDAY_MARKS = frozenset(("hari", "malam", "pagi", "siang", "sore", "kemarin", "kmrn", "lalu", "tadi", "tanggal"))
JOINS = frozenset(("s", "d", "sd", "sampai", "hingga", "dan"))
SINCE_YEAR = frozenset(("sejak", "tahun", "thn", "th", "dari"))
YESTERDAY = frozenset(("kemarin", "kmrn", "kemaren"))
LAST_NIGHT = frozenset(("semalam", "smlm"))
JUST_NOW = frozenset(("tadi", "td", "barusan"))
NIGHT = frozenset(("malam", "mlm"))
DAY_UNITS = frozenset(("hari", "hr"))
