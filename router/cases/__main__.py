"""Prints docs/case.md from the table: `python -m router.cases > docs/case.md`."""

from collections import defaultdict

from complaints.command import CommandKind
from router.cases.roles import Role
from router.cases.table import OPENED, STATES, TABLE, Outcome, perhaps
from router.deadlines import Deadlines
from router.offices import roles

HEAD = """# The case

Printed by `python -m router.cases` from `router/cases/table.py`, which also drives `decide`. Do not edit this page.

A case begins with its complaint and is the fold of its facts (lapor.case-events). Each command has exactly one result: its facts, or the
fact `declined` with a sentence. A command that comes again, with the same id, leads to nothing. An addition for which the case has no room,
or that comes to a closed case, leads to `continued`: it becomes a case of its own. What a command needs beside its state (a text, an
agency, a day) is checked after the table, and declined with a sentence too. Facts in brackets follow only where they apply: `routed` after
an addition if the owner changes, or becomes or ceases to be a triage desk, and after a supporter has left its main case if that had another
owner, `asked` if the report lacks what is needed, `reopened` if the
complaint was withdrawn, `unmerged` if a supporter becomes secret, or tells of abuse, of a crime, of a person who was hurt or of another
place, `merged` or else `unmerged` if the case has moved on, `echoed` or else `unmerged` if the main case is gone.
Nothing is ever deleted.

```mermaid
stateDiagram-v2
    [*] --> diteruskan: complaint, the owner is clear
    [*] --> diterima: complaint, a triage desk owns it
    diterima --> diteruskan: add, refuse or reroute finds an owner
    diteruskan --> diterima: add or refuse, a triage desk gets it
    diterima --> perlu_dilengkapi: asked
    diteruskan --> perlu_dilengkapi: asked
    diproses --> perlu_dilengkapi: ask
    perlu_dilengkapi --> diteruskan: add, verify, or the days of the law are over
    perlu_dilengkapi --> diproses: add, if the owner has accepted it
    diteruskan --> diproses: accept
    diproses --> diteruskan: refuse, hand-on, reroute
    diproses --> ditunda: postpone
    ditunda --> diproses: the day has come
    diproses --> ditanggapi: answer
    diteruskan --> ditanggapi: answer
    ditanggapi --> dibuka_kembali: disagree, reopen
    dibuka_kembali --> diproses: accept
    dibuka_kembali --> ditanggapi: answer
    ditanggapi --> selesai: close, or ten working days without a dispute
    selesai --> dibuka_kembali: reopen
    perlu_dilengkapi --> dicabut: no answer, and nobody can handle it without
    diteruskan --> dicabut: withdraw
    dicabut --> dibuka_kembali: add, reopen
    diteruskan --> digabung: an older case confirms
    digabung --> diteruskan: unmerge, an addition that no answer of the main case answers, or the main case is gone
    digabung --> selesai: the main case is closed
    diterima --> diarsipkan: archive (spam)
    diarsipkan --> dibuka_kembali: reopen
```

| state | meaning |
|---|---|
| diterima | a triage desk owns the case and must find the agency that handles it |
| perlu dilengkapi | the citizen is asked for something; the owner may go on all the same |
| diteruskan | the case is with its owner, which has not accepted it |
| diproses | the owner has accepted it and handles it |
| ditunda | the owner has put it off to a day, with the reason; no clock stops |
| dibuka kembali | the citizen disputed the answer, or opened an ended case; the clock never began anew |
| ditanggapi | the owner has answered |
| selesai | closed; the citizen may rate it, or open it again |
| dicabut | withdrawn by the citizen, or deemed so by the law; open again at his next word |
| digabung | a supporter of an older case about the same matter; it keeps its code, its citizen and its clock |
| diarsipkan | spam, put aside by a triage desk; it can be taken back |
"""


def printed() -> str:
    """Return the page."""
    taken = "If the code belongs to another complaint, the new one goes back to the mailbox under the next code."
    first = f"No case yet: {_outcome(OPENED)}. {taken}"
    lines = [HEAD, *_clocks(), "## A complaint", "", first, ""]
    for command in CommandKind:
        lines += [f"## {command.value}", "", "| who | in the states | what comes of it |", "|---|---|---|"]
        for role in Role:
            lines += _rows(command, role)
        lines.append("")
    return "\n".join(lines).rstrip() + "\n"


def _rows(command: CommandKind, role: Role) -> list[str]:
    """Return the lines of a role: one for each outcome, with the states that have it."""
    states: dict[Outcome, list[str]] = defaultdict(list)
    for state in STATES:
        states[TABLE[command, role][state]].append(state)
    return [
        f"| {role.value} | {'all' if len(those) == len(STATES) else ', '.join(those)} | {_outcome(outcome)} |"
        for outcome, those in states.items()
    ]


def _outcome(outcome: Outcome) -> str:
    if isinstance(outcome, str):
        return f"“{outcome}”"
    return ", ".join(f"[{kind.name}]" if kind in perhaps(outcome) else kind.name for kind in outcome)


def _clocks() -> list[str]:
    """Return the section on the clocks, with the article behind each."""
    days = Deadlines.load()
    latest, statute, internal = days.regulations[-1], days.statute, days.internal
    complete = ", ".join(f"{name} {count}" for name, count in latest["complete"].items())
    rows = [
        (
            "forward",
            "the receipt",
            f"{latest['forward']} working days",
            latest["id"],
            "the first owner that is no desk",
        ),
        (
            "first_follow_up",
            "the first forwarding; re-routing does not begin it anew",
            f"{latest['first_follow_up']} working days",
            latest["id"],
            "the first act of an owner",
        ),
        (
            "complete",
            "the complete report; a wait for the citizen counts at most until the question closes",
            f"working days: {complete}; half of them again if extended, once",
            latest["id"],
            "an answer that stands",
        ),
        ("close", "the answer", f"{latest['close']} working days", latest["id"], "the closing"),
        (
            "statute_completeness",
            "the receipt",
            f"{statute['completeness']} calendar days",
            statute["completeness_article"],
            "the first question or word of an owner",
        ),
        (
            "statute_decision",
            "the complete report",
            f"{statute['decision']} calendar days",
            statute["decision_article"],
            "an answer that stands",
        ),
        (
            "the question closes",
            "the question",
            f"{statute['citizen']} calendar days",
            "UU 25/2009 Pasal 44 ayat (4) and (5)",
            "the citizen's addition",
        ),
        (
            "the reminder",
            "the question",
            f"{internal['remind']} working days",
            "our own rule",
            "the citizen's addition",
        ),
        (
            "the next step of the ladder",
            "the step before",
            f"{internal['escalate']} working days",
            "our own rule",
            "an answer",
        ),
    ]
    titles = {role["id"]: role["title"] for role in roles()["roles"]}
    ladder = " → ".join(titles[role] for role in roles()["ladder"])
    return [
        "## The clocks",
        "",
        "A day is the day at the place of the event, and ends at its midnight. docs/deadlines.md has the rules in words, with examples.",
        "",
        "| clock | counts from | days | source | fulfilled by |",
        "|---|---|---|---|---|",
        *(f"| {' | '.join(row)} |" for row in rows),
        "",
        f"What is overdue climbs the ladder: {ladder}. On the last step the citizen hears of the Ombudsman (UU 25/2009 Pasal 46).",
        "",
    ]


if __name__ == "__main__":
    print(printed(), end="")  # noqa: T201  # the page is its output
