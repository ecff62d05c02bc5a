"""Topics of a test's own, beside the declared ones."""

from confluent_kafka.admin import AdminClient, NewTopic  # type: ignore[attr-defined]  # its stubs forget it

from complaints.contract import topics


def make_like(brokers: str, name: str, like: str) -> None:
    """Make a topic with as many partitions as a declared one; fails if it exists."""
    admin = AdminClient({"bootstrap.servers": brokers})
    for made in admin.create_topics([NewTopic(name, topics()[like].partitions)]).values():
        made.result(30)
