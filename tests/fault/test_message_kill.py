"""kill -9 of every process of the pipeline, and of Kafka, with work in hand: each message has its effect once, each reply is told once."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.harness.cases.checker import Checker
from tests.harness.kill.copies import differences, view_differences
from tests.harness.kill.deleter import Deleter
from tests.harness.kill.killer import ANY, Chaos, service_of
from tests.harness.kill.trial import VIEW_KEY, Trial, reported
from tests.harness.messages.checker import Messages
from tests.harness.messages.doors import Door, Http, Sms, Telegram, Twitter, Web, Webhook
from tests.harness.messages.feed import Feed
from tests.harness.messages.plan import SOURCES, Plan
from tests.harness.messages.replies import Replies
from tests.harness.messages.upstreams import Upstreams
from tests.harness.messages.watch import Watch
from tests.harness.numbers import SECRET
from tests.harness.support import wait_until
from tests.harness.webhook import OLDER
from tests.harness.webhook import SECRET as WEBHOOK_SECRET

SETTLE_S = 180.0
"""How long the processes may take for what is left after the last message."""

FEED_S = 900.0
"""How long citizens may write after the last kill."""

SECRETS = dict(zip(SOURCES, (WEBHOOK_SECRET, OLDER), strict=True))

COUNTS = {
    "sms": 2,
    "webhook": 2,
    "web": 2,
    "twitter": 2,
    "telegram": 2,
    "conversation": 2,
    "router": 3,
    "sink": 1,
    "view": 1,
}
"""How many processes of each service there are."""

CAPACITIES = {"sms": 20, "webhook": 16, "twitter": 4, "telegram": 30}
"""How many texts of all accounts of a channel may be on their way at the same time."""


class MessageTrial(Trial):
    """One run with its processes."""

    def run(self, messages: int, chaos: Chaos) -> None:
        """Feed, kill, settle and check."""
        with ThreadPoolExecutor() as pool:  # each takes seconds
            kafka, clickhouse = pool.submit(self._start_kafka), pool.submit(self._start_clickhouse)
            upstreams = pool.submit(Upstreams.start, self._folder / "upstreams")
            plan = Plan(self.seed, self._keys)
            scripts = plan.scripts(messages)
        brokers, address, outside = kafka.result().brokers, clickhouse.result(), upstreams.result()
        self._closing.callback(outside.close)
        sources = self._folder / "sources.yaml"
        sources.write_text(yaml.safe_dump({name: self._source(name, outside) for name in SOURCES}))
        self._start(COUNTS, CLICKHOUSE=address, WEBHOOK_SECRETS_FILE=str(sources), **outside.settings())
        watch, http = Watch(brokers), Http()
        self._closing.callback(watch.close)
        self._closing.callback(http.close)
        feed = Feed(scripts, self._doors(http, outside), watch)
        self._closing.callback(feed.close)
        self._closing.callback(watch.give_up)
        self._closing.callback(http.given_up.set)
        self._stage("started")
        deleter = Deleter(brokers, watch)
        killer = self._kill(feed, chaos, deleter)
        try:
            killer.run()
            self._stage("killed")
            feed.finish(FEED_S)
            self._stage("fed")
            wait_until(lambda: not watch.lacks(), timeout_s=SETTLE_S, what="the end of all mailboxes")
        finally:
            self.said |= killer.report()
            self.said |= {"lacks": watch.lacks(), "faults": feed.faults[:5], "acknowledged": feed.acknowledged}
        self._stage("settled")
        topics, most_unknown = deleter.topics(), self._most_unknown(killer.kafka_kills)
        messages_, replies = Messages(topics, SECRET), Replies(topics, SECRET)
        messages_.check(feed.fed)
        replies.check(outside.seen(), most_unknown=most_unknown)
        cases = Checker(topics, administrator=plan.administrator, exact=True)
        cases.check([])
        copies = [*differences(address, topics, cases), *view_differences(self._addresses["view-0"], VIEW_KEY, cases)]
        found = [*feed.faults, *messages_.violations, *replies.violations, *cases.violations, *copies]
        counts = {"messages": dict(messages_.counts), "replies": dict(replies.counts), "cases": dict(cases.counts)}
        self._conclude(chaos, found, most_unknown=most_unknown, **counts)
        if chaos.deletions:
            assert deleter.records > 0
            check_said(unread := deleter.delete_unread(self._pipeline.signal, topics))
            self.said |= {"unread": unread}
            self._stage("ends committed")

    @staticmethod
    def _source(name: str, outside: Upstreams) -> dict[str, object]:
        return {"callback": outside.callback.url, "secrets": [SECRETS[name]], "shared": name == "kiosk"}

    def _doors(self, http: Http, outside: Upstreams) -> dict[str, Door]:
        bases = {name: f"http://{address}" for name, address in self._addresses.items()}
        return {
            "sms": Sms(http, outside.smsc, self._keys),
            "webhook": Webhook(http, [bases["webhook-0"], bases["webhook-1"]], self._keys, SECRETS),
            "web": Web(http, [bases["web-0"], bases["web-1"]]),
            "twitter": Twitter(http, outside.x, self._keys),
            "telegram": Telegram(http, outside.telegram, self._keys),
        }

    def _most_unknown(self, kafka_kills: int) -> int:
        """Return how many outcomes may be unknown at most.

        A kill makes those unknown that were in hand. After a pause the account goes to another process and comes back, and after a kill of
        Kafka its partitions may be shared anew: each may hit what all accounts of the channel, or of all channels, have on their way.
        """
        total = kafka_kills * sum(CAPACITIES.values())
        for hit in self._pipeline.hits():
            paused = hit["signal"] == "SIGSTOP"
            total += hit["intents"] + 2 * paused * CAPACITIES.get(service_of(hit["name"]), 0)
        return total


def check_said(found: dict[str, Any]) -> None:
    """Hold that the record that was deleted unread is lost, and said to be, by one dead letter and nothing else."""
    partition, offset = found["at"].rsplit("/", 2)[1:]
    assert len(found["said"]) == found["letters"] == 1
    (reason,) = found["said"]
    assert f"lapor.conversations/{partition} before lapor-conversation read them" in reason
    assert f" to {offset} of" in reason


@pytest.fixture
def trial(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Iterator[MessageTrial]:
    """A run whose report is printed at its end, whatever came of it; with the logs unless all was well."""
    with reported(MessageTrial(tmp_path), capsys) as made:
        yield made


SMALL = Chaos(
    kills={
        "sms": 2,
        "webhook": 1,
        "web": 1,
        "twitter": 1,
        "telegram": 1,
        "conversation": 2,
        "router": 2,
        "sink": 2,
        "view": 1,
    },
    pauses={"conversation": 1},
    wipes={ANY: 2},
    kafka=1,
    pace=0.2,
    deletions=2,
)
RETENTION = Chaos(
    kills={
        "sms": 5,
        "webhook": 1,
        "web": 1,
        "twitter": 1,
        "telegram": 1,
        "conversation": 5,
        "router": 4,
        "sink": 1,
        "view": 1,
    },
    pauses={"sms": 1, "conversation": 2, "router": 1},
    wipes={ANY: 4},
    kafka=2,
    pace=0.5,
    deletions=8,
)
LARGE = Chaos(
    kills={
        "sms": 18,
        "webhook": 10,
        "web": 6,
        "twitter": 10,
        "telegram": 10,
        "conversation": 20,
        "router": 12,
        "sink": 7,
        "view": 7,
    },
    pauses={"sms": 2, "webhook": 1, "twitter": 1, "telegram": 1, "conversation": 3, "router": 2},
    wipes={ANY: 20},
    kafka=5,
    pace=0.85,
    deletions=20,
)


@pytest.mark.timeout(500)
def test_each_message_has_its_effect_once_whatever_dies(trial: MessageTrial) -> None:
    """A small run of the next tests: each service is killed, some folders are wiped, one process is frozen, and Kafka dies once."""
    trial.run(350, SMALL)


@pytest.mark.long
@pytest.mark.timeout(900)
def test_retention_behind_all_readers_loses_nothing_and_beyond_one_nothing_unsaid(trial: MessageTrial) -> None:
    """900 messages under 20 kills, four pauses and two of Kafka, while everything is deleted that all readers have committed.

    Every worker starts again, and each step commits the ends of its mailbox. Then one record is deleted unread: a dead letter says so.
    """
    trial.run(900, RETENTION)


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_20000_messages_over_all_channels_with_100_kills(trial: MessageTrial) -> None:
    """Two processes of each channel, two conversations, three routers, the sink and the view die a hundred times, Kafka five times."""
    trial.run(20_000, LARGE)
