"""The pages for analysts: what they say is what ClickHouse answers."""

import re
import time
from collections.abc import Iterator
from contextlib import closing
from textwrap import dedent
from typing import Any

import pytest
import sqlalchemy

from complaints.event import Place, Region
from embedded.clickhouse.accounts import ANALYST, DATA, REFERENCE, SINK
from lapor.local.analyst_pages import BOARD, DOCS, VALUES, board_text, pages
from ops.analysts.board import figures
from ops.analysts.connection import Connection
from ops.analysts.grafana import query
from ops.analysts.guide import SAMPLE, questions
from ops.analysts.history import History
from router.routing import Router
from sinks.clickhouse.client import Store
from tests.harness import jdbc
from tests.harness.clickhouse import PASSWORD
from tests.harness.events import complaint

QUESTIONS = [one for part in questions().values() for one in part]


@pytest.fixture(scope="module")
def analyst(sample: tuple[int, int]) -> Iterator[Store]:
    """The analyst's connection."""
    with closing(Store(address(ANALYST, sample[0]))) as store:
        yield store


def address(account: str, port: int) -> str:
    """The address of the native protocol for an account."""
    return f"clickhouse://{account}:{PASSWORD}@127.0.0.1:{port}/{DATA}"


def test_the_pages_are_those_that_the_database_gives(analyst: Store) -> None:
    """`python -m lapor.local.analyst_pages` writes them."""
    for name, text in pages(analyst).items():
        assert (DOCS / name).read_text("utf-8") == text, name


def test_the_values_of_a_column_are_those_of_the_code(analyst: Store) -> None:
    """Each list in the dictionary is of columns, and the sample, which is written without the code, has no other value."""
    offices = {id_ for (id_,) in analyst.table("SELECT id FROM agencies")[1]}
    for names, values in VALUES.items():
        for name in names.split():
            view, _, column = name.partition(".")
            rows = analyst.table(f"SELECT DISTINCT arrayJoin(arrayFlatten([{column}])) FROM {view}")[1]
            found = {value for (value,) in rows} - {"", None}
            assert found - set(values) <= (offices if any("agency" in one for one in values) else set()), name
            assert found == set(values) or view not in REFERENCE, name


def test_every_column_of_words_is_listed_with_its_values(analyst: Store) -> None:
    """But those with names, ids, codes, topics, accounts and versions, which other tables have or nobody can list."""
    open_ended = re.compile(
        r"(.*_)?(id|code|version|by|owner|province|regency|government|topic|account|main|subject|population_source)"
    )
    words = analyst.table(
        "SELECT concat(table, '.', name) FROM system.columns WHERE database = 'lapor' AND type LIKE '%LowCardinality%'"
    )[1]
    listed = {".".join(name.split(".")[:2]) for names in VALUES for name in names.split()}  # of a tuple, its parts
    missing = {name for (name,) in words} - listed
    assert ("cases.state",) in words
    assert {name for name in missing if not open_ended.fullmatch(name.partition(".")[2])} == set()


def test_each_panel_of_the_board_for_grafana_shows_what_its_question_answers(analyst: Store) -> None:
    """The file that Compose mounts is made by the program. Without a filter a panel is the guide's figure; with one a part of it."""
    assert BOARD.read_text("utf-8") == board_text()
    for figure in figures():
        sql = query(figure).replace("$__dateFilter(received_day)", "1")
        whole, part = (sql.replace("${province}", code).replace("${channel}", "") for code in ("", "33"))
        assert analyst.table(whole) == analyst.table(figure.question.sql)
        assert "${" not in whole
        assert analyst.table(part)[0] == analyst.table(whole)[0]


def test_each_question_has_an_answer_within_a_second(analyst: Store) -> None:
    """As it stands on the page, asked today; five times a second on a machine that is busy."""
    for question in QUESTIONS:
        begun = time.monotonic()
        assert analyst.table(question.sql)[0], question.ask
        assert time.monotonic() - begun < 5, question.ask


def test_the_lines_to_copy_connect(sample: tuple[int, int]) -> None:
    """Those for Python, for SQLAlchemy and Superset, and for JDBC are run as they are printed."""
    shown = Connection.of(address(ANALYST, sample[0]), f"http://127.0.0.1:{sample[1]}").lines()
    names: dict[str, Any] = {}
    exec(dedent(shown[shown.index("    import") : shown.index("\n\nPython with")]), names)  # noqa: S102  # what is printed
    assert names["client"].query("SELECT count() FROM cases").result_rows == [(SAMPLE.complaints,)]
    for url in re.findall(r"clickhousedb://[^\s\"]+", shown):
        engine = sqlalchemy.create_engine(url)
        with engine.connect() as connected:
            assert connected.execute(sqlalchemy.text("SELECT count() FROM cases")).scalar() == SAMPLE.complaints
    (at,) = re.findall(r"jdbc:clickhouse://(\S+)", shown)
    assert jdbc.run(at, ANALYST, PASSWORD, ["SELECT count() AS n FROM cases"])[-1] == [str(SAMPLE.complaints)]


def test_the_same_seed_gives_the_same_history(sample: tuple[int, int]) -> None:
    """Case by case, whatever the number of rounds."""
    with closing(Store(address(SINK, sample[0]))) as sink:
        before = sink.execute("SELECT count(), sum(cityHash64(*)) FROM cases")
        for _, statements in History(complaints=SAMPLE.complaints, days=420, seed=7, until=SAMPLE.until).rounds():
            for statement in statements:
                sink.execute(statement)
        assert sink.execute("SELECT count(), sum(cityHash64(*)) FROM cases") == before


