"""The dashboard shows what its queries give, for the part of the cases that the address names, on every screen."""

import csv
import re
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from io import StringIO
from typing import Any

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from complaints.runtime.http_server import listening_socket, serve
from complaints.runtime.settings import Settings
from embedded.clickhouse.accounts import ANALYST, DATA
from lapor.processes import run_dashboard
from ops.analysts.board import Part, figures
from ops.analysts.dashboard import Dashboard
from ops.analysts.guide import SAMPLE
from sinks.clickhouse.client import Store
from tests.harness.browser import TIME_LIMIT_S, chromium
from tests.harness.clickhouse import PASSWORD

__all__ = ["chromium"]

PHONE: Any = {"width": 360, "height": 740}
DESK: Any = {"width": 1280, "height": 800}
PAPER: Any = {"width": 718, "height": 1000}
CELL = re.compile(r"<td[^>]*>(.*?)</td>")


@pytest.fixture(scope="module")
def address(sample: tuple[int, int]) -> str:
    """The analyst's address of a server with the sample history."""
    return f"clickhouse://{ANALYST}:{PASSWORD}@127.0.0.1:{sample[0]}/{DATA}"


@pytest.fixture(scope="module")
def analyst(address: str) -> Iterator[Store]:
    """The analyst's connection of the tests."""
    with closing(Store(address)) as store:
        yield store


@pytest.fixture(scope="module")
def board(address: str) -> Iterator[httpx.Client]:
    """The dashboard, served on the last day of the sample."""
    with closing(Store(address)) as store, shown(Dashboard(store.table, today=lambda: SAMPLE.until)) as client:
        yield client


@contextmanager
def shown(dashboard: Dashboard) -> Iterator[httpx.Client]:
    """Serve a dashboard, and give a client of it."""
    stop, listener = threading.Event(), listening_socket("127.0.0.1", 0)
    thread = threading.Thread(target=serve, args=(dashboard.app, listener, stop, lambda: None))
    thread.start()
    with httpx.Client(base_url=f"http://127.0.0.1:{listener.getsockname()[1]}/", timeout=60) as client:
        yield client
    stop.set()
    thread.join()


@pytest.mark.parametrize("part", [Part(), Part(province="33"), Part(channel="sms", period="90")])
def test_every_number_is_that_of_its_query(board: httpx.Client, analyst: Store, part: Part) -> None:
    """On the page and in the file of each figure."""
    page = board.get(f"/?{part.address()}").text
    cells = CELL.findall(page)
    expected = []
    for figure in figures():
        names, rows = analyst.table(part.query(figure.question, SAMPLE.until))
        texts = [["" if value is None else str(value) for value in row] for row in rows]
        expected += [value for row in texts for value in row]
        sent = board.get(f"/table/{figure.name}.csv?{part.address()}").text
        assert list(csv.reader(StringIO(sent))) == [names, *texts]
    assert [value.replace("&amp;", "&") for value in cells] == expected


def test_the_deadlines_of_each_duty_are_shown_as_kept_and_missed(analyst: Store) -> None:
    """Of what the regulation counts in working days; an answered case that the clock closes after its last day is closed in time."""
    figure = next(one for one in figures() if one.values == ("kept", "missed"))
    names, rows = analyst.table(Part().query(figure.question, SAMPLE.until))
    told = [dict(zip(names, row, strict=True)) for row in rows]
    for duty in ("forward", "first_follow_up", "complete", "close"):
        late = int(duty == "close")
        asked = f"SELECT countIf({duty}_done <= {duty}_due + {late}) FROM cases WHERE state != 'merged'"
        assert [(sum(row["kept"] for row in told if row["duty"] == duty),)] == analyst.table(asked)[1]
    assert sum(row["missed"] for row in told) > 0


def test_a_name_that_leads_here_from_another_site_reads_nothing(board: httpx.Client) -> None:
    """An analyst's browser may be led here by a page that gave its own name this address."""
    assert board.get("/", headers={"Host": "evil.example"}).status_code == 400
    assert board.get("/", headers={"Host": "localhost:8091"}).status_code == 200


def test_a_filter_leaves_only_its_part(board: httpx.Client, analyst: Store) -> None:
    """In every view that a query reads, and what is no such filter is none."""
    figure = next(one for one in figures() if "replies" in one.question.ask)
    rows = analyst.table(Part(channel="sms").query(figure.question, SAMPLE.until))[1]
    assert [row[0] for row in rows] == ["sms"]
    assert Part.of({"province": "33' OR 1", "channel": "x", "period": "1"}) == Part()
    assert board.get("/?province=33%27").status_code == 200


