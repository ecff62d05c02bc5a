"""Checks what router and neighbours made of whole lives, from the topics alone. It shares no code with the product."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import Any
from uuid import UUID, uuid5

from tests.harness.cases.checker import COMPLAINT, Checker, Walk
from tests.harness.cases.fold import ENDED, fold, next_code, parts_from_main
from tests.harness.cases.log import Entry, Log
from tests.harness.second_deadlines import differences

Model = dict[str, Any]

FIRST: dict[str, tuple[str, ...]] = {
    "add": ("dilengkapi", "dilanjutkan"),
    "disagree": ("dibuka kembali",),
    "reopen": ("dibuka kembali",),
    "rate": ("dinilai",),
    "withdraw": ("dicabut",),
    "hide": ("disembunyikan",),
    "show": ("diperlihatkan",),
    "verify": ("diverifikasi",),
    "accept": ("diproses",),
    "refuse": ("bukan wewenang",),
    "hand-on": ("dialihkan",),
    "ask": ("ditanyakan",),
    "answer": ("ditanggapi",),
    "extend": ("diperpanjang",),
    "postpone": ("ditunda",),
    "close": ("selesai",),
    "reroute": ("dipindahkan",),
    "reclassify": ("diklasifikasi ulang",),
    "prioritise": ("diprioritaskan",),
    "archive": ("diarsipkan",),
    "merge": ("diusulkan digabung",),
    "unmerge": ("dipisahkan",),
    "adopt": ("didukung",),
    "confirm": ("digabung", "dipisahkan"),
    "reject": ("dipisahkan",),
    "second": ("ditambahkan pendukung",),
    "leave": ("dukungan ditarik",),
    "forget": ("tambahan ditutup",),
    "echo": ("dikabari", "dipisahkan"),
    "unheard": ("tidak sampai",),
    "due": ("terlambat", "diaktifkan kembali", "selesai", "dieskalasi", "tidak dijawab", "dicabut", "diingatkan"),
}
"""The facts with which the result of a command begins, unless it changed nothing."""

OPEN = {"diterima", "perlu dilengkapi", "diteruskan", "diproses", "ditunda", "dibuka kembali"}
LAST_TOLD = ("closed", "gone")
"""What a main case tells last: its page is empty afterwards."""


class LifeChecker(Checker):
    """What is on Kafka after whole lives, and what is wrong with it."""

    def __init__(self, log: Log, neighbours: Iterable[Entry], *, administrator: str, ahead_ms: Collection[int]) -> None:
        """Take what is on Kafka.

        Args:
            log: of the router.
            neighbours: the mailbox of the search for duplicates.
            administrator: the id of the national administrator, which cannot refuse.
            ahead_ms: how far the clock of the router may have been ahead of Kafka's, in milliseconds.
        """
        super().__init__(log, administrator=administrator, ahead_ms=ahead_ms)
        self._neighbours = list(neighbours)

    @property
    def walks(self) -> type[Walk]:
        """What walks through the mailbox of one case."""
        return LifeWalk

    def check(self, fed: Iterable[tuple[bytes, bytes]]) -> None:
        """Check everything.

        Args:
            fed: key and value of each record that Kafka acknowledged.
        """
        super().check(fed)
        self._check_cases()
        self._check_pages()
        self._check_pairs()
        self._check_ids()

    def _check_cases(self) -> None:
        """Each complaint has its case and each case its owner and its days; nothing is between two cases any more."""
        opened = {entry.said["id"] for entry in self._mailbox if entry.headers.get("ce_type") == COMPLAINT}
        found = Counter(case["complaint_id"] for case in self.cases.values())
        for id_ in opened | found.keys():
            if found[id_] != 1:
                self.wrong(f"the complaint {id_} has {found[id_]} cases")
        supporters = defaultdict(set)
        for code, case in self.cases.items():
            if "main" in case:
                supporters[case["main"]].add(code)
        for code, case in self.cases.items():
            if why := differences(case, (entry.said for entry in self.facts[code])):
                told = [
                    (said["at"], said["kind"], said["actor"]) for said in (entry.said for entry in self.facts[code])
                ]
                self.wrong(f"the deadlines of {code} are {why}, by {told}")
            if "proposed" in case:
                self.wrong(f"{code} waits for the answer of {case['proposed']}")
            if case["state"] not in ENDED and case.get("supporters", 0) != len(supporters[code]):
                self.wrong(f"{code} counts {case.get('supporters', 0)} supporters and has {supporters[code]}")
            if "main" in case:
                self._check_supporter(code, case)
        self.counts.update(case["state"] for case in self.cases.values())

    def _check_supporter(self, code: str, case: Model) -> None:
        main = self.cases.get(case["main"])
        if main is None or main["state"] not in OPEN | {"ditanggapi"} or "main" in main:
            self.wrong(f"{code} is a supporter of {case['main']}, which cannot have any: {main and main['state']}")
        elif (main["complaint"]["received_at"], case["main"]) >= (case["complaint"]["received_at"], code):
            self.wrong(f"{code} is a supporter of {case['main']}, which is not older")

    def _check_pages(self) -> None:
        """Each supporter hears once what its main case told while it was one."""
        pages, wanted = _pages(self._neighbours)
        found = self._written_by_neighbours("echo")
        for at in found.keys() | wanted.keys():
            if found[at] != wanted[at]:
                self.wrong(f"{at} was told {found[at]} times, {wanted[at]} are right")
        for code, case in self.cases.items():
            if case.get("main") and code not in pages[case["main"]]:
                self.wrong(f"{code} is not on the page of {case['main']}")
        self.counts["told to supporters"] = found.total()

    def _written_by_neighbours(self, kind: str) -> Counter[tuple[str, str]]:
        """Return how often each command of the search for duplicates is in the mailbox, by its case and id."""
        return Counter(
            (entry.key.decode(), entry.said["id"])
            for entry in self._mailbox
            if entry.headers.get("ce_source") == b"/neighbours" and entry.said["kind"] == kind
        )

    def _check_pairs(self) -> None:
        """Who joins and who leaves is told once, and each pair is proposed once."""
        names = {"didukung": "joined", "dukungan ditarik": "left"}
        wanted = Counter(
            str(uuid5(UUID(fact.said["caused_by"]), names[fact.said["kind"]]))
            for facts in self.facts.values()
            for fact in facts
            if fact.said["kind"] in names
        )
        found = Counter(entry.said["id"] for entry in self._neighbours if "supporter" in entry.said)
        for id_ in found.keys() | wanted.keys():
            if found[id_] != wanted[id_]:
                self.wrong(f"{id_} reached the neighbours {found[id_]} times, {wanted[id_]} are right")
        proposed = self._written_by_neighbours("merge")
        for at, number in proposed.items():
            if number > 1:
                self.wrong(f"the proposal {at} was written {number} times")
        self.counts["proposed by the search"] = len(proposed)

    def _check_ids(self) -> None:
        """No two facts have one id."""
        ids = Counter(entry.said["id"] for facts in self.facts.values() for entry in facts)
        for id_, number in ids.items():
            if number > 1:
                self.wrong(f"{number} facts have the id {id_}")


def _pages(neighbours: Iterable[Entry]) -> tuple[Mapping[str, list[str]], Counter[tuple[str, str]]]:
    """Return the supporters of each main case, and who should have heard of what: the code and the id of the command."""
    pages, wanted = defaultdict[str, list[str]](list), Counter[tuple[str, str]]()
    for entry in neighbours:
        said = entry.said
        if "main" not in said:
            continue
        page = pages[said["main"]]
        if "event" in said:
            wanted.update((code, str(uuid5(UUID(said["id"]), code))) for code in page)
            if said["event"] in LAST_TOLD:
                page.clear()
        elif entry.headers["ce_type"].endswith(b"joined.v1"):
            page += [said["supporter"]] if said["supporter"] not in page else []
        elif said["supporter"] in page:
            page.remove(said["supporter"])
    return pages, wanted


class LifeWalk(Walk):
    """Walks through the mailbox of one case, whatever may be in it."""

    def _record(self, entry: Entry) -> None:
        said, checker = entry.said, self._checker
        kind = said.get("kind") if entry.headers.get("ce_type") != COMPLAINT else None
        if kind == "status":
            self._told_status(said)
        elif kind == "adopt" and self._model is None:
            checker.own(said["other"], str(uuid5(UUID(said["id"]), f"reject/{said['other']}")))
        else:
            super()._record(entry)

    def _told_status(self, said: Model) -> None:
        sender = said["sender"]
        told = {"kind": "status", "part": None, "channel": sender["channel"], "citizen": sender["reporter_ref"]}
        self._checker.told(said["id"], told, self._model, self._complaint.get("id"), self._code)

    def _is_next(self, entry: Entry, said: Model) -> bool:
        """Return whether the next fact is one that a record led to. A timer rings again for what is left, under the same id."""
        is_of_id = super()._is_next(entry, said)
        return is_of_id and (
            said.get("kind") != "due" or self._facts[0].headers["ce_causeoffset"] == str(entry.offset).encode()
        )

    def _apply(self, entry: Entry, said: Model, model: Model) -> None:
        """Check the facts of a record that has not come before."""
        checker, kind = self._checker, said.get("kind", "complaint")
        version, main, level, overdue = model["version"], model["main"], model["level"], list(model["overdue"])
        was_merged = model["state"] == "digabung"
        heard, told = model["heard"], list(model["told"])
        parts = was_merged and kind == "add" and (parts_from_main(model, said["reading"]) or bool(said.get("secret")))
        group = self._take(entry, said)
        kinds = [fact["kind"] for fact in group]
        checker.counts[kind] += 1
        if not group:
            if kind != "due":  # a timer that came too late finds nothing to do
                checker.wrong(f"{kind} {said['id']} in {self._code} led to nothing")
            return
        for number, fact in enumerate(group, version + 1):
            fold(model, fact)
            self._check_fact(fact, number, said)
            checker.counts[fact["kind"]] += 1
            if fact["kind"] == "terlambat" and fact["duty"] in overdue:
                checker.wrong(f"{self._code} is late a second time with {fact['duty']}")
            if fact["kind"] == "dieskalasi" and fact["level"] != level + 1:
                checker.wrong(f"{self._code} went from step {level} of the ladder to {fact['level']}")
        if kind == "add" and kinds[0] == "dilengkapi" and parts != ("dipisahkan" in kinds):
            checker.wrong(f"{said['id']} in {self._code}, which was {main}'s supporter, led to {kinds}")
        if not _follows(kind, kinds):
            checker.wrong(f"{kind} {said['id']} in {self._code} led to {kinds}")
        self._check_owner(model)
        self._check_left(said, model, main, heard)
        if kinds == ["ditolak"] and "sender" in said:
            self._told_status(said)
        else:
            checker.reply(group, model, self._complaint, was_merged=was_merged)
        for other in () if model["told"] else told:
            checker.own(other, str(uuid5(UUID(said["id"]), f"forget/{other}")))
        left = main if main and not model["main"] else None
        self._expect_commands(said, group, left=left, main=model["main"])

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
            to = ("confirm" if "didukung" in kinds else "reject", said["other"])
        elif "diusulkan digabung" in kinds:
            to = ("adopt", group[0]["other"])
        elif kind == "confirm" and is_of_case and "digabung" not in kinds:
            to = ("leave", said["other"])
        elif "dilengkapi" in kinds and main:
            to = ("second", main)
        elif left and kind != "echo":
            to = ("leave", left)
        if to is not None:
            checker.own(to[1], str(uuid5(id_, "/".join(to))))
        if kinds[0] == "dilanjutkan":
            new_id = str(uuid5(id_, "continuation"))
            checker.own(next_code(self._code, new_id), new_id)

    def _check_owner(self, model: Model) -> None:
        """One owner, who has never refused; a supporter's main case owns it as well."""
        refused = [agency for agency, _, _ in model["refusals"]]
        if not model["owner"] or model["owner"] != model["chain"][-1]:
            self._checker.wrong(f"{self._code} has no single owner: {model}")
        if model["owner"] in model["elsewhere"]:
            self._checker.wrong(f"{model['owner']} refused a main case of {self._code}, and owns it")
        if model["owner"] in refused or self._checker.administrator in refused or len(set(refused)) < len(refused):
            self._checker.wrong(f"{self._code} was refused by {refused}, and {model['owner']} owns it")
        if (model["state"] == "digabung") != bool(model["main"]):
            self._checker.wrong(f"{self._code} is {model['state']} with the main case {model['main']}")


def _follows(kind: str, kinds: list[str]) -> bool:
    """Return whether facts can be the result of a command, or of a complaint."""
    if kind == "complaint":
        return kinds in (["diterima", "diteruskan"], ["diterima", "diteruskan", "ditanyakan"])
    if kind == "due":
        return set(kinds) <= set(FIRST[kind])
    return kinds[0] in FIRST[kind] or kinds == ["ditolak"]
