"""Which texts tell of danger to life now: few, and none that speaks of the past, a fear, a training or a benefit."""

import pytest

from normalizer.emergency import tells_of_danger

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
NOT_NOW = [
    "Korban kebakaran tahun lalu belum mendapat bantuan sampai sekarang",
    "Kemarin ada kebakaran di pasar, jalannya masih ditutup",
    "Ada kebakaran di pabrik, sudah padam, asapnya sampai sekarang berbau",
    "Kapan pelatihan kebakaran untuk warga diadakan?",
    "Mobil pemadam kebakaran di kota kami rusak dan tidak diganti",
    "Gaji petugas pemadam kebakaran sekarang belum dibayar",
    "Jalan berlubang, sering terjadi kecelakaan, mohon segera ditambal",
    "Jalan ini gelap sekarang, rawan begal",
    "Kalau ada kebakaran mobil damkar tidak bisa masuk gang",
    "Desa kami butuh ambulans",
    "ambulans desa dipakai untuk belanja, sekarang rusak",
    "Saya ditabrak motor bulan lalu, polisi belum memproses sampai saat ini",
    "Pada 2015 terjadi kebakaran hutan; saat ini lahannya ditanami sawit",
    "jembatan hampir ambruk, takut anak hanyut",
    "Mobil terjebak banjir di Jalan Raya, macet 12 jam",
    "rumah tenggelam oleh rob, jalan rusak",
    "Bagaimana cara melaporkan KDRT sekarang?",
    "listrik padam sekarang, lampu jalan mati",
    "Tebing longsor sampai sekarang belum ditangani",
    "Longsor menutup jalan, saat ini belum diperbaiki",
    "Korban kecelakaan dibawa ke unit gawat darurat dan ditolak",
    "warga tenggelam dalam utang pinjol, tolong",
    "hati saya sedang terbakar melihat korupsi",
    "mobil saya terjebak macet sekarang",
    "orang tenggelam karena tidak ada rambu, tolong dipasang",
    "tolong bantuan untuk korban kebakaran di kampung kami",
    "tolong jembatan yang hanyut diperbaiki",
    "Santunan korban kecelakaan saat ini belum cair",
    "",
]


@pytest.mark.parametrize("text", NOW)
def test_danger_that_lasts_is_recognised(text: str) -> None:
    """Fire, drowning, a victim without help, violence; in capitals, and in a regional language."""
    assert tells_of_danger(text)


@pytest.mark.parametrize("text", NOT_NOW)
def test_an_ordinary_complaint_is_none(text: str) -> None:
    """About the fire service, an accident of the past, what is feared, asked or practised."""
    assert not tells_of_danger(text)


def test_a_long_text_takes_no_time() -> None:
    """It is read in one pass, and only its beginning."""
    assert not tells_of_danger("kebakaran sekarangan " * 100_000)
    assert not tells_of_danger("tolong segera " * 100_000)
