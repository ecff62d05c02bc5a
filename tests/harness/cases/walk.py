"""Walks through the mailbox of one case and takes, for each record, the facts that it led to. It shares no code with the product."""

from collections import deque
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid5

from tests.harness.cases.fold import (
    ENDED,
    MOST_REFUSALS,
    Model,
    asks,
    first_fact,
    fold,
    new,
    next_code,
    of_document,
    parts_from_main,
)
from tests.harness.cases.log import Entry

if TYPE_CHECKING:
    from tests.harness.cases.checker import Checker

COMPLAINT = b"id.go.lapor.complaint.v1"
FOLLOW: dict[str, tuple[str, ...]] = {"opened": ("routed",), "refused": ("routed",)}

FIRST: dict[str, tuple[str, ...]] = {
    "add": ("added", "continued"),
    "disagree": ("reopened",),
    "reopen": ("reopened",),
    "rate": ("rated",),
    "withdraw": ("withdrawn",),
    "hide": ("hidden",),
    "show": ("shown",),
    "verify": ("verified",),
    "accept": ("accepted",),
    "refuse": ("refused",),
    "hand-on": ("handed_on",),
    "ask": ("asked",),
    "answer": ("answered",),
    "extend": ("extended",),
    "postpone": ("postponed",),
    "close": ("closed",),
    "reroute": ("rerouted",),
    "reclassify": ("reclassified",),
    "prioritise": ("prioritised",),
    "archive": ("archived",),
    "merge": ("proposed",),
    "unmerge": ("unmerged",),
    "adopt": ("supported",),
    "confirm": ("merged", "unmerged"),
    "reject": ("unmerged",),
    "second": ("seconded",),
    "leave": ("left",),
    "forget": ("forgotten",),
    "echo": ("echoed", "unmerged"),
    "unheard": ("unheard",),
    "due": ("overdue", "resumed", "closed", "escalated", "unanswered", "withdrawn", "reminded"),
}
"""The facts with which the result of a command begins, unless it changed nothing."""


