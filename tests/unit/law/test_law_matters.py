"""Complaints on the matters of the annex of UU 23/2014 in plain words, and what a told class of road adds."""

import pytest

from router.facts import Facts
from router.routing import Router

ROUTER = Router.load()


def owner_of(text: str) -> str:
    """Return the id of the agency that gets a text."""
    return ROUTER.decide(Facts(ROUTER.reader.read(text))).owner.id


MATTERS = (
    ("disdik-62.06", "Sakolah kami di Kasongan kada baisi bangku, kakanakan lesehan haja, Katingan tulung perhatikan"),
    (
        "disdik-35",
        "Anakku daftar SMK Negeri di Kabupaten Blitar lewat jalur afirmasi kok ketolak, padahal omahe mung sakilan",
    ),
    (
        "kemdiktisaintek",
        "Akreditasi jurusan saya turun waktu wisuda, kampus bilang menunggu keputusan badan akreditasi",
    ),
    ("dinkes-16.13", "Posyandu di Karang Jaya Muratara lah limo bulan dak buka, balita dak pernah ditimbang"),
    ("bpom", "Susu kotak dibeli di minimarket isinya menggumpal padahal belum kedaluwarsa, anak saya diare"),
    ("bpjs-kes", "Ibu saya mau cuci darah ditolak karena kartunya mati padahal tiap bulan dipotong"),
    ("dpu-94.03", "Jembatan kayu ke kampung kami di Kabupaten Paniai hanyut, mama-mama pikul sayur lewat kali"),
    ("bbws", "Bronjong Sungai Citanduy di Kabupaten Ciamis jebol, sawah kerendam tiap hujan"),
    ("dpu-63", "Jalan provinsi tembus Batulicin ke Kandangan longsor, oto kada kawa lalu"),
    ("disperkim-12.71", "Rumah nenek saya di Medan Labuhan dindingnya tepas, lantai tanah, minta bedah rumah"),
    ("satpolpp-17.71", "Tempat biliar di Kota Bengkulu bukak sampe subuh, banyak budak sekolah nongkrong"),
    ("damkar-34.71", "Ada tawon vespa gede di atap TK Kota Yogyakarta, takut nyengat anak-anak"),
    ("bpbd-53.06", "Gunung Lewotobi muntah lagi, kami di posko Kabupaten Flores Timur kekurangan masker dan air"),
    ("dinsos-74.71", "Anak-anak minta-minta di lampu merah Kendari tiap malam, ada yang atur"),
    (
        "kemensos",
        "Nama saya hilang dari penerima sembako bulan ini, cek di situs desilnya 7, padahal kerja cuma buruh cuci",
    ),
    ("disnaker-16", "Sopir sawit di Kabupaten Musi Banyuasin digaji di bawah upah minimum, tidak ada cuti"),
    (
        "disnaker-33.22",
        "Pabrik di Ungaran Kabupaten Semarang menutup pintu, kami dirumahkan tanpa kabar, pesangon tak jelas",
    ),
    ("disnaker-36", "Anak umur 14 kerja malam di pabrik petasan Kabupaten Tangerang"),
    ("kemnaker", "Lowongan magang ke Jepang lewat kementerian kok pengumumannya molor dua bulan"),
    ("kp2mi", "Adik saya diberangkatkan ke Arab lewat calo, majikannya tidak bayar, minta dipulangkan"),
    ("dp3a-73.71", "Anak tetangga di Makassar dirantai sama bapaknya di kandang ayam, umur tujuh tahun"),
    ("dispangan-33.15", "Harga beras di desa kami tak terbeli, lumbung pangan kosong, Kabupaten Grobogan"),
    (
        "atr-bpn,kantah-35.09",
        "Sertifikat tanah warisan di Kabupaten Jember ganda dengan orang lain, sudah bayar ukur dua kali",
    ),
    ("dlh-73.13", "Truk sampah tidak pernah lewat Kabupaten Wajo bagian pasar, warga bakar di pinggir jalan"),
    ("dlh-35", "Limbah pabrik kertas mengalir lintas kabupaten dari Mojokerto ke Sidoarjo, ikan mati"),
    ("dukcapil-17.01", "Budak ambo lah duo tahun belum punyo akta, di Kabupaten Bengkulu Selatan disuruh balik terus"),
    ("ditjen-dukcapil", "NIK saya dipakai orang daftar kartu, bagaimana menonaktifkan data ganda secara nasional?"),
    ("dpmd-11.06", "Geuchik kamoe hana geuyue rapat desa, dana gampong hana lapor, Aceh Besar"),
    (
        "kemendes",
        "Desa kami masuk daftar tertinggal terus, bantuan pendampingan daerah tertinggal dari pusat tidak pernah ada",
    ),
    ("dppkb-33.10", "Bidan desa bilang implan habis sejak Lebaran, ibu-ibu Kabupaten Klaten nunggu"),
    ("dishub-62", "Travel Sampit Pangkalan Bun naikkan ongkos sesuka hati, mobil tua"),
    ("dishub-73.71", "Pete-pete di Makassar ngebut, ugal-ugalan, sopirnya anak kecil"),
    ("ditjen-hubud", "Penerbangan perintis ke Kabupaten Puncak batal terus tiga minggu, beras tidak masuk"),
    ("angkasa-pura,ditjen-hubud", "AC ruang tunggu bandara Ngurah Rai mati, penumpang kepanasan"),
    ("kai", "Kereta lokal Cibatu telat dua jam, AC bocor"),
    ("komdigi", "Sinyal di dusun kami cuma satu garis, anak ujian online naik bukit"),
    ("diskop-34.04", "Mau ikut pelatihan kemasan keripik buat usaha kecil di Kabupaten Sleman daftar ke mana"),
    ("dpmptsp-51.02", "Izin homestay saya di Kabupaten Tabanan lima bulan belum terbit, petugas bilang sabar"),
    ("dispora-71.73", "Lapangan bola Tomohon jadi tempat parkir, anak muda tidak ada tempat latihan"),
    ("bps", "Petugas sensus menolak mencatat rumah kami karena kontrak"),
    (
        "bssn",
        "Tanda tangan digital kepala sekolah saya kedaluwarsa, dari balai sertifikasi elektronik belum diperpanjang",
    ),
    (
        "dispar-53.15",
        "Pemandu liar di Labuan Bajo Kabupaten Manggarai Barat menaikkan harga kapal wisata ke air terjun Cunca Wulang",
    ),
    ("kemenbud", "Museum nasional menutup ruang pamer tanpa pengumuman"),
    ("dispusip-34.04", "Perpustakaan Kabupaten Sleman jam enam sudah tutup, padahal mahasiswa butuh malam"),
    ("perpusnas", "Nomor ISBN buku saya salah cetak, bagaimana merevisinya"),
    ("diskan-72", "Kapal pukat dari luar daerah masuk teluk Tomini dekat pantai Kabupaten Parigi Moutong"),
    ("diskan-35.08", "Kolam lele kami di Kabupaten Lumajang kena penyakit, minta benih dan penyuluh"),
    ("dispar-35.07", "Tiket masuk pantai Balekambang Kabupaten Malang naik tanpa papan tarif"),
    ("distan-33.09", "Pupuk bersubsidi di kios Boyolali ora tau ana, tani dikon tuku sing larang"),
    ("dishut-65", "Kayu log dari hutan Malinau dikeluarkan malam hari pakai ponton"),
    ("taman-nasional", "Perambah menanam kopi di Taman Nasional Bukit Barisan Selatan, gajah turun ke kampung"),
    ("desdm-76", "Penambang pasir sungai di Kabupaten Mamuju Tengah pakai alat berat, rumah warga mau jatuh"),
    ("esdm", "Tambang emas perusahaan di Kabupaten Banyuwangi bikin debu, izinnya dari pusat"),
    ("pertamina,esdm,bph-migas", "Gas melon di Kabupaten Bangkalan 30 ribu, pangkalan kosong terus"),
    ("disdag-14", "Beli motor bekas di dealer Pekanbaru ternyata mesinnya turun, garansi ditolak"),
    ("kemendag", "Toko online dari luar negeri jual baju sepuluh ribu, produsen lokal mati, larang impornya"),
    ("kemenperin", "Pabrik kami ditolak sertifikat SNI tanpa alasan oleh lembaga penilai kementerian"),
    ("kementrans", "Sertifikat lahan transmigrasi kami di Kabupaten Poso belum dibagi sejak 1998"),
    (
        "disdik-72",
        "Anak saya kelas sebelas di Tolitoli su tiga bulan guru fisika kosong, cuma dikasih tugas salin buku, mau masuk kuliah bagaimana",
    ),
    (
        "disdik-33.02",
        "SD nang Cilongok Banyumas lantaine ambles, bocah wedi mlebu kelas, wis dilaporke ket udan Desember",
    ),
    ("disdik-12", "SLB di Sidikalang Dairi tak punya guru bahasa isyarat, anakku cuma main pasir"),
    ("dinkes-81.02", "Mantri di Kei Besar Maluku Tenggara su pensiun, orang sakit bawa pake ketinting ke Langgur"),
    (
        "rsud-mattaher,dinkes-15",
        "Bapak ambo dirawat di Raden Mattaher, kateternyo suruh beli dewek, dokter jantung sekali seminggu",
    ),
    ("kemenkes", "STR perawat saya di sistem pusat belum terbit dua bulan padahal serkom sudah lulus"),
    ("dpu-13.05", "Jalan ka kampuang kami di Lubuk Alung Padang Pariaman lah bantuak kubangan kabau"),
    ("dpu-51.08", "Rurung tiange di Seririt Buleleng bolong-bolong, yen ujan dadi telabah"),
    ("ditjen-bina-marga", "Sitinjau Lauik pagarnya hilang dekat tikungan, truk nyaris jatuh ke jurang"),
    ("bbws", "Waduk Jatigede airnya dibuka mendadak, sawah di hilir kerendam, tidak ada sirine"),
    (
        "disperkim-74.71",
        "Sudah tiga kali didata bedah rumah di Kendari tapi tidak pernah dapat, dinding papan sudah makan rayap",
    ),
    ("satpolpp-14.71", "Warnet di Pekanbaru jadi tempat budak mabuk lem sampai pagi"),
    ("satpolpp-52.71", "Spanduk besar nutupin lampu lalu lintas di Mataram, padahal bukan musim kampanye"),
    ("damkar-64.72", "Kucing beranak di plafon tetangga Samarinda terjepit balok, tidak ada yang bisa keluarin"),
    ("bpbd-31,pemda-31", "Rumah kontrakan di Kampung Melayu Jakarta kerendam dua meter, perahu belum datang"),
    ("dinsos-35.73", "Ono bapak tuwo turu nang emperan toko Malang, sikile bosok, ora iso mlaku"),
    (
        "dinsos-32",
        "Panti rehabilitasi anak milik provinsi di Cibalagung Bogor, ponakan saya kabur karena dipukul kakak asuh",
    ),
    ("disnaker-61", "Kawanku di kebun sawit Ketapang disemprot racun rumput tanpa sarung tangan, kulitnye melepuh"),
    (
        "disnaker-72.06",
        "Torang diputus kontrak di Morowali lewat WA, sisa gaji so tiga bulan belum dibayar, minta dimediasi",
    ),
    ("kp2mi", "Bibik ulun tekang di Kuching, paspornya dipegang agen, minta tulung mulang ka Banjar"),
    ("dp3a-53.71", "Nona kecil di Kupang dihamili bapak kandungnya, sekarang su tujuh bulan, dia takut pulang rumah"),
    (
        "kantah-73.71,atr-bpn",
        "Balik nama rumah peninggalan bapakku di Makassar berkasnya sudah setahun, selalu dibilang alat ukur rusak",
    ),
    ("dispertaru-34", "Omah kula ngadeg neng tanah kraton Bantul, ajeng mbayar kekancingan mboten wonten sing nampi"),
    ("dlh-62.02", "Perusahaan kayu di Sampit buang serbuk ka sungai, banyu bebau haring, iwak timbul"),
    ("dukcapil-82.04", "Torang di pulau Obi musti ke Labuha cuma par cetak KTP, so sampe sana blangko abis"),
    ("dpmd-12.04", "Kepala desa kami di Nias ganti semua kaur dengan adiknya, tidak ada tes"),
    ("dppkb-75.71", "Mo pasang KB implan di Kota Gorontalo musti tunggu mobil keliling yang tidak jelas datangnya"),
    ("dishub-35", "Bis Probolinggo-Lumajang gak gelem mandek nang halte, tarif dipukul 25 ewu"),
    ("dishub-51", "Speed boat Sanur ke Nusa Penida over muatan, pelampung robek, awak kapal cuek"),
    ("ditjen-hubdat", "Bis malam Solo-Palembang rem blong, sopirnya ganti di jalan tanpa istirahat"),
    ("ditjen-hubla,pelni", "Kapal perintis ke Kepulauan Aru molor seminggu, kami bermalam di dermaga"),
    ("komdigi", "Di Pulau Enggano sinyal mati sejak Lebaran, transfer uang sekolah tidak bisa"),
    ("diskop-35.18", "Simpananku nang koperasi wanita Nganjuk gak iso dijupuk, ketuane minggat"),
    (
        "dpmptsp-12.71",
        "Urus PBG rumah di Medan Tuntungan sudah tujuh bulan belum juga turun, pemborong sudah minta bayar",
    ),
    ("kemenpora", "Atlet panahan pelatnas belum terima uang saku dari Juli"),
    ("dispora-91", "Stadion Lukas Enembe rumputnya mati, atap bocor, padahal bekas PON"),
    ("bps", "Hasil survei ekonomi rumah tangga kami ditulis punya mobil, padahal sepeda pun tidak"),
    ("dispar-33", "Museum Ranggawarsita Semarang AC-nya mati semua, arca berdebu"),
    ("dispusip-16", "Perpustakaan provinsi di Jakabaring Palembang komputernya rusak semua"),
    ("diskan-17", "Trol dari luar masuk perairan Mukomuko jarak dua mil, jaring orang sini habis"),
    ("ditjen-psdkp", "Kapal ikan bendera Malaysia nyolong di Selat Malaka dekat Bengkalis"),
    ("diskan-73.15", "Benih udang bantuan di Pinrang mati waktu ditebar, penyuluh tidak pernah turun"),
    ("distan-16.01", "Kopi kami di Ulu Ogan OKU dimakan penggerek, obatnyo dak pernah dibagi"),
    ("distan-61", "Harga buah sawit di Sanggau beda jauh dari ketetapan provinsi, pabrik semaunya"),
    ("dishut-62", "Hutan adat kami di Lamandau dibuldoser perusahaan HTI, kuburan nenek moyang hilang"),
    ("taman-nasional", "Pendaki buang sampah dan bakar edelweis di Alun-alun Suryakencana Gede Pangrango"),
    ("desdm-33", "Bukit Menoreh sisih Borobudur dikeruk watune, omahku gludug-gludug saben awan"),
    ("esdm", "Lubang bekas tambang batubara di Samarinda makan korban lagi, perusahaannya tidak reklamasi"),
    ("pln", "Tiang miring di kebun kami di Enrekang mau jatuh ke rumah, kabel nya percik kalau hujan"),
    ("disdag-52", "Hape baru beli di Mataram meledak, tokonya ndek mau ganti, katanya salah cas"),
    ("disdag-72.71", "Pasar Inpres Manonda Palu lapaknya dijual dua kali oleh pengelola"),
    ("inspektorat-18", "Orang inspektorat kabupaten Pringsewu makan-makan dibayari kades, habis itu temuannya hilang"),
    (
        "ombudsman",
        'Wis ping telu lapor lewat SP4N babagan sertifikat, jawabane mung "diteruskan", nganti setaun mentok',
    ),
)


