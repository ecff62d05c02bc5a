"""Checks what router and neighbours made of their mailboxes: each record had its effect once. It shares no code with the product."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from hashlib import sha256
from typing import Final
from uuid import UUID, uuid5

from tests.harness.cases.fold import ENDED, Model, reply_of, spaced
from tests.harness.cases.log import Entry, Topics, of_kind
from tests.harness.cases.walk import COMPLAINT, Walk, is_poison
from tests.harness.second_deadlines import differences

OPEN: Final = {"received", "awaiting_citizen", "routed", "accepted", "postponed", "reopened"}
LAST_TOLD: Final = ("closed", "gone")
"""What a main case tells last: its page is empty afterwards."""

ELSEWHERE: Final = {None, "lapor.conversations"}
"""The sources of dead letters that are no matter of cases."""


class Checker:
    """What is on Kafka, and what is wrong with it.

    Attributes:
        violations: one sentence for each.
        counts: how many there are of what.
        administrator: the id of the national administrator, which cannot refuse.
        exact: whether cases are only reported, added to, refused and answered, by which it is certain what each record leads to.
        ahead_ms: how far the clock of the router may have been ahead of Kafka's, in milliseconds.
        facts: all facts, by tracking code, in their order.
        cases: the last document of each case by tracking code.
        letters: all dead letters.
    """

    def __init__(self, topics: Topics, *, administrator: str, exact: bool, ahead_ms: Collection[int] = (0,)) -> None:
        """Take what is on Kafka; the rest is said above."""
        self.administrator, self.exact, self.ahead_ms = administrator, exact, frozenset(ahead_ms)
        self.violations: list[str] = []
        self.counts: Counter[str] = Counter()
        self._mailbox, self._replies = topics.complaints, of_kind(topics.conversations, "reply")
        self._neighbours = topics.neighbours
        self.facts: dict[str, list[Entry]] = defaultdict(list)
        for entry in topics.facts:
            self.facts[entry.key.decode()].append(entry)
        self.cases: dict[str, Model] = {}
        self._read_cases(topics.cases)
        self.letters = [entry.said for entry in topics.letters]
        self._expected_replies: dict[str, Model] = {}
        self._times: Counter[str] = Counter()
        self._own: Counter[tuple[str, str]] = Counter()
        self._poison: set[tuple[str, int, int]] = set()

    def wrong(self, what: str) -> None:
        """Note a violation."""
        self.violations.append(what)

    def check(self, fed: Iterable[tuple[bytes, bytes]]) -> None:
        """Check everything.

        Args:
            fed: key and value of each record that Kafka acknowledged.
        """
        self._check_mailbox(fed)
        by_key: dict[bytes, list[Entry]] = defaultdict(list)
        for entry in self._mailbox:
            by_key[entry.key].append(entry)
        for key, entries in by_key.items():
            Walk(self, key.decode(), entries).walk()
        for code in self.facts.keys() - {key.decode() for key in by_key}:
            self.wrong(f"{code} has facts and no mailbox")
        self._check_own()
        self._check_replies()
        self._check_letters()
        self._check_cases()
        self._check_pages()
        self._check_pairs()
        self._check_ids()
        self.counts.update(
            records=len(self._mailbox),
            cases=len(self.cases),
            facts=sum(map(len, self.facts.values())),
            replies=len(self._replies),
            dead_letters=len(self.letters),
        )

    def poison(self, entry: Entry) -> None:
        """Expect one dead letter of a record."""
        self._poison.add(("lapor.complaints", entry.partition, entry.offset))

    def own(self, code: str, id_: str) -> None:
        """Expect that the router once wrote a complaint or a command to the mailbox of a case."""
        self._own[code, id_] += 1

    def reply(self, group: list[Model], model: Model, complaint: Model, *, was_merged: bool = False) -> None:
        """Expect the one reply about the facts of a record, if they promise one."""
        kind, part = reply_of(group, was_merged=was_merged)
        if kind is not None:
            said = {"kind": kind, "part": part, "channel": complaint["channel"], "citizen": complaint["reporter_ref"]}
            self.told(group[0]["caused_by"], said, model, complaint["id"], group[0]["tracking_code"])

    def told(self, cause: str, said: Model, model: Model | None, complaint_id: str | None, code: str) -> None:
        """Expect one reply about a case, or about none, that a record led to."""
        id_ = str(uuid5(UUID(cause), f"reply/{said['kind']}"))
        self._times[id_] += 1
        self._expected_replies[id_] = {
            **said,
            "tracking_code": code,
            "complaint_id": complaint_id,
            "hop": len(model["chain"]) - 1 if model else 0,
            "additions": len(model["additions"]) if model else 0,
        }

    def _read_cases(self, entries: Iterable[Entry]) -> None:
        for entry in entries:
            if entry.key.startswith(b"\0"):
                continue
            code = entry.key.decode()
            if entry.value is None:
                self.wrong(f"{code} was deleted")
                continue
            case = entry.said
            if code in self.cases and case["version"] <= self.cases[code]["version"]:
                self.wrong(f"the document of {code} went from {self.cases[code]['version']} to {case['version']}")
            self.cases[code] = case

    def _check_mailbox(self, fed: Iterable[tuple[bytes, bytes]]) -> None:
        there = Counter((entry.key, sha256(entry.value or b"").digest()) for entry in self._mailbox)
        for (key, digest), number in Counter((key, sha256(value).digest()) for key, value in fed).items():
            if there[key, digest] < number:
                self.wrong(f"Kafka acknowledged {number} records of {key!r} and has {there[key, digest]}")

    def _check_own(self) -> None:
        found = Counter(
            (entry.key.decode(), entry.said["id"])
            for entry in self._mailbox
            if entry.headers.get("ce_source") == b"/router" and entry.said.get("kind") != "due"
        )
        for at in found.keys() | self._own.keys():
            if found[at] != self._own[at]:
                self.wrong(f"the router wrote {at} {found[at]} times, {self._own[at]} are right")

    def _check_replies(self) -> None:
        seen: Counter[str] = Counter()
        for entry in self._replies:
            reply = entry.said
            id_, expected = reply["id"], self._expected_replies.get(reply["id"])
            if expected is None:
                self.wrong(f"nothing led to the reply {id_} to {reply['tracking_code']}")
            elif {name: reply.get(name) for name in expected} != expected:
                self.wrong(f"the reply {id_} is {reply}, right is {expected}")
            elif spaced(reply["tracking_code"]) not in reply["text"]:
                self.wrong(f"the reply {id_} does not say its code")
            seen[id_] += 1
        for id_, number in self._times.items():
            if seen[id_] != number:
                self.wrong(f"the reply {self._expected_replies[id_]} was written {seen[id_]} times, {number} are right")

    def _check_letters(self) -> None:
        sources = ("source_topic", "source_partition", "source_offset")
        ours = [letter for letter in self.letters if letter.get("source_topic") not in ELSEWHERE]
        found = Counter(tuple(letter[name] for name in sources) for letter in ours)
        for at in found.keys() | self._poison:
            if found[at] != (at in self._poison):
                self.wrong(f"{at} has {found[at]} dead letters, {int(at in self._poison)} is right")

    def _check_cases(self) -> None:
        """Each complaint has its case and each case its owner and its days; nothing is between two cases any more."""
        opened = {
            entry.said["id"]
            for entry in self._mailbox
            if entry.headers.get("ce_type") == COMPLAINT and not is_poison(entry)
        }
        found = Counter(case["complaint_id"] for case in self.cases.values())
        for id_ in opened | found.keys():
            if found[id_] != 1:
                self.wrong(f"the complaint {id_} has {found[id_]} cases")
        supporters = defaultdict(set)
        for code, case in self.cases.items():
            if "main" in case:
                supporters[case["main"]].add(code)
        for code, case in self.cases.items():
            self._check_days(code, case)
            if "proposed" in case:
                self.wrong(f"{code} waits for the answer of {case['proposed']}")
            if case["state"] not in ENDED and case.get("supporters", 0) != len(supporters[code]):
                self.wrong(f"{code} counts {case.get('supporters', 0)} supporters and has {supporters[code]}")
            if "main" in case:
                self._check_supporter(code, case)
        self.counts.update(case["state"] for case in self.cases.values())

    def _check_days(self, code: str, case: Model) -> None:
        facts = [entry.said for entry in self.facts[code]]
        if [fact["kind"] for fact in facts[:1]] != ["opened"]:
            self.wrong(f"{code} does not begin with its receipt")
        elif why := differences(case, facts):
            told = [(said["at"], said["kind"], said["actor"]) for said in facts]
            self.wrong(f"the deadlines of {code} are {why}, by {told}")

    def _check_supporter(self, code: str, case: Model) -> None:
        main = self.cases.get(case["main"])
        if main is None or main["state"] not in OPEN | {"answered"} or "main" in main:
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
        names = {"supported": "joined", "left": "left"}
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
