"""Classes of complaints whose owner the words of bodies alone do not tell; each has several wordings and counter-cases."""

import pytest

from router.facts import Facts
from router.routing import Router

ROUTER = Router.load()


def owner_of(text: str) -> str:
    """Return the id of the agency that gets a text."""
    return ROUTER.decide(Facts(ROUTER.reader.read(text))).owner.id


BOUND = (
    ("dpu-33.24", "Jalan desa kami di Kabupaten Kendal, dekat jalan nasional, berlubang parah"),
    ("dpu-33.16", "Jalan kabupaten di sebelah jalan provinsi di Kabupaten Blora rusak parah"),
    ("dishub-33", "Lampu jalan provinsi dekat simpang jalan nasional di Kabupaten Batang padam"),
    ("dpu-33", "Jalan provinsi arah jalan tol di Kabupaten Tegal hancur"),
    ("dpu-11.07", "Jalan kampung dari jalan nasional masuk ke sekolah di Kabupaten Pidie becek berlumpur"),
    ("ditjen-bina-marga", "Jalan nasional di Kabupaten Kebumen berlubang dekat jalan desa Jatijajar"),
    ("dpu-35", "Jalan kabupaten sudah mulus, yang hancur jalan provinsi di Kabupaten Pacitan"),
    ("ditjen-bina-marga", "Lubang menganga di pinggir jalan nasional Kabupaten Pemalang bikin motor jatuh"),
    ("dishub-13.72", "Angkot ngetem di depan terminal tipe A Kota Solok bikin macet"),
    ("dpu-72.71", "Got di belakang rumah sakit provinsi di Kota Palu mampet"),
    ("dpu-33.27", "Gang masuk menuju jalan nasional di Kabupaten Pemalang rusak, paving pecah"),
    ("dishub-33.25", "PJU jalan kabupaten yang tembus ke jalan provinsi di Kabupaten Batang mati"),
    ("dishub-33.24", "Terminal tipe C di Kabupaten Kendal sebelah terminal tipe A atapnya bocor"),
    ("ditjen-bina-marga", "Jembatan nasional di Kabupaten Kebumen retak, jalan kabupaten di ujungnya masih bagus"),
    ("dpu-33.19", "Jalan lingkungan di seberang jalan tol Kabupaten Kudus amblas"),
)
ACCUSED = (
    ("inspektorat-32", "Inspektorat Kabupaten Bogor minta uang kepada kepala desa saat pemeriksaan"),
    ("inspektorat-52", "Auditor inspektorat kabupaten terima amplop dari dinas di Kabupaten Bima"),
    ("inspektorat-33", "Oknum pemeriksa Inspektorat Kabupaten Kendal meminta setoran tiap turun audit ke desa"),
    ("inspektorat-32.01", "Mohon Inspektorat Kabupaten Bogor memeriksa kepala desa yang korupsi dana desa"),
    ("inspektorat-33.24", "Sudah kami laporkan ke Inspektorat, kades di Kabupaten Kendal korupsi dana desa"),
    ("itjen-kemendagri", "Pegawai Inspektorat Provinsi Jawa Tengah minta amplop saat audit dinas"),
    ("dprd-35.07", "Anggota DPRD Kabupaten Malang minta fee proyek pokir ke kontraktor"),
    ("dprd-35.07", "Anggota dewan Kabupaten Malang jarang ikut sidang paripurna tapi tunjangan jalan terus"),
    ("dprd-33", "Oknum anggota DPRD Provinsi Jawa Tengah potong dana aspirasi untuk kelompok tani"),
    ("dpr", "Anggota DPR RI dari dapil kami minta jatah dari bantuan program PIP"),
    ("kejagung,jamwas", "Jaksa di Kejari Kabupaten Kendal minta uang supaya tuntutan diringankan"),
    ("kejagung,jamwas", "Oknum jaksa memeras terdakwa 50 juta biar kasusnya dihentikan di Kota Medan"),
    ("dewas-kpk", "Penyidik KPK minta uang kepada saksi supaya namanya tidak disebut"),
    ("dewas-kpk", "Pegawai KPK melakukan pungli di rutan KPK"),
    ("ombudsman,inspektorat-ombudsman", "Pegawai Ombudsman perwakilan minta uang bensin untuk memproses laporan saya"),
    ("inspektorat-33.24", "Petugas loket di Kabupaten Kendal minta uang rokok, kalau tidak dikasih berkas dipersulit"),
    (
        "inspektorat-33.24",
        "Urus surat di kantor camat Kabupaten Kendal katanya seikhlasnya tapi wajib, kalau nggak kasih disuruh balik besok",
    ),
    ("inspektorat-33.24", "Di kelurahan Kabupaten Kendal tanda tangan surat harus pakai pelicin dulu"),
    ("inspektorat-33.24", "Petugas dinas Kabupaten Kendal mempersulit berkas sampai kami selipkan uang"),
    ("inspektorat-33", "Setiap proyek di Kabupaten Kendal harus ada jatah untuk bupati sepuluh persen"),
    ("inspektorat-33", "Kepala dinas di Kota Tegal disuruh kumpulkan uang buat wali kota tiap lebaran"),
    ("inspektorat-33", "Kontraktor di Kabupaten Kendal diminta menyerahkan bagian bupati di muka"),
    (
        "inspektorat-35",
        "Camat sekabupaten Malang disuruh patungan beli hadiah untuk pak bupati kalau mau aman jabatannya",
    ),
    ("itjen-kemendagri", "Kepala dinas Provinsi Riau disuruh setor ke gubernur tiap bulan"),
)
EARLIER = (
    (
        "ombudsman",
        "Saya sudah adukan jalan rusak ini lewat LAPOR bulan Maret, statusnya ditutup padahal tidak ada yang datang",
    ),
    (
        "ombudsman",
        'Pengaduan saya di SP4N nomor 7788123 dari tahun lalu cuma dijawab "akan ditindaklanjuti", sampai sekarang nihil',
    ),
    ("ombudsman", "Ini kali ketiga saya lapor di sini, dua laporan sebelumnya diselesaikan sepihak tanpa hasil"),
    ("ombudsman", "Laporan saya di lapor.go.id sudah delapan bulan menggantung tidak ada balasan dari instansi"),
    ("ombudsman", "Aduan saya yang dulu di kanal ini dinyatakan selesai, faktanya dinas belum berbuat apa-apa"),
    ("dpu-33.24", "Kami lapor jalan rusak di Kabupaten Kendal, mohon segera ditindaklanjuti"),
    ("dpu-33.24", "Jalan di Kabupaten Kendal berlubang, warga sudah lapor ke RT tapi belum ada perbaikan"),
)
TOLD = (
    ("dishub-35", "Dermaga pelabuhan pengumpan regional di Kabupaten Sumenep rusak, papan lepas"),
    ("dishub-35.29", "Dermaga pelabuhan pengumpan lokal di Kabupaten Sumenep rusak, papan lepas"),
    ("ditjen-hubla", "Pelabuhan utama di Kabupaten Sumenep antre kapal barang berhari-hari"),
    ("dishub-53", "Pelabuhan regional di Kabupaten Alor tidak ada lampu, penumpang jatuh"),
    ("ditjen-bina-marga", "Jalan milik pemerintah nasional di Kabupaten Alor longsor"),
    ("ditjen-bina-marga", "Jalan punya pemerintah pusat di Kabupaten Bima amblas"),
    ("dpu-33", "Drainase jalan provinsi di Kabupaten Blora mampet, air meluap ke rumah"),
    ("ditjen-bina-marga", "Saluran air di tepi jalan nasional Kabupaten Brebes mampet dan jalannya tergenang"),
    ("dpu-33.16", "Drainase jalan kabupaten di Kabupaten Blora mampet, air meluap"),
    ("bpkad-33", "Gedung kosong aset provinsi di Kabupaten Kudus jadi sarang ular"),
    ("bpkad-35", "Tanah aset pemprov Jawa Timur di Kabupaten Jember diserobot orang"),
    ("bbws", "Tanggul sungai lintas provinsi di Kabupaten Cilacap jebol"),
    ("bbws", "Sungai yang lewat dua provinsi di Kabupaten Brebes meluap, tanggulnya kritis"),
    ("dpu-33,dsda-33", "Tanggul sungai lintas kabupaten di Kabupaten Kudus jebol, kewenangan provinsi"),
    ("kemenbud", "Cagar budaya nasional di Kabupaten Klaten dicoret-coret, pagarnya bolong"),
    ("kemenbud", "Situs purbakala peringkat nasional di Kabupaten Sragen dijarah fosilnya"),
    ("dispar-35", "Cagar budaya peringkat provinsi di Kabupaten Gresik atapnya roboh"),
    ("dispar-33.24", "Cagar budaya kabupaten di Kabupaten Kendal dibongkar pemilik toko"),
    ("ditjen-tangkap", "PPS Bitung kolam dermaganya penuh sampah, kapal susah sandar"),
    ("ditjen-tangkap", "PPN Palabuhanratu es balok sering habis, nelayan kesulitan"),
    ("diskan-33", "PPP Morodemak dangkal, kapal nelayan kandas di mulut kolam"),
    ("diskan-32", "PPI di Kabupaten Ciamis lantai lelangnya ambrol"),
    ("ditjen-psdkp,kkp", "Kapal asing mencuri ikan di perairan Kabupaten Natuna"),
    ("ditjen-psdkp,kkp", "Kapal pukat 60 GT dari luar masuk perairan Kabupaten Aru, lebih dari 12 mil dari pantai"),
    ("ditjen-psdkp,kkp", "Kapal nelayan Thailand pakai pukat di laut Kabupaten Aceh Timur"),
    ("diskan-81", "Kapal 20 GT tangkap ikan 5 mil dari pantai di Kabupaten Buru, izinnya habis"),
    ("kkp,ditjen-tangkap", "Perpanjangan izin kapal ikan 45 GT kami di Kota Tegal macet enam bulan"),
)
NAMED = (
    ("ditjen-bina-marga", "Jembatan Ampera Palembang besi pagarnya lepas dan aspalnya bergelombang"),
    ("ditjen-bina-marga", "Jalan Jenderal Sudirman Palembang berlubang depan pasar cinde"),
    ("dishub-31", "Terminal Kampung Rambutan Jakarta kotor dan banyak calo"),
    ("dishub-31", "Terminal Pulo Gebang eskalatornya mati"),
    ("ditjen-hubdat", "Terminal tipe A di Jakarta Timur kotor dan gelap"),
    ("dishub-31", "Terminal tipe B di Jakarta Barat atapnya bocor"),
    ("dishub-31", "Terminal Pinang Ranti Jakarta toiletnya rusak"),
    ("dishub-31", "Terminal Muara Angke Jakarta Utara becek"),
)
SINGLE = (
    ("dinkes-76,rsud-76", "RSUD Regional Sulawesi Barat antre obat sampai sore"),
    ("dinkes-76,rsud-76", "Rumah Sakit Regional Mamuju kamar bocor"),
    ("disperkim-33.24,dlh-33.24", "Hutan kota di Kabupaten Kendal pohonnya ditebangi orang"),
    ("disdag-33.24", "SPBU di Kabupaten Kendal takarannya curang, isi 10 liter kurang"),
    ("pertamina,bph-migas", "SPBU di Kabupaten Alor kosong seminggu, solar subsidi tidak ada"),
    ("djp", "PBB perkebunan sawit kami di Kabupaten Kampar tagihannya dobel"),
    ("djp", "SPPT PBB sektor perkebunan dan kehutanan PT kami salah luas"),
    ("bapenda-33.24", "PBB rumah saya di Kabupaten Kendal naik dua kali lipat"),
    ("bbws", "Bengawan Solo di Kabupaten Sragen tanggulnya longsor"),
    ("satpolpp-11.71", "Wilayatul Hisbah di Kota Banda Aceh razia pilih kasih"),
    ("satpolpp-11", "Polisi syariah WH Aceh provinsi menangkap orang salah sasaran di Aceh"),
    ("oikn", "Debu proyek di Sepaku dekat IKN masuk rumah warga, jalan desa hancur"),
    ("dispertaru-34", "Sultan Ground di Kabupaten Bantul dipakai vila, kekancingan kami ditolak"),
    ("baitul-mal-11.71", "Baitul Mal Kota Banda Aceh tidak menyalurkan zakat untuk fakir"),
    ("bank-jateng,ojk", "ATM Bank Jateng Kabupaten Kendal menelan kartu saya dan saldo hilang"),
    ("ojk", "BPD tempat saya menabung tidak bisa dihubungi, kredit dipotong dobel, bunga bank naik"),
    ("dpmd-33.24", "Ketua BPD di desa Kabupaten Kendal tidak pernah rapat musyawarah desa"),
    ("lpp-tvri", "Siaran TVRI di daerah kami hilang gambarnya sejak tv digital"),
    ("lpp-rri", "RRI tidak ada siarannya lagi di perbatasan"),
    ("dlh-31", "Bantargebang longsor dan bau, truk sampah antre sampai malam"),
    ("ditjen-hubdat,dishub-12", "Kapal feri Ajibata ke Ambarita penuh sesak, antre 5 jam"),
)