class Walk:
    """Walks through the mailbox of one case, whatever may be in it."""

    def __init__(self, checker: "Checker", code: str, entries: list[Entry]) -> None:
        self._checker, self._code, self._entries = checker, code, entries
        self._facts = deque(checker.facts.get(code, ()))
        self._model: Model | None = None
        self._complaint: Model = {}

    def walk(self) -> None:
        """Check the whole mailbox."""
        partitions = {entry.partition for entry in (*self._entries, *self._facts)}
        if len(partitions) > 1:
            self._checker.wrong(f"{self._code} is in the partitions {partitions}")
        for entry in self._entries:
            self._record(entry)
        if self._facts:
            self._checker.wrong(f"{self._code} has facts that nothing led to: {self._facts[0].said}")
        case = self._checker.cases.get(self._code)
        found = None if case is None else of_document(case)
        if found != self._model:
            self._checker.wrong(f"the document of {self._code} is {found}, the fold of its facts {self._model}")

    def _record(self, entry: Entry) -> None:
        checker, is_complaint = self._checker, entry.headers.get("ce_type") == COMPLAINT
        kind = "" if is_poison(entry) or is_complaint else entry.said.get("kind")
        if kind == "status":
            self._told_status(entry.said)
            return
        if kind == "adopt" and self._model is None:
            said = entry.said
            checker.own(said["other"], str(uuid5(UUID(said["id"]), f"reject/{said['other']}")))
            return
        if is_poison(entry) or (self._model is None and not is_complaint):
            checker.poison(entry)
            return
        said = entry.said
        if self._model is not None and is_complaint and said["id"] != self._complaint["id"]:
            checker.counts["passed on"] += 1
            checker.own(next_code(self._code, said["id"]), said["id"])
            return
        if self._model is not None and said["id"] in self._model["commands"]:
            checker.counts["redelivered"] += 1
            if self._facts and self._facts[0].said["caused_by"] == said["id"]:
                checker.wrong(f"{said['id']} in {self._code} had an effect twice")
                self._take(entry, said)
            return
        if self._model is None:
            self._model, self._complaint = new(), said
        self._apply(entry, said, self._model)

    def _told_status(self, said: Model) -> None:
        sender = said["sender"]
        told = {"kind": "status", "part": None, "channel": sender["channel"], "citizen": sender["reporter_ref"]}
        self._checker.told(said["id"], told, self._model, self._complaint.get("id"), self._code)

    def _apply(self, entry: Entry, said: Model, model: Model) -> None:
        """Check the facts of a record that has not come before."""
        checker, kind = self._checker, said.get("kind", "complaint")
        before: Model = {name: list(value) if isinstance(value, list) else value for name, value in model.items()}
        was_merged, main = model["state"] == "merged", model["main"]
        parts = was_merged and kind == "add" and (parts_from_main(model, said["reading"]) or bool(said.get("secret")))
        group = self._take(entry, said)
        kinds = [fact["kind"] for fact in group]
        checker.counts[kind] += 1
        if not group:
            if kind != "due":  # a timer that came too late finds nothing to do
                checker.wrong(f"{kind} {said['id']} in {self._code} led to nothing")
            return
        for number, fact in enumerate(group, before["version"] + 1):
            fold(model, fact)
            self._check_fact(fact, number, said, before)
        if kind == "add" and kinds[0] == "added" and parts != ("unmerged" in kinds):
            checker.wrong(f"{said['id']} in {self._code}, which was {main}'s supporter, led to {kinds}")
        if not _follows(kind, kinds):
            checker.wrong(f"{kind} {said['id']} in {self._code} led to {kinds}")
        if checker.exact:
            self._check_exactly(said, before, model, group)
        self._check_owner(model)
        self._check_left(said, model, main, before["heard"])
        if kinds == ["declined"] and "sender" in said:
            self._told_status(said)
        else:
            checker.reply(group, model, self._complaint, was_merged=was_merged)
        for other in () if model["told"] else before["told"]:
            checker.own(other, str(uuid5(UUID(said["id"]), f"forget/{other}")))
        left = main if main and not model["main"] else None
        self._expect_commands(said, group, left=left, main=model["main"])

    def _check_exactly(self, said: Model, was: Model, model: Model, group: list[Model]) -> None:
        """Check that a record led to the very facts that the rules of cases say in words."""
        checker, kinds = self._checker, [fact["kind"] for fact in group]
        first = first_fact(was, said, checker.administrator) if "kind" in said else "opened"
        missing = self._missing(said, first)
        # asked only while a question may still be asked: the fold has counted this one already
        before = {**model, "questions": model["questions"] - kinds.count("asked")}
        asked = [] if missing is None or asks(before, missing, group) is None else ["asked"]
        late = first == "refused" and said["actor"] != was["owner"]  # the case had moved on before: nothing moves
        wanted = [[first, *(() if late else FOLLOW.get(first, ())), *asked]]
        if first == "added":
            wanted.append([first, "routed", *asked])
        if kinds not in wanted:
            checker.wrong(f"{said['id']} in {self._code} led to {kinds}, right is one of {wanted}")
        elif asked and group[-1]["part"] != asks(before, missing or [], group):
            checker.wrong(f"{self._code} asks for {group[-1]['part']}")
        if model["hops"] >= MOST_REFUSALS and model["owner"] != checker.administrator:
            checker.wrong(f"{self._code} was refused {model['hops']} times and {model['owner']} owns it")

    @staticmethod
    def _missing(said: Model, first: str) -> list[str] | None:
        """Return the parts that are missing after a complaint or an addition; None after anything else."""
        if first == "opened":
            return list(said.get("missing", []))
        return list(said["reading"].get("missing", [])) if first == "added" else None

    def _is_next(self, entry: Entry, said: Model) -> bool:
        """Return whether the next fact is one that a record led to. A timer rings again for what is left, under the same id."""
        return bool(self._facts[0].said["caused_by"] == said["id"]) and (
            said.get("kind") != "due" or self._facts[0].headers["ce_causeoffset"] == str(entry.offset).encode()
        )

    def _take(self, entry: Entry, said: Model) -> list[Model]:
        """Return the next facts if this record caused them."""
        group: list[Model] = []
        while self._facts and self._is_next(entry, said):
            fact = self._facts.popleft()
            if fact.headers["ce_causeoffset"] != str(entry.offset).encode():
                self._checker.wrong(f"{fact.said['id']} names offset {fact.headers['ce_causeoffset']!r}")
            at_ms = round(datetime.fromisoformat(fact.said["at"]).timestamp() * 1000)
            if at_ms - entry.at_ms not in self._checker.ahead_ms:
                self._checker.wrong(f"{fact.said['id']} is not of the time of its record")
            group.append(fact.said)
        return group

    def _check_fact(self, fact: Model, version: int, said: Model, before: Model) -> None:
        about = f"/{fact['duty']}" if "duty" in fact else f"/{fact['level']}" if "level" in fact else ""
        wanted: dict[str, Any] = {
            "id": str(uuid5(UUID(said["id"]), f"fact/{fact['kind']}{about}")),
            "version": version,
            "complaint_id": self._complaint["id"],
            "tracking_code": self._code,
            "actor": said.get("actor", "citizen"),
        }
        if fact["kind"] == "declined":
            wanted["command"] = said["kind"]
        if {name: fact.get(name) for name in wanted} != wanted:
            self._checker.wrong(f"{fact} is not {wanted}")
        if fact["kind"] == "overdue" and fact["duty"] in before["overdue"]:
            self._checker.wrong(f"{self._code} is late a second time with {fact['duty']}")
        if fact["kind"] == "escalated" and fact["level"] != before["level"] + 1:
            self._checker.wrong(f"{self._code} went from step {before['level']} of the ladder to {fact['level']}")
        self._checker.counts[fact["kind"]] += 1

    def _check_left(self, said: Model, model: Model, main: str | None, heard: Model | None) -> None:
        """Who leaves a main case without telling anything new has its owner, unless that refused the case before."""
        if not main or model["main"] or model["state"] in ENDED or said["kind"] == "add" or heard is None:
            return
        refused = {*model["elsewhere"], *(agency for agency, _, _ in model["refusals"])}
        if heard["owner"] not in {model["owner"], *refused}:
            self._checker.wrong(f"{self._code} left {main} and is with {model['owner']}, not {heard['owner']}")

    def _expect_commands(self, said: Model, group: list[Model], *, left: str | None, main: str | None) -> None:
        """Expect what the case writes to another one."""
        checker, kinds, id_ = self._checker, [fact["kind"] for fact in group], UUID(said["id"])
        kind, is_of_case = said.get("kind"), said.get("actor") == "case"
        to: tuple[str, str] | None = None
        if kind == "adopt" and is_of_case:
            to = ("confirm" if "supported" in kinds else "reject", said["other"])
        elif "proposed" in kinds:
            to = ("adopt", group[0]["other"])
        elif kind == "confirm" and is_of_case and "merged" not in kinds:
            to = ("leave", said["other"])
        elif "added" in kinds and main:
            to = ("second", main)
        elif left and kind != "echo":
            to = ("leave", left)
        if to is not None:
            checker.own(to[1], str(uuid5(id_, "/".join(to))))
        if kinds[0] == "continued":
            new_id = str(uuid5(id_, "continuation"))
            checker.own(next_code(self._code, new_id), new_id)

    def _check_owner(self, model: Model) -> None:
        """One owner, who has never refused; a supporter's main case owns it as well."""
        refused = [agency for agency, _, _ in model["refusals"]]
        if not model["owner"] or model["chain"][-1:] != [model["owner"]]:
            self._checker.wrong(f"{self._code} has no single owner: {model}")
        if model["owner"] in model["elsewhere"]:
            self._checker.wrong(f"{model['owner']} refused a main case of {self._code}, and owns it")
        if model["owner"] in refused or self._checker.administrator in refused or len(set(refused)) < len(refused):
            self._checker.wrong(f"{self._code} was refused by {refused}, and {model['owner']} owns it")
        if (model["state"] == "merged") != bool(model["main"]):
            self._checker.wrong(f"{self._code} is {model['state']} with the main case {model['main']}")


def _follows(kind: str, kinds: list[str]) -> bool:
    """Return whether facts can be the result of a command, or of a complaint."""
    if kind == "complaint":
        return kinds in (["opened", "routed"], ["opened", "routed", "asked"])
    if kind == "due":
        return set(kinds) <= set(FIRST[kind])
    return kinds[0] in FIRST[kind] or kinds == ["declined"]


def is_poison(entry: Entry) -> bool:
    """Return whether a test has written a record that no case can take."""
    return "test-poison" in entry.headers
