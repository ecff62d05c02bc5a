"""What a lawyer's review found on matters at the wrong door, each with a second sentence of its kind."""

import pytest

from router.facts import Facts
from router.routing import Router

ROUTER = Router.load()


def owner_of(text: str) -> str:
    """Return the id of the agency that gets a text."""
    return ROUTER.decide(Facts(ROUTER.reader.read(text))).owner.id


MATTERS = (
    # The tax on a change of owner is the province's, wherever it is paid (UU 1/2022 Pasal 4 and 12).
    (
        "bapenda-35",
        "BPKB hilang? bukan, ini soal bea balik nama motor bekas di samsat Sidoarjo, dimintai 400rb padahal BBN kedua sudah dihapus",
    ),
    ("bapenda-34", "Balik nama mobil bekas di samsat Sleman kok masih ditarik BBN, bukannya udah gratis?"),
    ("bapenda-35", "BBNKB di samsat Kota Malang masih dipungut untuk motor bekas"),
    # The commission of the province watches local stations (UU 32/2002 Pasal 7 and 8).
    ("kpid-73", "tv lokal di Makassar siarkan iklan obat kuat jorok jam 4 sore pas anak2 nonton"),
    ("kpi", "sinetron di tv nasional isinya kekerasan terus, mohon ditegur"),
    # A vehicle that breaks down is no matter of the scenery around it.
    ("ditjen-hubdat", "Bus Surabaya - Denpasar mogok di hutan Baluran, penumpang diturunin tengah malam tiket hangus"),
    ("ditjen-hubdat,dishub-35", "Bus malam Jember - Banyuwangi mogok di hutan Gumitir"),
    ("rsud-ulin", "TPHP di RSUD Ulin suruh keluarga bali infus sorang di luar, jar stok habis. padahal BPJS"),
    ("disdag-33.72", "Pasar Klewer lantai 2 eskalatornya mati setahun, pembeli males naik"),
    ("disdik-53.14", "paud di Rote gurunya tidak digaji 5 bulan, dana BOP katanya belum turun"),
    ("ditjen-imigrasi", "orang timur tengah di kos sebelah di Cisarua udah 3 tahun visanya habis, buka usaha pula"),
    (
        "dishub-16",
        "Taksi online di Palembang banyak yg pakai plat luar dan gak ada stiker izin ASK, kito yg resmi rugi",
    ),
    ("inspektorat-33.18,diskan-33.18", "bak lelang ikan di TPI Bajomulyo dipungut 5 persen padahal perda 2,85"),
    # The sea up to 12 miles is the province's (UU 23/2014 Pasal 27).
    (
        "diskan-14",
        "kapal isap pasir laut tiap malam di perairan Pulau Rupat, cuma 2 mil dari pantai, bubu kami rusak semua",
    ),
    ("diskan-21", "reklamasi pantai di Kab. Karimun tanpa izin"),
    ("esdm", "panas bumi dieng gas bocor"),
    ("dpu-33.72", "jalan Slamet Riyadi Solo berlubang"),
    ("dpu-53.14", "jembatan ambruk di Rote"),
    ("perpusnas", "perpustakaan nasional di jalan Merdeka Selatan AC mati"),
    ("kemnaker", "BLK milik kemnaker di Serang mesin lasnya rusak"),
    ("dpu-33.16", "embung desa di Blora kering"),
    ("dinkes-73.71", "RS Siloam Makassar tagihan tidak jelas"),
    ("dinkes-31", "RS Pelni antri"),
    ("tni", "RSPAD pelayanan lambat"),
    ("kemendikdasmen", "sumbangan di SMA mahal sekali"),
    ("polri", "mutasi motor dari Bantul ke Sleman cabut berkas lama di samsat"),
)


@pytest.mark.parametrize(("owners", "text"), MATTERS)
def test_a_matter_of_the_review_goes_to_its_owner(owners: str, text: str) -> None:
    """Each text goes to its owner; owners separated by commas are equally right."""
    assert owner_of(text) in owners.split(",")