def test_no_cell_of_a_file_is_a_formula() -> None:
    """A spreadsheet would run it: a text that begins like one is a text. A number stays one."""
    cells = ("=HYPERLINK(1)", "+62", "-3%", "@x", "\t=1", "a=1", -3, None)
    with shown(Dashboard(lambda _sql: (["text"], [(cell,) for cell in cells]))) as client:
        sent = client.get(f"/table/{figures()[0].name}.csv").text
    assert [row[0] for row in csv.reader(StringIO(sent))] == [
        *("text", "'=HYPERLINK(1)", "'+62", "'-3%", "'@x", "'\t=1", "a=1", "-3", ""),
    ]


def test_every_figure_is_drawn_for_large_and_small_screens(board: httpx.Client) -> None:
    """As SVG, of the two widths that the page names and no other."""
    for figure in figures():
        for width in (680, 320):
            got = board.get(f"/plot/{figure.name}-{width}.svg")
            assert got.text.startswith("<svg"), figure.question.ask
    assert board.get("/plot/1-9999.svg").status_code == board.get("/plot/99-680.svg").status_code == 404


def test_without_what_draws_there_are_tables_and_the_way_to_plots(analyst: Store) -> None:
    """And no picture that would be missing."""
    with shown(Dashboard(analyst.table, today=lambda: SAMPLE.until, draws=False)) as client:
        page = client.get("/").text
        assert "pip install 'lapor-pipeline[dashboard]'" in page
        assert "<picture>" not in page
        assert len(CELL.findall(page)) > len(figures())
        assert client.get("/plot/1-680.svg").status_code == 404


def test_it_ends_when_nobody_has_asked_for_some_minutes(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """But not while somebody asks, if it is one that is started again."""
    monkeypatch.setattr(run_dashboard, "REST_AFTER_S", 1.5)
    listener = listening_socket("127.0.0.1", 0)
    at = f"http://127.0.0.1:{listener.getsockname()[1]}/table/1.csv"
    settings = Settings(clickhouse_analyst=address)
    thread = threading.Thread(
        target=run_dashboard.run_dashboard, args=(settings, listener), kwargs={"rests": True}, daemon=True
    )
    thread.start()
    began = time.monotonic()
    while time.monotonic() - began < 3:
        assert httpx.get(at, timeout=60).status_code == 200
        time.sleep(0.2)
    assert thread.is_alive()
    thread.join(10)
    assert not thread.is_alive()


@pytest.mark.long
@pytest.mark.timeout(TIME_LIMIT_S)
def test_the_page_fits_every_screen_and_keeps_nobody_out(chromium: Browser, board: httpx.Client) -> None:
    """Without script, at 360 and 1280 px: nothing is pushed aside, every picture is there, and axe finds nothing."""
    for size in (PHONE, DESK):
        page = chromium.new_page(viewport=size)
        page.goto(str(board.base_url))
        page.wait_for_load_state("networkidle")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), size
        assert page.evaluate("[...document.images].every(one => one.naturalWidth > 0)"), size
        found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa"]})
        assert found.violations_count == 0, found.generate_report()
        page.close()


@pytest.mark.long
@pytest.mark.timeout(TIME_LIMIT_S)
def test_on_paper_every_column_and_picture_is_there_and_nothing_to_press(
    chromium: Browser, board: httpx.Client
) -> None:
    """As wide as a sheet of A4 within its margins: no table is cut off, which a reader of paper cannot scroll."""
    page = chromium.new_page(viewport=PAPER)
    page.emulate_media(media="print")
    page.goto(str(board.base_url))
    page.wait_for_load_state("networkidle")
    assert not page.locator("form").is_visible()
    assert not [one for one in page.locator(".csv").all() if one.is_visible()]
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    cut = "[...document.querySelectorAll('.table')].filter(one => one.firstElementChild.offsetWidth > one.clientWidth).length"
    assert page.evaluate(cut) == 0
    assert page.evaluate(
        "[...document.images].every(one => one.naturalWidth > 0 && one.currentSrc.includes('-680.svg'))"
    )
    assert page.pdf(format="A4").startswith(b"%PDF")
    page.close()
