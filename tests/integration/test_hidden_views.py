"""What analysts see of a report that was hidden after its rows were stored: never its tracking code, which opens the page of the case."""

from datetime import datetime
from uuid import UUID, uuid4

from sinks.clickhouse.client import Store

HIDDEN, OTHER = "HHHHHHHHHHH", "AAAAAAAAAAA"
WORDS = "Kepala dinas meminta uang di Jalan Pemuda"

Values = dict[str, str | int | UUID | bool]


def put(store: Store, table: str, **values: str | int | UUID | bool) -> None:
    """Store a row with some of its columns."""
    marks = ", ".join(f"%({name})s" for name in values)
    store.execute(f"INSERT INTO {table} ({', '.join(values)}) SELECT {marks}", values)


def test_who_hides_a_report_later_hides_its_code_in_every_view(store: Store) -> None:
    """And its words, in what was received, replied and delivered; and its code where another case names it, or continues it."""
    hidden, other = uuid4(), uuid4()
    put(store, "complaint_rows", complaint_id=hidden, case_number=HIDDEN, title=WORDS, text=WORDS)
    put(store, "complaint_rows", complaint_id=other, case_number=OTHER, continues=HIDDEN)
    for id_, code, why in ((hidden, HIDDEN, WORDS), (other, OTHER, "")):
        put(store, "disposition_rows", event_id=uuid4(), complaint_id=id_, case_number=code, explanation=why)
    put(store, "case_event_rows", event_id=uuid4(), complaint_id=hidden, case_number=HIDDEN, text=WORDS)
    put(store, "case_now", complaint_id=other, case_number=OTHER, continues=HIDDEN, version=1)
    for fact in ({"other": HIDDEN}, {"continued_as": HIDDEN}):
        put(store, "case_event_rows", event_id=uuid4(), complaint_id=other, case_number=OTHER, **fact)
    put(store, "case_event_rows", event_id=uuid4(), complaint_id=hidden, case_number=HIDDEN, continued_as=OTHER)
    for table in ("message_rows", "reply_rows", "delivery_rows"):
        for id_, code in ((hidden, HIDDEN), (other, OTHER)):
            put(store, table, **{f"{table.removesuffix('_rows')}_id": uuid4()}, complaint_id=id_, case_number=code)
        put(store, table, **{f"{table.removesuffix('_rows')}_id": uuid4()})
    views = ("complaints", "dispositions", "links", "case_events", "messages", "replies", "deliveries")
    assert all(HIDDEN in str(store.table(f"SELECT * FROM {view}")) for view in views)
    main = uuid4()
    put(store, "complaint_rows", complaint_id=main, case_number="BBBBBBBBBBB")
    put(store, "case_now", complaint_id=other, case_number=OTHER, main="BBBBBBBBBBB", version=2)
    put(store, "case_now", complaint_id=hidden, version=2, secret=True)
    for view in views:
        assert HIDDEN not in str(store.table(f"SELECT * FROM {view}"))
        assert WORDS not in str(store.table(f"SELECT * FROM {view}"))
        assert OTHER in str(store.table(f"SELECT * FROM {view}"))
    for view in ("complaints", "replies"):
        assert store.execute(f"SELECT count() FROM {view} WHERE secret") == [(1,)]
    assert store.execute("SELECT kind, other_number FROM links") == [("main", "BBBBBBBBBBB")]


def test_who_hides_a_report_later_hides_the_office_of_its_district(store: Store) -> None:
    """As the rows of a report that was secret from the beginning; offices of the regency keep their names."""
    hidden, office = uuid4(), "kec-33.74.08"
    put(store, "complaint_rows", complaint_id=hidden, recorded_by=office, source="call")
    for version, owner in enumerate((office, "dpu-33.74")):
        put(
            store,
            "disposition_rows",
            event_id=uuid4(),
            complaint_id=hidden,
            version=version,
            owner_id=owner,
            owner=f"name of {owner}",
            previous_owner_id=office,
        )
    put(store, "case_event_rows", event_id=uuid4(), complaint_id=hidden, actor=office)
    views = ("complaints", "dispositions", "case_events")
    assert all(office in str(store.table(f"SELECT * FROM {view}")) for view in views)
    put(store, "case_now", complaint_id=hidden, version=2, secret=True)
    assert not any(office in str(store.table(f"SELECT * FROM {view}")) for view in views)
    assert store.execute("SELECT recorded_by, source FROM complaints") == [("kec-33.74", "call")]
    assert store.execute("SELECT owner_id, owner, previous_owner_id FROM dispositions ORDER BY version") == [
        ("kec-33.74", "an office below the regency", "kec-33.74"),
        ("dpu-33.74", "name of dpu-33.74", "kec-33.74"),
    ]
    assert store.execute("SELECT actor FROM case_events") == [("kec-33.74",)]


