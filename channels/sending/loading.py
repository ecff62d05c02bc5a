"""Reads the committed states of a partition: the unsettled texts of its accounts in order, early reports and cursors."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from msgspec import Struct, json

from channels.sending.draft import FORMAT
from channels.sending.texts import (
    BEYOND,
    EARLY,
    LETTER,
    Text,
    Unreadable,
    account_of,
    milliseconds,
    read_state,
    read_text,
)
from complaints.bus.step.contract import newer_format
from complaints.bus.step.states.store import Store
from complaints.contract import ACCOUNTS
from complaints.crypto import Keyring
from complaints.values import Moment


class _Said(Struct, frozen=True):
    expires_at: Moment
    citizen: str
    urgent: bool | None = None


class _Head(Struct, frozen=True):
    """The part of a text's state that is read before the text is opened."""

    order: int
    token: str
    send: _Said


_HEAD: Final = json.Decoder(_Head)


class _Account(Struct, frozen=True):
    """The state of an account."""

    cursor: dict[str, Any] | None


_ACCOUNT: Final = json.Decoder(_Account)


class Found(NamedTuple):
    """A text that is not settled, and has not been opened yet.

    Attributes:
        order: its offset in the mailbox.
        key: the key of its state.
        expires_ms: when it expires, in milliseconds since 1970.
        token: the token of its attempt; empty if there is none.
        account: the name of its account.
        citizen: whom it is for.
        urgent: whether it goes before those of other citizens.
    """

    order: int
    key: bytes
    expires_ms: int
    token: str
    account: str
    citizen: str
    urgent: bool


@dataclass(slots=True)
class Loaded:
    """The states of a partition.

    Attributes:
        texts: the texts that are not settled, in the order in which they came.
        early: the reports that wait for the outcome of their text: state keys to states.
        cursors: the cursors of the accounts that have one, by name.
    """

    texts: list[Found] = field(default_factory=list)
    early: dict[bytes, bytes] = field(default_factory=dict)
    cursors: dict[str, Mapping[str, Any]] = field(default_factory=dict)


MOST_SHOWN: Final = 300
"""The maximum bytes of a key in an error: an operator must be able to copy it whole. Our own keys are shorter than 200."""


def load(store: Store, partition: int) -> Loaded:
    """Return the states of a partition, also of accounts that are not set up here. Sent texts are not read: they may be many.

    Raises:
        Unreadable: a state cannot be read.
        ConfigurationError: a state has a newer format.
    """
    found = Loaded()
    for account in list(_accounts(store, partition)):
        name = account_name(account, partition=partition)
        for key in store.keys(partition, account + LETTER):
            said = read_state(_value(store, partition, key), _HEAD, partition=partition)
            expires_ms, urgent = milliseconds(said.send.expires_at), bool(said.send.urgent)
            found.texts.append(Found(said.order, key, expires_ms, said.token, name, said.send.citizen, urgent))
        for key in store.keys(partition, account + EARLY):
            found.early[key] = _value(store, partition, key)
        if store.get(partition, account) is not None:
            cursor = read_cursor(_value(store, partition, account), partition=partition)
            if cursor is not None:
                found.cursors[name] = cursor
    found.texts.sort()
    return found


def read_cursor(value: bytes | None, *, partition: int) -> Mapping[str, Any] | None:
    """Return the cursor in the state of an account; None if there is no state, or no cursor in it.

    Raises:
        Unreadable: the state cannot be read.
    """
    return None if value is None else read_state(value, _ACCOUNT, partition=partition).cursor


def account_name(key: bytes, *, partition: int) -> str:
    """Return the name of the account that a key of the state topic belongs to.

    Raises:
        Unreadable: the key belongs to no account.
    """
    try:
        return account_of(key).decode()
    except UnicodeDecodeError as error:
        raise Unreadable(
            f"the key {key[:MOST_SHOWN]!r} in {ACCOUNTS}/{partition} is none of a state: write a record without a value under it",
            partition,
        ) from error


def stored_text(store: Store, partition: int, key: bytes, keyring: Keyring) -> Text:
    """Return a text that is in the store.

    Raises:
        Unreadable: it cannot be read or opened.
        ConfigurationError: its state has a newer format.
    """
    return read_text(_value(store, partition, key), keyring, partition=partition)


def _accounts(store: Store, partition: int) -> Iterator[bytes]:
    """Yield the accounts that have states, with one seek in the store for each."""
    after = b""
    while (key := next(store.keys(partition, after=after), None)) is not None:
        account = account_of(key)
        yield account
        after = account + BEYOND


def _value(store: Store, partition: int, key: bytes) -> bytes:
    """Return the value of a state that exists."""
    state = store.get(partition, key)
    assert state is not None, key
    if state.format > FORMAT:
        raise newer_format(f"the copy of {ACCOUNTS}", state.format, FORMAT)
    return state.value
