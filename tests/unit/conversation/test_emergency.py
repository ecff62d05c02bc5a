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
ALARMS = [
    "kabel listrik putus di jalan ada yang kesetrum",
    "ada yang kesetrum di jalan Pemuda, kabel PLN putus",
    "warga kesetrum kabel putus di depan pasar",
    "kabel listrik menjuntai, anak kesetrum, belum ditolong",
    "banjir sudah sedada, nenek saya terjebak di Kaligawe Semarang",
    "air sudah masuk rumah setinggi dada, kami di atap",
    "banjir setinggi leher kami naik ke atap rumah",
    "air sudah sepinggang lebih, bayi kami terjebak di dalam rumah",
    "banjir sudah sedada, kami belum dievakuasi",
    "gempa rumah saya roboh, ada yang tertimbun",
    "gempa barusan rumah roboh orang tua saya tertimpa",
    "rumah roboh ada yang tertimbun di dalam",
    "bangunan roboh, pekerja tertimbun",
    "kereta nabrak mobil di perlintasan barusan",
    "kereta menabrak mobil barusan di perlintasan Tegal",
    "barusan truk nabrak warung, ada yang terjepit",
    "ada orang mau loncat dari jembatan",
    "ada orang mau lompat dari gedung",
    "ada yang mau terjun dari jembatan layang",
    "tetangga mau gantung diri",
    "saya ingin mengakhiri hidup karena pinjol",
    "saya mau bunuh diri karena pinjol",
    "saya sudah tidak kuat hidup lagi",
    "saya pengen mati saja, tidak sanggup hidup lagi",
    "sy tdk kuat hidup lagi",
    "ingin bunuh diri karena utang",
    "saya mau mengakhiri hidup saya",
    "anak saya diculik",
    "anak tetangga diculik orang",
    "keponakan saya diculik tadi",
    "pasien kritis ditolak RS",
    "ibu saya kritis ditolak rumah sakit",
    "bapak saya sekarat ditolak IGD",
    "gas bocor di gang kami, baunya menyengat",
    "bau gas menyengat, pipa gas bocor di depan rumah",
    "tabung gas bocor di rumah tetangga, bau sekali",
    "kebocoran gas di Jalan Melati, warga sesak",
    "anak hilang dari tadi pagi di alun alun Kota Tegal",
    "anak saya hilang sejak tadi siang di pasar",
    "anak saya hilang di pasar, umur 4 tahun",
    "balita hilang di pantai sejak tadi",
    "masih terbakar, petugas belum datang",
    "masih kebakar pak, damkar belum datang",
    "apinya masih menyala petugas belum sampai",
    "rumah masih terbakar",
    "orang kesetrum tiang listrik di pasar",
    "saya kesetrum tiang lampu jalan di Jl Pemuda",
    "aku pengen bunuh diri",
    "tulung mbahku kejebak banjir",
    "banjir seleher di Kaligawe, warga di atap rumah",
    "tabung lpg bocor baunya menyengat",
    "anak perempuan saya umur 6 tahun hilang di pasar Johar",
    "orang tenggelam belum ketemu",
]
NO_ALARMS = [
    "tahun lalu ada yang kesetrum kabel di sini",
    "kesetrum tahun lalu",
    "kabel menjuntai rawan kesetrum",
    "takut ada yang kesetrum, kabel listrik rendah",
    "tiang listrik miring, jangan sampai ada yang kesetrum",
    "mati lampu",
    "lampu mati sejak kemarin",
    "lowongan kerja di dinas pemadam kebakaran kapan dibuka",
    "simulasi gempa di sekolah, siswa tertimbun buku",
    "rumah saya roboh karena gempa tahun 2018 belum dibantu",
    "rumah roboh akibat gempa belum dapat bantuan",
    "data statistik anak hilang di Kota Tegal berapa",
    "anak diculik tahun lalu belum ditemukan",
    "kasus penculikan anak tahun 2023 berapa",
    "pasien kritis tahun lalu ditolak RS",
    "rumah sakit menolak pasien BPJS",
    "kereta nabrak mobil bulan lalu, palang belum dipasang",
    "perlintasan tanpa palang, sering kereta nabrak mobil",
    "banjir setinggi dada setiap musim hujan, mohon normalisasi sungai",
    "banjir sedada kemarin, rumah rusak, bantuan belum ada",
    "air PDAM tidak masuk rumah",
    "gas elpiji langka",
    "harga gas bocor ke pengecer",
    "selang gas bocor dari pangkalan, minta ganti",
    "bau gas dari TPA sampah menyengat tiap hari",
    "bau limbah menyengat dari pabrik",
    "KTP saya hilang di alun alun",
    "STNK hilang tadi pagi di pasar",
    "motor hilang dari tadi pagi di alun alun Kota Tegal",
    "data anak saya hilang dari KK",
    "anak saya hilang dari data PIP sejak tahun lalu",
    "uang bantuan anak hilang",
    "hak anak hilang karena zonasi",
    "mainan anak di taman hilang",
    "nama anak hilang dari daftar bansos",
    "sudah tidak kuat hidup di desa ini karena jalan rusak",
    "kami tidak kuat hidup dekat pabrik bau",
    "jembatan mau roboh, takut ada yang loncat",
    "anak anak suka loncat dari jembatan ke sungai, mohon dilarang",
    "pencegahan bunuh diri perlu konseling di puskesmas",
    "edukasi bunuh diri di sekolah",
    "rumah tangga saya terjebak pinjol",
    "pinjol mengancam sebar data",
    "ada orang gila mau loncat pagar puskesmas",
    "lampu merah rusak masih menyala merah terus",
    "lampu jalan masih menyala siang hari",
    "sampah masih dibakar warga, petugas belum datang",
    "petugas belum datang mengangkut sampah",
    "sopir ditabrak kereta tahun 2020",
    "latihan evakuasi gempa rumah roboh",
    "kabel putus, internet mati",
    "tv kabel putus sekarang",
    "bus menabrak trotoar minggu lalu, trotoar rusak",
    "pohon menimpa kabel, listrik padam",
    "anak saya kritis pikirannya terhadap kebijakan",
    "pengawasan kritis ditolak dewan",
    "data warga hilang dari sistem sejak tadi pagi",
    "mau terjun ke politik",
    "kapan tim sar latihan",
    "anak saya kesetrum tiang lampu tahun lalu dan meninggal",
    "pekerja kesetrum, siapa tanggung jawab",
    "nenek saya terjebak pinjol",
    "korban ditolak BPJS",
    "lansia stroke belum ditangani bantuan sosialnya",
    "pemerintah mau bunuh diri dengan kebijakan ini",
    "kami warga mau mati saja rasanya dengan bau sampah",
    "air sudah dua meter dalamnya sumur kering",
    "warga tertimbun masalah",
    "saya diculik waktu kecil",
    "pasien gawat darurat harus bayar dulu, ditolak kalau tidak",
    "anak sekolah usia 7 tahun hilang haknya",
    "anak ayam hilang",
    "mau terjun dari dunia politik",
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


@pytest.mark.parametrize("text", ALARMS)
def test_a_danger_with_words_of_its_own_is_told(text: str) -> None:
    """A shock, water to the chest, people under rubble, who wants to die, a child that is taken or missing, a patient turned away, gas."""
    assert tells_of_danger(text)


@pytest.mark.parametrize("text", NO_ALARMS)
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
