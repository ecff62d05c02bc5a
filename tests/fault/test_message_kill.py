"""kill -9 of every process of the pipeline, and of Kafka, with work in hand: each message has its effect once, each reply is told once."""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import yaml

from complaints.crypto import Keyring
from sinks.clickhouse.client import Store
from tests.harness.cases.checker import Checker
from tests.harness.cases.log import Log
from tests.harness.cases.tables import differences
from tests.harness.cases.view import view_differences
from tests.harness.messages.checker import Messages
from tests.harness.messages.deleter import Deleter
from tests.harness.messages.doors import Door, Http, Sms, Telegram, Twitter, Web, Webhook
from tests.harness.messages.fed import Seen
from tests.harness.messages.feed import Feed
from tests.harness.messages.killer import COUNTS, Chaos, Killer, Pipeline
from tests.harness.messages.log import Topics, of_kind
from tests.harness.messages.plan import SOURCES, Plan
from tests.harness.messages.replies import Replies
from tests.harness.messages.tables import message_differences
from tests.harness.messages.upstreams import Upstreams
from tests.harness.messages.watch import Watch
from tests.harness.support import free_port, wait_until
from tests.harness.trial import Trial, reported
from tests.harness.webhook import OLDER, SECRET

KEY = "a key of the kill test"
INSTALLATION = b"a secret of the tests, 32 bytes long"

SETTLE_S = 180.0
"""How long the processes may take for what is left after the last message."""

FEED_S = 900.0
"""How long citizens may write after the last kill."""

SECRETS = dict(zip(SOURCES, (SECRET, OLDER), strict=True))

QUICK = {
    "PRODUCE_TIMEOUT_S": "3",
    "X_POLL_S": "0.3",
    "TELEGRAM_POLL_S": "5",
    "CONVERSATION_BATCH": "40",
    "ROUTER_BATCH": "40",
    "SINK_INTERVAL_S": "0.5",
    "WEB_READS": "1000000/minute",
    "WEB_WRITES": "1000000/minute",
    "REPLIES_PER_HOUR": "100",
}
"""Small batches and short pauses, so that there are many moments to die at."""


