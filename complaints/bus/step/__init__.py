"""A step: a consumer group with one mailbox and keyed state that changes in one Kafka transaction.

`contract` is what a step asks of its user, and imports no client; `worker` runs it.
"""
