"""What holds for every order of records in a regency: never into a younger case, no pair twice, bounded, the same log the same state."""

from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from complaints.neighbour import Closed, Opened
from neighbours.neighbourhood import STATE_BYTES
from tests.harness.neighbours import NOON, Quarter, closed, code, opened

TEXTS = (
    "lobang gede di jln majapahit dpn pegadaian",
    "Jalan berlubang di Jalan Majapahit, seberang kantor Pegadaian, mohon ditambal",
    "lampu jalan majapahit mati gelap",
    "banjir di kaligawe masuk rumah",
    "Kaligawe kebanjiran, air masuk rumah warga",
    "ktp saya belum jadi",
    "sampah numpuk depan pasar johar",
)

opens = st.builds(
    lambda number, text, minutes, village: opened(
        number, TEXTS[text], at=NOON + timedelta(minutes=minutes), village=village
    ),
    st.integers(0, 15),
    st.integers(0, len(TEXTS) - 1),
    st.integers(0, 40_000),
    st.sampled_from([None, None, "33.74.10.1001", "33.74.10.1002"]),
)
logs = st.lists(
    st.one_of(
        opens,
        opens,
        opens,
        st.builds(lambda number, merged: closed(number, merged=merged), st.integers(0, 15), st.booleans()),
    ),
    max_size=40,
)


@settings(max_examples=200, deadline=None)
@given(logs)
def test_every_log(log: list[Opened | Closed]) -> None:
    """A case may be opened again with another text, and ended at any time."""
    quarter, again = Quarter(), Quarter()
    proposed: list[tuple[str, str]] = []
    gone: set[str] = set()
    received: dict[str, tuple[object, str]] = {}
    for event in log:
        merges = quarter.merges(event, at=NOON + timedelta(days=28))
        if isinstance(event, Closed):
            assert merges == []
            gone.add(event.tracking_code)
            continue
        gone.discard(event.tracking_code)
        received[event.tracking_code] = (event.received_at, event.tracking_code)
        for supporter, main in merges:
            assert event.tracking_code in (supporter, main)
            assert received[main] < received[supporter]
            assert main not in gone
        assert len(set(merges)) == len(merges)
        proposed += merges
    for event in log:
        again.merges(event, at=NOON + timedelta(days=28))
    assert again.pages == quarter.pages
    assert again.commands() == quarter.commands()
    assert all(len(state) <= STATE_BYTES for state in quarter.pages.values())


@settings(max_examples=100, deadline=None)
@given(st.permutations(range(6)))
def test_in_every_order_of_arrival_all_end_in_the_oldest(order: list[int]) -> None:
    """Six reports of one hole: the proposals lead from each to the oldest, directly or through one that was the oldest before."""
    quarter = Quarter()
    merges = quarter.merges(
        *(opened(number, TEXTS[number % 2], at=NOON + timedelta(hours=number)) for number in order),
        at=NOON + timedelta(days=1),
    )
    into = dict(merges)
    assert len(into) == len(merges) - _again(merges)
    for number in range(1, 6):
        at = code(number)
        while at in into:
            at = into[at]
        assert at == code(0)
    assert code(0) not in into


def _again(merges: list[tuple[str, str]]) -> int:
    """Return how many cases were proposed a second time, to an older main case."""
    supporters = [supporter for supporter, _ in merges]
    return len(supporters) - len(set(supporters))