def test_workers_who_are_not_insured_are_the_inspection_of_the_province() -> None:
    """Beside BPJS (UU 24/2011 Pasal 11) the province's inspection comes before the regency (UU 23/2014 Lampiran G)."""
    text = "Pabrik garmen di Boyolali gak daftarin buruh kontrak ke BPJS ketenagakerjaan, kalau sakit potong gaji"
    ranked = [one.agency.id for one in ROUTER.decide(Facts(ROUTER.reader.read(text))).ranked]
    assert ranked.index("disnaker-33") < ranked.index("disnaker-33.09")


LAWS = (
    ("UU 21/2014", "panas bumi dieng gas bocor"),
    ("UU 11/2010", "cagar budaya peringkat kabupaten di Kab. Gowa dicorat coret"),
    ("UU 11/2010", "cagar budaya peringkat provinsi di Kab. Gowa dicorat coret"),
    ("Lampiran C", "saluran irigasi padi petani di Kabupaten Grobogan jebol, panen gagal"),
)


@pytest.mark.parametrize(("law", "text"), LAWS)
def test_a_citizen_reads_the_law_of_the_matter(law: str, text: str) -> None:
    """The reason cites the statute of the matter, and irrigation is public works (Lampiran C), not agriculture (Lampiran AA)."""
    explanation = ROUTER.decide(Facts(ROUTER.reader.read(text))).explanation
    assert law in explanation
    assert "Lampiran AA" not in explanation


def test_money_that_members_ask_for_is_no_proposal() -> None:
    """A fund that is called "dana aspirasi" makes no proposal of a report."""
    assert ROUTER.reader.read("Anggota DPR RI minta jatah dana aspirasi").complaint_class == "pengaduan"


TOLD_BEFORE = (
    ("dlh-33.24", "Sampah di pasar Boja Kabupaten Kendal menumpuk, sudah lapor ke dinas tidak ditanggapi"),
    ("dpu-35.09", "Jalan di Kabupaten Jember rusak, sudah sering lapor tapi tidak ditanggapi"),
    ("disdik-35.09", "Atap SD di Kabupaten Jember bocor, sudah lapor pak RT tidak ditanggapi"),
    ("dishub-33.74", "Parkir liar di Kota Semarang, saya sudah lapor lewat aplikasi tidak ditindaklanjuti"),
    ("dpu-35.05", "Got di Kabupaten Blitar mampet, berkali-kali lapor ke dinas tidak digubris"),
)


@pytest.mark.parametrize(("owner", "text"), TOLD_BEFORE)
def test_a_matter_of_its_own_stays_with_its_body_although_it_was_reported_before(owner: str, text: str) -> None:
    """UU 37/2008 Pasal 24 and 36; UU 25/2009 Pasal 46: the Ombudsman is asked about the body, not about the matter."""
    assert owner_of(text) == owner


@pytest.mark.parametrize(
    "text",
    [
        "Saya sudah lapor ke dinas tapi tidak ditanggapi",
        "Sampah menumpuk di Kabupaten Kendal, dinas tidak menanggapi, ini maladministrasi, mohon Ombudsman periksa",
        "Laporan saya nomor 4455 ke dinas sudah empat bulan tidak dijawab",
    ],
)
def test_an_unanswered_report_without_a_matter_is_the_ombudsmans(text: str) -> None:
    """So is a text that names him or claims maladministration."""
    assert owner_of(text) == "ombudsman"


def test_the_ombudsman_is_the_other_door_of_an_unanswered_report() -> None:
    """He is an alternative if the body was told; neighbours and unknown apps are no body."""
    decision = ROUTER.decide(Facts(ROUTER.reader.read(TOLD_BEFORE[0][1])))
    assert "ombudsman" in [one.agency.id for one in decision.ranked[:4]]
    decision = ROUTER.decide(Facts(ROUTER.reader.read(TOLD_BEFORE[2][1])))
    assert "ombudsman" not in [one.agency.id for one in decision.ranked[:4]]