def test_what_a_supporter_added_is_shown_in_its_own_case_alone(store: Store) -> None:
    """In rows of before as well: in the main case nobody could hide it."""
    put(
        store,
        "case_event_rows",
        event_id=uuid4(),
        complaint_id=uuid4(),
        kind="seconded",
        text="di depan warung",
    )
    put(store, "case_event_rows", event_id=uuid4(), complaint_id=uuid4(), kind="added", text="di dekat pasar")
    assert store.execute("SELECT text FROM case_events ORDER BY text") == [("",), ("di dekat pasar",)]


def test_a_later_wish_not_to_be_named_takes_the_reporter_and_the_time_away(store: Store) -> None:
    """From the report itself and from what became of its messages: by millisecond, offset or continuation nobody finds the person."""
    unnamed, other, at = uuid4(), uuid4(), "2026-11-30 04:05:06.789"
    for of, number_ in ((unnamed, HIDDEN), (other, OTHER)):
        about: Values = {
            "complaint_id": of,
            "case_number": number_,
        }
        put(store, "complaint_rows", **about, received_at=at, at=at, reporter=f"R-{number_}", text="jalan rusak")
        put(store, "case_event_rows", event_id=uuid4(), **about, at=at, received_at=at)
        put(store, "disposition_rows", event_id=uuid4(), **about, at=at)
        put(store, "message_rows", message_id=uuid4(), **about, received_at=at, at=at)
        put(store, "reply_rows", reply_id=uuid4(), **about, created_at=at, at=at)
        put(store, "delivery_rows", delivery_id=uuid4(), **about, at=at)
    put(store, "complaint_rows", complaint_id=uuid4(), case_number="BBBBBBBBBBB", continues=HIDDEN)
    times = ("received_at", "first_routed_at", "first_answered_at", "first_follow_up_at", "accepted_at", "ended_at")
    more = ("changed_at", "owner_since", "question_at")
    views = ("cases", "complaints", "case_events", "dispositions", "messages", "replies", "deliveries")
    for wish in ("anonymous", "secret"):
        put(
            store,
            "case_now",
            complaint_id=unnamed,
            version=2,
            **dict.fromkeys((*times, *more), at),
            **{wish: True},
        )
        for view in views:
            names, rows = store.table(f"SELECT * FROM {view} WHERE complaint_id = '{unnamed}'")
            assert len(rows) == 1
            row = dict(zip(names, rows[0], strict=True))
            found = {name: value for name, value in row.items() if isinstance(value, datetime)}
            assert {f"{value:%F %T.%f}" for value in found.values()} == {"2026-11-30 04:00:00.000000"}, (view, found)
            assert not row.keys() & {"kafka_partition", "kafka_offset", "appended_at", "stored_at"}
        assert store.execute(f"SELECT reporter FROM complaints WHERE complaint_id = '{unnamed}'") == [("",)]
        assert store.execute("SELECT count() FROM links") == [(0,)]
        words = "" if wish == "secret" else "jalan rusak"
        assert store.execute(f"SELECT text FROM complaints WHERE complaint_id = '{unnamed}'") == [(words,)]
    for view in views[1:]:
        exact = f"complaint_id = '{other}' AND at = toDateTime64('{at}', 3, 'UTC')"
        assert store.execute(f"SELECT count() FROM {view} WHERE {exact}") == [(1,)]
    assert store.execute(f"SELECT reporter FROM complaints WHERE complaint_id = '{other}'") == [(f"R-{OTHER}",)]