@pytest.mark.parametrize(("owner", "text"), MATTERS)
def test_a_matter_of_the_annex_is_found_in_plain_words(owner: str, text: str) -> None:
    """UU 23/2014 Lampiran A to FF, without the names of bodies."""
    assert owner_of(text) in owner.split(",")


@pytest.mark.parametrize(
    ("told", "silent"),
    [
        ("Jalan kabupaten rusak di Kabupaten Kendal", "Jalan rusak di Kabupaten Kendal"),
        ("Jalan kabupaten di Kabupaten Kendal berlubang", "Jalan di Kabupaten Kendal berlubang"),
        ("Lampu jalan kabupaten di Kabupaten Kendal mati", "Lampu jalan di Kabupaten Kendal mati"),
        ("Jembatan kabupaten di Kabupaten Kendal retak", "Jembatan di Kabupaten Kendal retak"),
        ("Terminal tipe C di Kabupaten Kendal kotor", "Terminal di Kabupaten Kendal kotor"),
    ],
)
def test_a_told_class_is_at_least_as_sure_as_none(told: str, silent: str) -> None:
    """Whoever tells the class of a road or terminal says more."""
    sure, open_ = (ROUTER.decide(Facts(ROUTER.reader.read(text))) for text in (told, silent))
    assert sure.owner.id == open_.owner.id
    assert sure.confidence >= open_.confidence


