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
    (
        "dpu-33.14",
        "Dalan deso tekan dalan propinsi nang Tanon Sragen ancur kabeh, sing diaspal mung ngarepe balai deso",
    ),
    ("ditjen-bina-marga", "Depan gang kami di Kabupaten Langkat ada lubang besar di jalan negara, truk pada oleng"),
    ("dpu-13", "Jalan provinsi yang memotong jalan nagari di Kabupaten Solok runtuh separuh"),
    ("dishub-53.71", "Angkot kota Kupang tidak mau masuk terminal, ngetem di pinggir jalan nasional"),
    ("dpu-73.08", "Jalan tani kami di Kabupaten Bone putus, jauh dari jalan poros provinsi"),
    ("bpjt", "Rest area tol Cipali km 102 toiletnya mampet, dekat kampung kami"),
    ("dpu-32.08", "Jalan kampung sepanjang pinggir tol di Kabupaten Kuningan retak gara-gara proyek"),
    ("dinkes-33.24", "Puskesmas di sebelah rumah sakit pusat di Kabupaten Kendal tutup jam sebelas"),
    ("dlh-35.25", "Sampah di tepi jalan nasional Kabupaten Gresik menggunung, bau"),
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
    ("inspektorat-35", "Tim pemeriksa inspektorat kabupaten Malang terima uang saku dari kades yang diperiksa"),
    ("inspektorat-73", "Irban inspektorat kabupaten Gowa minta uang supaya temuan dihapus"),
    ("dprd-64.72", "Ketua DPRD Kota Samarinda diduga main proyek pokir dengan kontraktor"),
    ("dprd-18", "Anggota DPRD provinsi Lampung bolos terus, rapat tidak pernah hadir tapi gaji jalan"),
    ("dpr", "Tenaga ahli anggota DPR RI potong dana PIP siswa di sekolah kami"),
    ("jamwas", "Jaksa penuntut umum di Kejari Bantul minta mobil supaya tuntutan ringan"),
    ("jamwas", "Oknum kejaksaan di Kabupaten Sorong meminta setoran ke kepala kampung"),
    ("dewas-kpk", "Penyelidik KPK menerima uang dari pihak berperkara"),
    (
        "inspektorat-12.71",
        "Ngurus surat pindah di kelurahan Medan Johor katanya gratis tapi kalau nggak dikasih disuruh datang besok besok terus",
    ),
    ("inspektorat-71.71", "Torang bawa berkas ke kantor dinas Kota Manado, kalo nda kasih doi rokok nda mo diproses"),
    ("inspektorat-32", "Kadis-kadis di Kabupaten Garut dipungut buat lebaran bupati, yang tidak setor diancam mutasi"),
    (
        "inspektorat-51",
        "Kepala sekolah di Kabupaten Badung diwajibkan beli buku dari keluarga bupati, uangnya disetor ke bupati",
    ),
    ("itjen-kemendagri", "Pejabat pemprov Sumatera Utara kumpulkan setoran untuk gubernur tiap tender"),
    ("itjen-kemenag", "Pegawai Kemenag minta uang biar berkas sertifikasi guru madrasah diloloskan"),
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
    (
        "ombudsman",
        'Dua kali saya kirim aduan soal KTP lewat SP4N-LAPOR, dua-duanya ditutup dengan jawaban "terima kasih"',
    ),
    ("ombudsman", "Tiket LAPOR saya 5 bulan masih status proses, dinas pendidikan diam saja"),
    (
        "ombudsman",
        "Laporan sebelumnya dengan kode 4411 dijawab sudah ditangani padahal lampunya masih mati di Kabupaten Kendal",
    ),
    ("ombudsman", "Sudah bersurat resmi tiga kali ke dinas, tanda terima ada, tidak pernah dibalas"),
    ("ombudsman", "Saya bosan, laporan di aplikasi ini dipingpong antar dinas setahun tidak ada hasil"),
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
    ("dishub-81", "Pelabuhan pengumpan regional di Kabupaten Buru tangganya patah, penumpang naik pakai papan"),
    ("dishub-82.03", "Dermaga milik kabupaten di Kabupaten Halmahera Utara lantainya lepas"),
    ("ditjen-bina-marga", "Jembatan kewenangan pemerintah pusat di Kabupaten Ende miring"),
    ("dpu-52", "Got jalan provinsi di Kabupaten Sumbawa ditutup bangunan, tiap hujan banjir ke rumah"),
    ("bpkad-16", "Rumah dinas milik pemprov Sumatera Selatan di Kota Lubuklinggau dikuasai orang"),
    ("bbws", "Tebing sungai yang jadi batas dua provinsi di Kabupaten Ngawi longsor makan kebun warga"),
    ("kemenbud", "Candi yang sudah ditetapkan peringkat nasional di Kabupaten Malang dipasangi tenda hajatan"),
    ("ditjen-tangkap", "Kapal kami 60 GT ngurus izin tangkap dari Januari belum keluar, di Kota Bitung"),
    ("ditjen-psdkp", "Nelayan Filipina pakai pump boat masuk laut Kabupaten Kepulauan Talaud tiap malam"),
    ("ditjen-psdkp", "Kapal cantrang 75 GT dari Jawa beroperasi di perairan Kabupaten Natuna"),
    ("diskan-64", "Kapal trawl mini 8 GT masuk 3 mil di Kabupaten Berau"),
    ("diskan-33", "Kapal 29 GT di Kota Pekalongan ngurus perpanjangan izin tangkap dipersulit"),
    ("disperkim-62", "Kawasan kumuh di pinggir sungai Kota Palangka Raya 11 hektare belum ditata"),
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
    ("baitul-mal-11.08", "Baitul Mal Kabupaten Aceh Utara salah data, fakir miskin gampong kami tidak dapat zakat"),
    ("satpolpp-11.74", "Petugas WH Kota Langsa menggerebek kos salah kamar"),
    ("dispertaru-34", "Tanah Pakualaman Ground di Kabupaten Kulon Progo dipagari investor tanpa kekancingan"),
    ("bapenda-34.02", "SPPT PBB rumah simbah di Kabupaten Bantul salah nama"),
    ("djp", "PBB tambang perusahaan kami kurang bayar padahal sudah setor"),
    ("disdag-31", "SPBU di Jakarta Timur kurang takaran, isi penuh cuma separuh"),
    ("oikn", "Warga Pemaluan digusur untuk proyek IKN, ganti rugi tidak jelas"),
    ("lpp-rri", "Siaran RRI Pro 1 di Nunukan tidak bisa ditangkap lagi"),
    ("bank-papua,ojk", "ATM Bank Papua di Sentani kosong terus, teller dua orang"),
    ("ojk", "BPD dekat rumah memotong rekening saya tanpa izin untuk asuransi kredit"),
    ("disdik-31", "SMA Negeri di Jakarta Selatan atap lapangan bocor"),
    ("dinkes-61", "RS Jiwa Singkawang milik provinsi kekurangan obat, pasien dipulangkan"),
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


REGIONAL = (
    ("ma", "Sidang cerai saya di Watampone sudah putus, akta cerainya belum keluar sampai sekarang"),
    ("bea-cukai", "Belanja di Tebedu lewat Entikong pakai kartu lintas, sebulan boleh bawa barang berapa ringgit"),
    ("dinkes-19", "Membawa istri ke rumah sakit Soekarno di Air Anyir Kabupaten Bangka, tidak ada dokter kandungan"),
    ("dishut-35", "Pemandian di Taman Hutan Raya Raden Soerjo Kota Batu rusak, karcis sudah dibayar"),
)
"""Words with an ending, words of regions, and things that tell the owner though another body is nearer to the words."""


@pytest.mark.parametrize(("owner", "text"), REGIONAL)
def test_words_of_regions_and_of_things(owner: str, text: str) -> None:
    """A word with an ending, or of another language, has the meaning of the word in the lists."""
    assert owner_of(text) == owner
