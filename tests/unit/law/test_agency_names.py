"""The registry understands names as officers write them."""

from router.agencies.registry import Registry
from router.agencies.resolve import resolve, search
from tests.harness.tables import document, each, each_row
from tests.harness.there import there

_TABLES = document("body_names.yaml")


def _ids(registry: Registry, name: str, region: str | None = None) -> str | None:
    agency = resolve(registry, name, region)
    return agency.id if agency else None


@each(
    ("name", "region", "agency_id"),
    [
        *((name, None, agency_id) for name, agency_id in _TABLES["found"].items()),
        *_TABLES["placed"],
        *((name, None, None) for name in _TABLES["nobody"]),
    ],
)
def test_a_name_means_its_body_or_nobody(
    registry: Registry, name: str, region: str | None, agency_id: str | None
) -> None:
    """Names of each class, as officers write them; one without its place is of the region talked of; a stranger is nobody."""
    assert _ids(registry, name, region) == agency_id


def test_every_chain_ends_at_the_national_administrator(registry: Registry) -> None:
    """No body stands outside the chain."""
    for agency_id in (*registry.bodies, "dishub-33.74", "kel-33.74.01.1001", "polres-32.73", "rsud-35.22"):
        chain = registry.parents(agency_id)
        assert agency_id == registry.administrator_id or chain[-1].id == registry.administrator_id


def test_each_body_is_found_by_each_of_its_names(registry: Registry) -> None:
    """No name of a national body leads to another."""
    for agency in registry.bodies.values():
        for name in (agency.name, *agency.aliases, *registry.written.get(agency.id, ())):
            assert _ids(registry, name) == agency.id, name


@each_row
def test_each_unit_is_found_by_its_own_name(registry: Registry, region: str) -> None:
    """What the registry calls a unit, it understands."""
    for unit in registry.units:
        agency = registry.unit(unit, region)
        if agency:
            assert _ids(registry, agency.name) == agency.id, agency.name


def test_branches_stand_in_the_cities_of_jakarta_and_not_in_the_province(registry: Registry) -> None:
    """Only the governor's own units have their one seat in the province."""
    for unit in ("polres", "kanim", "kejari", "kantah", "bpjskes-kc"):
        assert registry.unit(unit, "31") is None
        assert registry.unit(unit, "31.74") is not None
    assert registry.unit("polda", "31") is not None
    assert registry.unit("pdam", "31") is not None


def test_ids_of_former_bodies_stay_readable(registry: Registry) -> None:
    """An old disposition names the body that has the duties now."""
    for former, successor in registry.successors.items():
        assert there(registry.get(former)).id == successor


def test_every_id_in_the_table_of_names_exists(registry: Registry) -> None:
    """No name leads nowhere."""
    assert all(body in registry.bodies or body in registry.units for body in registry.written)
    assert all(registry.get(body) for body in registry.unique)
    assert all(registry.get(body) for bodies in registry.shared.values() for body in bodies)


@each_row
def test_search_and_resolve_agree(registry: Registry, text: str) -> None:
    """What a name means stands first among what is found."""
    assert search(registry, text)[0].id == _ids(registry, text)


def test_at_the_province_a_bagian_is_a_biro(registry: Registry) -> None:
    """Secretariats of provinces have bureaus."""
    bureau, section = registry.unit("bag-hukum", "33"), registry.unit("bag-hukum", "33.74")
    assert bureau is not None
    assert section is not None
    assert bureau.name == "Biro Hukum Sekretariat Daerah Provinsi Jawa Tengah"
    assert section.name == "Bagian Hukum Sekretariat Daerah Kota Semarang"
