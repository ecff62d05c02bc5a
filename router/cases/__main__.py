"""Prints docs/case.md from the table: `python -m router.cases > docs/case.md`."""

from complaints.command import CommandKind
from router.cases.table import OPENED, STATES, TABLE, Outcome, Role, perhaps

HEAD = """# The case

Printed by `python -m router.cases` from `router/cases/table.py`, which also drives `decide`. Do not edit this page.

A case begins with its complaint and is the fold of its facts (lapor.case-events). Each command has exactly one result: its facts, or the
fact `declined` with a sentence. A command that comes again, with the same id, leads to nothing. An addition for which the case has no room
leads to `continued`: it becomes a case of its own. A refusal or an answer is also declined if its text is empty or too long, and an answer
if it repeats the last one or the case has no room for it. Facts in brackets follow only where they apply: `routed` after an addition if
the owner changes, or becomes or ceases to be a triage desk, `asked` if a triage desk waits for a part that the complaint lacks.

```mermaid
stateDiagram-v2
    [*] --> diproses: complaint, the owner is clear
    [*] --> menunggu: complaint, a triage desk owns it
    menunggu --> menunggu: add, refuse
    menunggu --> diproses: add or refuse, an owner is found
    diproses --> diproses: add, refuse
    diproses --> menunggu: add or refuse, a triage desk gets it
    menunggu --> ditanggapi: answer
    diproses --> ditanggapi: answer
    ditanggapi --> ditanggapi: add, answer
    ditanggapi --> diproses: add, and another agency gets it
    ditanggapi --> menunggu: add, and a triage desk gets it
```

| state | meaning |
|---|---|
| menunggu | a triage desk owns the case and must find the agency that handles it |
| diproses | the owner handles it |
| ditanggapi | the owner has answered |
"""


def printed() -> str:
    """Return the page."""
    taken = "If the code belongs to another complaint, the new one goes back to the mailbox under the next code."
    first = f"No case yet: {_outcome(OPENED)}. {taken}"
    lines = [HEAD, "## A complaint", "", first, ""]
    for command in CommandKind:
        lines += [f"## {command.value}", "", f"| who | {' | '.join(STATES)} |", f"|---|{'---|' * len(STATES)}"]
        for role in Role:
            cells = [_outcome(TABLE[command, role][state]) for state in STATES]
            lines.append(f"| {role.value} | {' | '.join(cells)} |")
        lines.append("")
    return "\n".join(lines).rstrip() + "\n"


def _outcome(outcome: Outcome) -> str:
    if isinstance(outcome, str):
        return f"“{outcome}”"
    return ", ".join(f"[{kind.name}]" if kind in perhaps(outcome) else kind.name for kind in outcome)


if __name__ == "__main__":
    print(printed(), end="")  # noqa: T201  # the page is its output