@pytest.mark.parametrize(
    ("owner", "text"),
    [
        ("pdam-53.20", "Air bersih tidak mengalir di Kab Sabu Raijua"),
        ("bnn", "Ada yang jual sabu tiap malam di Kab Sabu Raijua"),
        ("disdik-12.19", "Plafon SD negeri di Kabupaten Batu Bara runtuh"),
        ("dinkes-74.05", "Puskesmas Sabulakoa di Konawe Selatan tidak pernah buka"),
        ("ojk", "Kartu ATM bank saya tertelan karena mesinnya diganjal orang di Kota Medan"),
        ("disnaker-16.07", "Gaji di Banyuasin tidak dibayar, padahal sudah kerjo empat bulan"),
    ],
)
def test_a_word_inside_another_name_or_word_is_no_matter(owner: str, text: str) -> None:
    """Sabu is an island and ganjal a wedge; what was complained of decides."""
    assert owner_of(text) == owner


@pytest.mark.parametrize(
    ("owner", "text"),
    [
        ("dpu-61.06", "Jalan rusak di Kapuas Hulu Kalimantan Barat"),
        ("dpu-61.06", "Jalan rusak di Semitau Kapuas Hulu"),
        ("dishub-92.11", "Lampu jalan padam di Manokwari Selatan Papua Barat"),
        ("dpu-33.74", "Jalan rusak di Semarang Utara"),
    ],
)
def test_a_regency_is_not_the_district_of_the_same_name(owner: str, text: str) -> None:
    """Kapuas Hulu is a regency of Kalimantan Barat and a district of Kapuas in Kalimantan Tengah."""
    assert owner_of(text) == owner


