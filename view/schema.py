"""The tables and statements of the view's copy in SQLite."""

from typing import Final

from complaints.contract import CASE_EVENTS, CASES

FORMAT: Final = 6
"""The number of the file's format. A file with another number is deleted, because it is only a copy."""

SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS cases (
    code TEXT PRIMARY KEY, number TEXT NOT NULL, complaint_id BLOB NOT NULL, version INTEGER NOT NULL, document BLOB NOT NULL,
    owner TEXT NOT NULL, next_due TEXT
);
CREATE INDEX IF NOT EXISTS cases_number ON cases (number);
CREATE INDEX IF NOT EXISTS cases_complaint ON cases (complaint_id);
CREATE INDEX IF NOT EXISTS cases_due ON cases (next_due, code) WHERE next_due IS NOT NULL;
CREATE INDEX IF NOT EXISTS cases_owner_due ON cases (owner, next_due, code) WHERE next_due IS NOT NULL;
CREATE TABLE IF NOT EXISTS facts (
    code TEXT NOT NULL, version INTEGER NOT NULL, cause BLOB NOT NULL, document BLOB NOT NULL, PRIMARY KEY (code, version)
);
CREATE TABLE IF NOT EXISTS topics (name TEXT PRIMARY KEY, id TEXT NOT NULL, at_ms INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS positions (
    topic TEXT NOT NULL, partition INTEGER NOT NULL, next INTEGER NOT NULL, last INTEGER NOT NULL, last_ms INTEGER NOT NULL,
    latest_ms INTEGER NOT NULL, PRIMARY KEY (topic, partition)
) WITHOUT ROWID;
"""
TABLES: Final = {CASES: "cases", CASE_EVENTS: "facts"}
PUT_CASE: Final = (
    "INSERT INTO cases VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (code) DO UPDATE SET number = excluded.number,"
    " complaint_id = excluded.complaint_id, version = excluded.version, document = excluded.document, owner = excluded.owner,"
    " next_due = excluded.next_due WHERE excluded.version > cases.version"
)
PUT_FACT: Final = "INSERT INTO facts VALUES (?, ?, ?, ?) ON CONFLICT (code, version) DO NOTHING"
MOVE: Final = (
    "INSERT INTO positions VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (topic, partition) DO UPDATE SET next = excluded.next,"
    " last = max(last, excluded.last), last_ms = iif(excluded.last > last, excluded.last_ms, last_ms),"
    " latest_ms = max(latest_ms, excluded.latest_ms)"
)
DUE: Final = (
    "SELECT next_due, code, document FROM cases WHERE next_due IS NOT NULL AND {owner} next_due < ? AND (next_due, code) > (?, ?)"
    " ORDER BY next_due, code LIMIT ?"
)
"""The page of cases by their next deadline that follows a place; {owner} is a condition or nothing."""