@pytest.mark.parametrize(("owner", "text"), BOUND)
def test_the_class_of_the_thing_complained_of_decides(owner: str, text: str) -> None:
    """What is only near a road or terminal of another class, or leads there, does not count (UU 38/2004, UU 22/2009)."""
    assert owner_of(text) in owner.split(",")


@pytest.mark.parametrize(("owner", "text"), ACCUSED)
def test_whoever_is_accused_is_examined_by_others(owner: str, text: str) -> None:
    """An inspectorate by the one above it, members of councils by their council, prosecutors, KPK and Ombudsman by their own overseers."""
    assert owner_of(text) in owner.split(",")


@pytest.mark.parametrize(("owner", "text"), EARLIER)
def test_an_earlier_report_without_an_answer_is_the_ombudsmans(owner: str, text: str) -> None:
    """UU 37/2008 Pasal 24: only after a report through a channel that is meant for it."""
    assert owner_of(text) in owner.split(",")


@pytest.mark.parametrize(("owner", "text"), TOLD)
def test_a_tier_that_is_only_told_decides(owner: str, text: str) -> None:
    """UU 23/2014 Lampiran C, O, V and Y."""
    assert owner_of(text) in owner.split(",")


@pytest.mark.parametrize(("owner", "text"), NAMED)
def test_a_road_or_terminal_by_its_name_has_an_owner(owner: str, text: str) -> None:
    """Of named roads in big cities and terminals of Jakarta."""
    assert owner_of(text) in owner.split(",")


@pytest.mark.parametrize(("owner", "text"), SINGLE)
def test_a_body_of_one_region_or_matter_is_found(owner: str, text: str) -> None:
    """Special bodies, taxes and pumps."""
    assert owner_of(text) in owner.split(",")