@pytest.mark.parametrize(
    ("owner", "text"),
    [
        ("bpbd-76.02", "Bantuan korban gempa belum sampai di Kab Mamuju"),
        ("disdik-93.04", "Buku paket belum sampai di SD kami, Kab Asmat"),
        ("pos", "Paket saya belum sampai, resi pos tidak bergerak dua minggu"),
    ],
)
def test_what_has_not_arrived_decides_who_brings_it(owner: str, text: str) -> None:
    """Not all that is late comes by post: aid comes from the regency (UU 24/2007 Pasal 8), books from its schools' office."""
    assert owner_of(text) == owner


@pytest.mark.parametrize(
    ("owner", "text"),
    [
        ("desdm-52", "Sungai di Pringgabaya Lombok Timur dikeruk pasirnya pakai alat berat, tidak ada izinnya"),
        ("desdm-73", "Kali di Kab Bone diambil kerikilnya pakai ekskavator, jembatan hampir roboh"),
        ("dpu-13.71", "Sungai di Kota Padang minta dikeruk pakai alat berat, lumpurnya tebal dan banjir terus"),
    ],
)
def test_sand_taken_from_a_river_is_mining_and_silt_is_not(owner: str, text: str) -> None:
    """Sand and stone are minerals whose permits the province gives (UU 3/2020 Pasal 35, Perpres 55/2022 Pasal 2)."""
    assert owner_of(text) == owner