def test_a_history_is_whole(analyst: Store) -> None:
    """Every case has an owner that is an agency, a fact for each version that counts, and replies with outcomes."""
    for wrong in (
        "SELECT count() FROM cases WHERE owner = '' OR first_owner = '' OR owner_id NOT IN (SELECT id FROM agencies)",
        "SELECT count() FROM cases WHERE complaint_id NOT IN (SELECT complaint_id FROM complaints)",
        "SELECT count() FROM cases WHERE hop > 0 AND complaint_id NOT IN (SELECT complaint_id FROM dispositions WHERE hop > 0)",
        "SELECT count() FROM cases WHERE topic NOT IN (SELECT topic FROM topics)",
        "SELECT count() FROM cases WHERE regency_code != '' AND regency_code NOT IN (SELECT code FROM regions)",
        "SELECT count() FROM deliveries WHERE reply_id NOT IN (SELECT reply_id FROM replies)",
        "SELECT count() FROM cases WHERE secret AND (text != '' OR case_number != '' OR reporter != '')",
        "SELECT count() FROM cases WHERE village_code NOT IN (SELECT code FROM regions) AND village_code != ''",
        "SELECT count() FROM cases WHERE village_code != '' AND (NOT startsWith(district_code, regency_code) OR district = '')",
        "SELECT count() FROM cases WHERE close_overdue AND isNotNull(close_done)",
        "SELECT count() FROM cases WHERE (duties, duties_due, duties_done) != (deadlines.duty, deadlines.due, deadlines.done)",
        (
            "SELECT count() FROM cases ARRAY JOIN deadlines AS d INNER JOIN calendar AS b ON b.day = d.begins INNER JOIN calendar AS e "
            "ON e.day = d.due WHERE e.working_number - b.working_number != d.days OR NOT e.working"
        ),
        "SELECT count() FROM cases WHERE first_answered_at < first_follow_up_at OR first_follow_up_at < received_at",
        (
            "SELECT count() FROM cases AS c LEFT JOIN (SELECT complaint_id, groupArray(version) AS versions, groupArray(at) AS times, "
            "countIf(kind = 'added') AS added, arraySort(groupArrayIf(duty, kind = 'overdue')) AS late, max(level) AS step FROM "
            "(SELECT * FROM case_events ORDER BY complaint_id, version) GROUP BY complaint_id) AS e USING complaint_id "
            "WHERE (e.versions, e.times, e.times[-1]) != (range(1, c.version + 1), arraySort(e.times), c.changed_at) "
            "OR (c.additions, c.overdue, c.escalation) != (e.added, e.late, e.step)"
        ),
        (
            "SELECT count() FROM dispositions WHERE (complaint_id, version, owner_id) NOT IN "
            "(SELECT complaint_id, version, agency_id FROM case_events WHERE kind = 'routed') AND case_number != ''"
        ),
    ):
        assert analyst.table(wrong)[1] == [(0,)], wrong


def test_a_national_agency_has_the_cases_of_a_history_that_the_router_gives_it(analyst: Store) -> None:
    """And no other: what the router gives to an office of the place, such an office has."""
    router = Router.load()
    national = {id_ for (id_,) in analyst.table("SELECT id FROM agencies WHERE level = 'national'")[1]}
    asked = "min((text, regency_code, regency)), groupUniqArray(owner_id) FROM cases WHERE regency != '' AND NOT secret"
    for title, (text, code, name), owners in analyst.table(f"SELECT title, {asked} GROUP BY title")[1]:
        at = Place(province=Region(code=code[:2], name="-"), regency=Region(code=code, name=name))
        owner = router.route(complaint(title=title, text=text, place=at)).owner.id
        assert (national & {owner}) == (national & {*owners}), title


def test_nothing_of_a_history_comes_after_its_end(analyst: Store) -> None:
    """Neither in a case nor in what is written of it."""
    end = SAMPLE.end.replace(tzinfo=None)
    late = analyst.table(
        f"SELECT count() FROM cases WHERE greatest(received_at, changed_at, ifNull(ended_at, changed_at)) > '{end}'"
    )
    assert late[1] == [(0,)]
    for view in ("complaints", "dispositions", "case_events", "messages", "replies", "deliveries", "dead_letters"):
        assert analyst.table(f"SELECT count() FROM {view} WHERE at > '{end}'")[1] == [(0,)], view


def test_a_history_has_what_is_asked_for(analyst: Store) -> None:
    """Each question of the guide has a row, and what differs in life differs: places, seasons, how sure a decision was, what is wrong."""
    assert [one.ask for one in QUESTIONS if not analyst.table(one.on_the_sample())[1]] == []
    roads = "countIf(topic LIKE '%INFRASTRUKTUR JALAN') / countIf(topic NOT LIKE '%BANJIR')"
    for there in (
        "SELECT uniqExact(village_code) > 500 FROM cases",
        "SELECT uniqExact(confidence) > 50 FROM dispositions",
        "SELECT uniqExact(error_class) = 2 FROM dead_letters",
        "SELECT countIf(incomplete) > 0 AND uniqExact(arrayJoin(missing)) = 3 FROM cases",
        (
            f"SELECT (SELECT {roads} FROM cases WHERE toMonth(received_day) IN (12, 1, 2)) > "
            f"1.2 * (SELECT {roads} FROM cases WHERE toMonth(received_day) IN (6, 7, 8))"
        ),
    ):
        assert analyst.table(there)[1] == [(1,)], there
