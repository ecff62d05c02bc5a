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

FIRES = [
    "kebakaran rumah di Kota Tegal",
    "kebakaran di Jl Melati Kota Bogor",
    "KEBAKARAN di kelurahan Bugel",
    "Kebakaran!! Pasar Wage",
    "kebakaran di pasar johar semarang!!",
    "toko terbakar di Kota Tegal",
    "rumah tetangga kebakar",
    "kebakaran pak di pasar johar",
    "KEBAKARANNN TOLONGGG",
    "omahku kobong tulung",
    "Lapor pak, ada kebakaran di gudang kayu Jalan Raya Demak",
    "rumah warga terbakar di RT 3 desa Sukamaju",
    "mobil terbakar di jalan tol km 20",
    "tolong toko sebelah rumah saya terbakar",
    "Selamat malam min, kebakaran di kos kosan belakang kampus",
    "Kebakaran di rumah petak Gang Melati, damkar belum datang",
]
OTHERS = [
    "suami saya mau bunuh saya tolong",
    "perampok masih di dalam rumah",
    "kabel listrik jatuh ke jalan masih ada setrumnya",
    "banjir sedada kami terjebak di atap",
    "anak diculik barusan",
    "anak saya digigit ular tolong",
    "ibu mau melahirkan di jalan tidak ada ambulans",
    "maling masih di dalam rumah saya, saya sembunyi di kamar",
]
LATER = [
    "Kebakaran kemarin di Pasar Wage belum ada bantuan",
    "kebakaran pasar johar tahun lalu, pedagang belum dapat kios",
    "kebakaran jenggot pejabat dengar kritik",
    "Kebakaran di pasar sudah padam, asapnya bau",
    "Kebakaran hutan di Riau asapnya sampai kota kami",
    "rumah saya terbakar bulan lalu, bagaimana mengurus KTP yang hangus",
    "Rumah terbakar, mohon bantuan bedah rumah",
    "Kebakaran di pasar, mobil pemadam rusak",
    "kebakaran rawan terjadi di pasar ini karena kabel semrawut",
    "kebakaran, takut terjadi lagi di gudang ini",
    "Toko terbakar karena korsleting, PLN tidak ganti rugi",
    "Pasar terbakar sejak Maret belum dibangun lagi",
    "Simulasi kebakaran di sekolah kapan",
    "kebakaran: alat pemadam di pasar tidak ada, mohon izin gudang dicabut",
    "Kebakaran gudang itu diduga disengaja, tolong diusut",
    "rumah tetangga dekat pasar sering bakar sampah, kami takut kebakaran",
    "perampok masih berkeliaran di kampung kami",
    "kabel listrik putus sudah diperbaiki PLN",
    "banjir sedada setiap hujan, mohon gorong gorong diperbaiki",
    "anak diculik tahun lalu belum ditemukan",
    "puskesmas tidak ada serum, tolong sediakan untuk yang digigit ular",
    "warga yang mau melahirkan harus ditandu karena jalan rusak",
    "debt collector mengancam mau bunuh saya karena pinjol",
    "hati terbakar melihat pungli",
    "Mobil pemadam kebakaran rusak di Kota Tegal",
    "Kebakaran di TPA sudah 3 hari asapnya ke rumah",
    "kebakaran menghanguskan ijazah anak saya, urus di mana",
    "pasar kami kebakaran tahun 2019, sekarang mangkrak",
    "maling di dalam rumah tangga negara bernama korupsi",
    "kabel jatuh ke jalan tidak dirapikan Telkom",
    "Motor saya terbakar di bengkel, pemilik tidak mau tanggung jawab",
    "Kebakaran di gudang, damkar datang terlambat satu jam",
    "Gudang terbakar di Jalan Raya, pemiliknya menimbun BBM, tolong ditindak",
    "Kebakaran sering di kampung kami",
    "kebakaran di dapur warung karena tabung gas oplosan, kasus belum diproses",
    "sekolah kebakaran, anak anak belajar di tenda",
    "Korban kebakaran di Gang Melati butuh selimut",
    "Kantor terbakar, arsip kami hilang",
    "Pasar terbakar, retribusi tetap ditarik",
    "Kebakaran, kalau terjadi di gang sempit ini mobil tidak masuk",
]


@pytest.mark.parametrize("text", NOW)
def test_danger_that_lasts_is_recognised(text: str) -> None:
    """Fire, drowning, a victim without help, violence; in capitals, and in a regional language."""
    assert tells_of_danger(text)


@pytest.mark.parametrize("text", NOT_NOW)
def test_an_ordinary_complaint_is_none(text: str) -> None:
    """About the fire service, an accident of the past, what is feared, asked or practised."""
    assert not tells_of_danger(text)


@pytest.mark.parametrize("text", FIRES)
def test_a_short_text_that_begins_with_a_fire_reports_it(text: str) -> None:
    """Who sees a fire writes what burns and where, in capitals, with letters drawn out, with a greeting, and no word for "now"."""
    assert tells_of_danger(text)


@pytest.mark.parametrize("text", OTHERS)
def test_danger_is_told_without_a_word_for_now(text: str) -> None:
    """A threat of death, robbers in the house, a live wire, water to the chest, a child that is taken, a snake, a birth on the way."""
    assert tells_of_danger(text)


@pytest.mark.parametrize("text", LATER)
def test_what_comes_before_or_after_a_danger_is_none(text: str) -> None:
    """Help after a fire, its cause and who is to blame, papers that burnt, a fear, an idiom, the fire service itself."""
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