@pytest.mark.parametrize(
    ("owner", "text"),
    [
        ("dishub-15.05", "Truk tambang batu bara merusak jalan kabupaten di Kabupaten Muaro Jambi"),
        ("dppkb-33.74", "Penyuluhan KB di Kelurahan Gemah Kota Semarang sudah tidak ada lagi"),
        ("distan-33.14", "Penyuluh pertanian tidak pernah datang ke desa kami di Kab Sragen"),
    ],
)
def test_what_a_lorry_carries_and_what_a_lesson_is_about(owner: str, text: str) -> None:
    """A lorry on a public road is traffic (UU 22/2009), whatever it carries; not each lesson is for farmers."""
    assert owner_of(text) == owner


@pytest.mark.parametrize(
    ("text", "owner"),
    [
        ("Trotoar di Jalan Pemuda Kota Semarang banyak yang pecah, kursi roda ibu saya nyangkut", "dpu-33.74"),
        (
            "Trotoar di Jalan Pemuda Kota Semarang tinggi sekali, ibu saya pakai kursi roda tidak bisa lewat",
            "dpu-33.74",
        ),
        ("Trotoar di Kota Semarang curam, anak saya yang difabel jatuh dari kursi roda", "dpu-33.74"),
        ("mohon bantuan kursi roda, rumah di depan trotoar Jalan Pemuda Kota Semarang", "dinsos-33.74"),
        ("lansia terlantar pakai kursi roda tidur di trotoar Jalan Pemuda Kota Semarang", "dinsos-33.74"),
    ],
)
def test_a_broken_pavement_is_the_road_offices_whoever_cannot_pass(text: str, owner: str) -> None:
    """The wheelchair says who is hindered and not what is wrong; to ask for one is another matter."""
    assert owner_of(text) == owner