class MessageTrial(Trial):
    """One run with its processes."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._keys = Keyring.from_secret(INSTALLATION)
        self._administrator = ""
        self._ports = {f"{name}-{at}": free_port() for name in ("web", "webhook", "view") for at in range(COUNTS[name])}

    def run(self, messages: int, chaos: Chaos) -> None:
        """Feed, kill, settle and check."""
        with ThreadPoolExecutor() as pool:  # each takes seconds
            kafka, clickhouse = pool.submit(self._start_kafka), pool.submit(self._start_clickhouse)
            upstreams = pool.submit(Upstreams.start, self._folder / "upstreams")
            plan = Plan(self.seed, self._keys)
            scripts, self._administrator = plan.scripts(messages), plan.administrator
        server, address, outside = kafka.result(), clickhouse.result(), upstreams.result()
        self._closing.callback(outside.close)
        pipeline = Pipeline.start(self._folder, self._settings(server.brokers, address, outside))
        self._closing.callback(pipeline.stop)
        watch = Watch(server.brokers)
        self._closing.callback(watch.close)
        http = Http()
        self._closing.callback(http.close)
        feed = Feed(scripts, self._doors(http, outside), watch)
        self._closing.callback(feed.close)
        self._closing.callback(watch.give_up)
        self._closing.callback(http.given_up.set)
        self._stage("started")
        deleter = Deleter(server.brokers, watch)
        killer = Killer(pipeline, server, feed, chaos, self.seed, deleter)
        try:
            killer.run()
            self._stage("killed")
            feed.finish(FEED_S)
            self._stage("fed")
            wait_until(lambda: not watch.lacks(), timeout_s=SETTLE_S, what="the end of all mailboxes")
        finally:
            self.said |= killer.report() | {
                "lacks": watch.lacks(),
                "faults": feed.faults[:5],
                "acknowledged": feed.acknowledged,
            }
        self._stage("settled")
        topics = deleter.topics()
        self._check(topics, feed, seen=outside.seen(), most_unknown=killer.bound(), clickhouse=address)
        check_kills(pipeline, chaos)
        if chaos.deletions:
            assert deleter.records > 0
            check_said(found := deleter.delete_unread(pipeline, topics))
            self.said |= {"unread": found}
            self._stage("ends committed")

    def _check(self, topics: Topics, feed: Feed, *, seen: Seen, most_unknown: int, clickhouse: str) -> None:
        """Compare what was fed, what is on Kafka, what upstreams have seen, and the copies; say everything that is wrong."""
        messages, replies = Messages(topics, INSTALLATION), Replies(topics, INSTALLATION)
        messages.check(feed.fed)
        replies.check(seen, most_unknown=most_unknown)
        cases = of_cases(topics, self._administrator)
        store = Store(clickhouse)
        copies = [*differences(store, cases), *message_differences(store, topics)]
        store.close()
        copies += view_differences(f"http://127.0.0.1:{self._ports['view-0']}", KEY, cases)
        found = [*feed.faults, *messages.violations, *replies.violations, *cases.violations, *copies]
        self.said |= {"messages": dict(messages.counts), "replies": dict(replies.counts), "cases": dict(cases.counts)}
        self.said |= {"most_unknown": most_unknown, "violations": len(found)}
        self._stage("checked")
        assert not found, "\n".join(found[:60])

    def _settings(self, brokers: str, clickhouse: str, outside: Upstreams) -> dict[str, dict[str, str]]:
        """Return the settings of each process."""
        secret, sources = self._folder / "secret", self._folder / "sources.yaml"
        secret.write_bytes(INSTALLATION)
        callback = {"callback": outside.callback.url}
        sources.write_text(
            yaml.safe_dump(
                {name: callback | {"secrets": [SECRETS[name]], "shared": name == "kiosk"} for name in SOURCES}
            )
        )
        view = f"127.0.0.1:{self._ports['view-0']}"
        common = (
            QUICK | outside.settings() | {"KAFKA": brokers, "CLICKHOUSE": clickhouse, "VIEW": view, "VIEW_KEY": KEY}
        )
        common |= {"WEB_READS": "1000000/minute", "WEB_WRITES": "1000000/minute"}  # all citizens are one client here
        common |= {"VIEW_URL": f"http://{view}", "SECRET_FILE": str(secret), "WEBHOOK_SECRETS_FILE": str(sources)}
        found: dict[str, dict[str, str]] = {}
        for service, number in COUNTS.items():
            for ordinal in range(number):
                name = f"{service}-{ordinal}"
                own = {"DATA": str(self._folder / "data" / name), "ORDINAL": str(ordinal)}
                if service in {"web", "webhook"}:
                    own[service.upper()] = f"127.0.0.1:{self._ports[name]}"
                found[name] = {f"LAPOR_{key}": value for key, value in (common | own).items()}
        return found

    def _doors(self, http: Http, outside: Upstreams) -> dict[str, Door]:
        bases = {name: f"http://127.0.0.1:{port}" for name, port in self._ports.items()}
        return {
            "sms": Sms(http, outside.smsc, self._keys),
            "webhook": Webhook(http, [bases["webhook-0"], bases["webhook-1"]], self._keys, SECRETS),
            "web": Web(http, [bases["web-0"], bases["web-1"]]),
            "twitter": Twitter(http, outside.x, self._keys),
            "telegram": Telegram(http, outside.telegram, self._keys),
        }


def of_cases(topics: Topics, administrator: str) -> Checker:
    """Return the checker of cases after it has checked them. Questions for a status lead to no fact, so it does not see them."""
    mailbox = [entry for entry in topics.complaints if entry.said.get("kind") != "status"]
    replies = [entry for entry in of_kind(topics.conversations, "reply") if entry.said["kind"] != "status"]
    letters = [entry for entry in topics.letters if entry.said.get("source_topic") == "lapor.complaints"]
    checker = Checker(Log(mailbox, topics.facts, topics.cases, replies, letters), administrator=administrator)
    checker.check([])
    checker.letters = [entry.said for entry in topics.letters]
    return checker


def check_kills(pipeline: Pipeline, chaos: Chaos) -> None:
    """Hold that the run did what it promised: a kill that hits nothing proves nothing."""
    hits = pipeline.hits()
    assert all(hit["records"] for hit in hits)
    dead = Counter(hit["name"].rpartition("-")[0] for hit in hits if hit["signal"] == "SIGKILL")
    assert all(dead[service] >= number for service, number in chaos.kills.items())
    assert sum(hit["signal"] == "SIGSTOP" for hit in hits) >= sum(chaos.pauses.values())


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
        "sink": 1,
        "view": 1,
    },
    pauses={"conversation": 1},
    wipes=2,
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
    wipes=4,
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
    wipes=20,
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
