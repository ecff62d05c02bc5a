"""The registry understands names as officers write them."""

import pytest

from router.lookup import search
from router.naming import resolve
from router.registry import Registry


@pytest.fixture(scope="module")
def registry() -> Registry:
    """The packaged registry."""
    return Registry.load()


@pytest.mark.parametrize(
    ("name", "region", "agency_id"),
    [
        ("Dinas PU Kota Semarang", None, "dpu-33.74"),
        ("Ditjen Imigrasi", None, "ditjen-imigrasi"),
        ("Kementerian Pekerjaan Umum dan Perumahan Rakyat", None, "kemenpu"),
        ("Kecamatan Sukajadi Kota Bandung", None, "kec-32.73.07"),
        ("Dinas Perhubungan", "35.78", "dishub-35.78"),
        ("Kementerian Komunikasi dan Informatika", None, "komdigi"),
        ("Yayasan Entah Apa", None, None),
    ],
)
def test_names_resolve(registry: Registry, name: str, region: str | None, agency_id: str | None) -> None:
    """Short, former and placeless names find their body; a stranger finds none."""
    agency = resolve(registry, name, region)
    assert (agency.id if agency else None) == agency_id


def test_every_chain_ends_at_the_national_administrator(registry: Registry) -> None:
    """No body stands outside the chain."""
    for agency_id in (*registry.bodies, "dishub-33.74", "kel-33.74.01.1001", "polres-32.73", "rsud-35.22"):
        chain = registry.parents(agency_id)
        assert agency_id == registry.administrator_id or chain[-1].id == registry.administrator_id


def test_search_finds_by_words(registry: Registry) -> None:
    """A short name and a place find the unit."""
    assert "dishub-33.74" in [agency.id for agency in search(registry, "dishub kota semarang")]


@pytest.mark.parametrize(
    ("name", "region", "agency_id"),
    [
        ("BPJS Kesehatan KC Sampit", None, "bpjskes-kc-62.02"),
        ("BPJS Ketenagakerjaan Kacab Purwakarta", None, "bpjstk-kc-32.14"),
        ("Kanim Kelas I Jakarta Timur", None, "kanim-31.75"),
        ("Suku Dinas Perhubungan Jakarta Selatan", None, "dishub-31"),
        ("RSUD dr. Soewandhie Kota Surabaya", None, "rsud-35.78"),
        ("Puskesmas Gunung Tua", "12.20", "puskesmas-12.20"),
        ("Kepolisian Sektor Tembalang", "33.74", "polsek-33.74.10"),
        ("Polda Metro Jaya", None, "polda-31"),
        ("PDAM Tirta Moedal Kota Semarang", None, "pdam-33.74"),
        ("Kementrian Agraria dan Tata Ruang / Badan Pertanahan Nasional", None, "atr-bpn"),
        ("Kantor Pertanahan Kabupaten Bogor", None, "kantah-32.01"),
        ("PT Pos Indonesia", "32.73", "pos"),
        ("Universitas Negeri Medan", None, "unimed"),
        ("Kepala Dinas Penanaman Modal dan PTSP Kabupaten Badung-Bali", None, "dpmptsp-51.03"),
        ("Pemerintah Provinsi DKI Jakarta", None, "pemda-31"),
        ("Inspektorat Jenderal Kementerian Sosial", None, "itjen-kemensos"),
    ],
)
def test_officers_ways_of_writing_are_understood(
    registry: Registry, name: str, region: str | None, agency_id: str
) -> None:
    """Branches by town, sub-offices, offices with a person's name, slips and slashes."""
    agency = resolve(registry, name, region)
    assert agency is not None
    assert agency.id == agency_id
