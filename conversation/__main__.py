"""Prints docs/conversation.md from page.txt and the table: `python -m conversation > docs/conversation.md`."""

from importlib.resources import files

from conversation.heard import ANYTHING
from conversation.situation import Situation, Tells
from conversation.table import TABLE, Row
from normalizer.language.examples import INTENTS


def printed() -> str:
    """Return the page."""
    told = {row.wants for row in TABLE}
    rest = ", ".join(intent for intent in INTENTS if intent not in told)
    return "\n".join(
        (
            files(__package__).joinpath("page.txt").read_text("utf-8"),
            *_legend("The case", Situation),
            *_legend("The message tells", Tells),
            "| he wants | sure | and tells | the case | what is done | because |",
            "|---|---|---|---|---|---|",
            *(line for row in TABLE for line in _lines(row)),
            "",
            f"The intents that no row names are `{ANYTHING}`: {rest}.",
            "",
        )
    )


def _legend(title: str, kind: "type[Tells | Situation]") -> list[str]:
    return [f"{title}:", "", *(f"* `{one.name}`: {one}" for one in kind), ""]


def _lines(row: Row) -> list[str]:
    tells = _some(row.tells, Tells) if row.tells else "nothing else"
    names = {None: "", True: "; names the case", False: "; names no case"}[row.named]
    return [
        f"| {row.wants} | {row.sure} | {tells}{names} | {_some(those, Situation)} | {act} | {row.why} |"
        for act, those in row.does.items()
    ]


def _some(these: "frozenset[Tells] | frozenset[Situation]", kind: "type[Tells | Situation]") -> str:
    found, left = [one.name for one in kind if one in these], [one.name for one in kind if one not in these]
    if not left:
        return "any"
    return f"any but {', '.join(left)}" if len(left) < len(found) else ", ".join(found)


if __name__ == "__main__":
    print(printed(), end="")  # noqa: T201  # the page is its output
