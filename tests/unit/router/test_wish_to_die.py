"""Who is about to take his life on a bridge tells nothing of the road."""

from router.jsonlines import route_row
from router.routing import Router
from tests.harness.tables import each_row


@each_row
def test_a_wish_to_die_on_a_bridge_is_no_pothole(text: str) -> None:
    """It is for the police, whatever the bridge is."""
    found = route_row(Router.load(), {"text": text})
    assert found["agency"]["id"] == "polri"
    assert not found["topic"].endswith("JALAN BERLUBANG")


def test_a_bridge_where_people_take_their_lives_is_for_who_builds_its_fence() -> None:
    """What is asked for is the fence."""
    found = route_row(Router.load(), {"text": "sering orang bunuh diri, tolong pasang pagar jembatan Suramadu"})
    assert found["agency"]["id"] == "ditjen-bina-marga"
