"""Checks what citizens were told: each reply has one event and one end, and was seen by its upstream as often as its outcomes say."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import Final

from tests.harness.cases.log import Entry, Topics, of_kind
from tests.harness.messages.fed import Seen
from tests.harness.messages.sealed import Said, opened

ENDS: Final = {"sent", "unknown", "undeliverable", "expired"}
WITHOUT_ACCOUNTS: Final = {"web"}
ASKS: Final = {"question", "reminded"}
NO_NEWS: Final = {"received", "completed", "small_talk", "merged", "unmerged"}


class Replies:
    """The replies on Kafka, and what is wrong with them.

    Attributes:
        violations: one sentence for each.
        counts: how many there are of what.
    """

    def __init__(self, topics: Topics, secret: bytes) -> None:
        """Take what is on Kafka.

        Args:
            topics: all of it.
            secret: opens what is sealed.
        """
        self.violations: list[str] = []
        self.counts: Counter[str] = Counter()
        self._secret = secret
        self._replies = of_kind(topics.conversations, "reply")
        self._told = of_kind(topics.events, "replyevent")
        self._sends = of_kind(topics.sends, "send")
        self._small_talk = {
            e.said["id"] for e in of_kind(topics.events, "messageevent") if e.said["kind"] == "small_talk"
        }
        self._deliveries: dict[str, list[Said]] = defaultdict(list)
        for entry in of_kind(topics.events, "delivery"):
            self._deliveries[entry.said["reply_id"]].append(entry.said)
        self._noted = Counter(entry.said["id"] for entry in of_kind(topics.conversations, "delivery"))

    def wrong(self, what: str) -> None:
        """Note a violation."""
        self.violations.append(what)

    def check(self, seen: Seen, *, most_unknown: int) -> None:
        """Check everything.

        Args:
            seen: how often upstreams have seen each text.
            most_unknown: how many outcomes may be unknown.
        """
        self._check_told()
        self._check_sends()
        for send in self._sends:
            self._check_end(send.said)
        self._check_seen(seen)
        for reply_id in self._deliveries.keys() - {send.said["id"] for send in self._sends}:
            self.wrong(f"outcomes of {reply_id}, which no account was to send: {self._deliveries[reply_id]}")
        self.counts.update(said["outcome"] for outcomes in self._deliveries.values() for said in outcomes)
        self.counts.update(replies=len(self._told), sends=len(self._sends))
        if self.counts["unknown"] > most_unknown:
            self.wrong(f"{self.counts['unknown']} outcomes are unknown, at most {most_unknown} may be")

    def _check_told(self) -> None:
        """Each reply of the router is told once, and nothing else is but what the conversation says itself."""
        replies, told = _ids(self._replies), _ids(self._told)
        for id_, number in (replies | told).items():
            if number > 1:
                self.wrong(f"the reply {id_} is {number} times in a topic")
        for id_ in replies.keys() - told.keys():
            self.wrong(f"the citizen was not told the reply {id_}")
        own = [entry.said for entry in self._told if entry.said["id"] not in replies]
        for said in own:
            if said["kind"] != "small_talk":
                self.wrong(f"nothing led to the reply {said}")
        if len(own) != len(self._small_talk):
            self.wrong(f"{len(self._small_talk)} greetings have {len(own)} answers")

    def _check_sends(self) -> None:
        sends = _ids(self._sends)
        for entry in self._told:
            said = entry.said
            wanted = int(bool(said["account"]))
            if bool(said["account"]) == (said["channel"] in WITHOUT_ACCOUNTS):
                self.wrong(f"the reply {said['id']} by {said['channel']} has the account {said['account']!r}")
            if sends[said["id"]] != wanted:
                self.wrong(
                    f"the reply {said['id']} was given {sends[said['id']]} times to an account, right is {wanted}"
                )
        for id_ in sends.keys() - _ids(self._told).keys():
            self.wrong(f"the text {id_} is told to nobody")

    def _check_end(self, send: Said) -> None:
        """Check that a text has one end: sent, never, too old, or unknown, and that the citizen's mailbox has it if it concerns him."""
        id_, outcomes = send["id"], self._deliveries.get(send["id"], [])
        found = Counter(said["outcome"] for said in outcomes)
        for outcome, number in found.items():
            if number > 1:
                self.wrong(f"the outcome {outcome} of {id_} was told {number} times")
        ends = ENDS & found.keys()
        if "sent" in ends:  # what the upstream reports of it later is another end
            ends -= {"undeliverable"}
        if len(ends) != 1:
            self.wrong(f"the text {id_} ({send['kind']}) has the outcomes {dict(found)}")
        for said in outcomes:
            may_have_come = said["outcome"] in {"sent", "unknown"}
            concerns = send["kind"] not in NO_NEWS if may_have_come else send["kind"] in ASKS
            if said["outcome"] in ENDS and self._noted[said["id"]] != int(concerns):
                self.wrong(f"the citizen's mailbox has the outcome {said['id']} {self._noted[said['id']]} times")

    def _check_seen(self, seen: Seen) -> None:
        """Check that each text that was sent has arrived, and none more often than its outcomes allow."""
        sent: Seen = Counter()
        unknown: Seen = Counter()
        for send in self._sends:
            text = (send.said["channel"], json.loads(opened(send.said, self._secret))["text"])
            for said in self._deliveries.get(send.said["id"], []):
                sent[text] += said["outcome"] == "sent"
                unknown[text] += said["outcome"] == "unknown"
        for text in sent.keys() | seen.keys():
            if not sent[text] <= seen[text] <= sent[text] + unknown[text]:
                self.wrong(f"{seen[text]} times seen, {sent[text]} sent and {unknown[text]} unknown: {text}")
        self.counts["seen"] = seen.total()


def _ids(entries: Iterable[Entry]) -> Counter[str]:
    return Counter(entry.said["id"] for entry in entries)
