"""The links to the operators' SMSCs, read from the setting LAPOR_SMPP."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, cast, get_args
from urllib.parse import parse_qs, urlsplit

from channels.sms.coding import Alphabet
from channels.sms.receipts import normalised
from complaints.errors import ConfigurationError
from complaints.runtime.address import Address, parse_address

PORT: Final = 2775
"""The port that IANA assigned to SMPP."""

_BASES: Final = {"": (None, None), "dec": (16, 10), "hex": (10, 16)}
"""For each value of `receipt_id`, the base in which an SMSC writes the id of a text in its answer, and in its receipts."""

_NAMED = re.compile(r"(?P<name>[A-Za-z0-9._-]{1,60})=(?P<address>smpp://.*)", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """One link to an operator's SMSC.

    Attributes:
        name: the operator's name from the setting, or else system_id@host:port. It must never change: it is the key of the link's mailbox.
        address: the address of the SMSC, with system_id and password.
        per_second: the texts per second that the operator grants; None if no number is set.
        receipt_id: "dec" or "hex", the base of ids in receipts, if the answers use the other base; otherwise empty.
        plain_receipts: whether a message with the words of a receipt but without its mark counts as one. Any citizen can forge those.
        alphabet: the meaning of data_coding 0 at the SMSC.
    """

    name: str
    address: Address
    per_second: float | None = None
    receipt_id: str = ""
    plain_receipts: bool = False
    alphabet: Alphabet = "gsm7"

    def submitted_id(self, message_id: str) -> str:
        """Return the id from an answer to a submit_sm, normalised for comparison."""
        return normalised(message_id, _BASES[self.receipt_id][0])

    def reported_id(self, message_id: str) -> str:
        """Return the id from a receipt, normalised for comparison."""
        return normalised(message_id, _BASES[self.receipt_id][1])


def read_links(text: str) -> list[Link]:
    """Return the links that the setting names.

    Each has the form `smpp://system_id:password@host:port`, or `name=smpp://...`; several are separated by commas. `?tps=10` gives the
    texts per second that the operator grants, `?receipt_id=dec` or `hex` the base in which its receipts write ids. `?receipts=plain` is for
    an SMSC that leaves esm_class at 0 in its receipts: they are recognised by their words alone, so any telephone can forge them.
    `?alphabet=latin1` or `packed` is for an SMSC whose default alphabet is Latin-1, or whose septets are packed into octets. If an
    operator grants several binds to one system_id, repeat its address: a plus is appended to the name of the second bind, two to that of
    the third, and so on.

    Raises:
        ConfigurationError: an address is wrong, or two links have the same name. The text never contains a password.
    """
    links: list[Link] = []
    for entry in filter(None, (part.strip() for part in text.split(","))):
        link = _read_link(entry)
        while link.name in {other.name for other in links}:
            if _NAMED.fullmatch(entry):
                raise ConfigurationError(f"LAPOR_SMPP: two links have the name {link.name}")
            link = replace(link, name=f"{link.name}+")
        links.append(link)
    if not links:
        raise ConfigurationError("no SMSC: set LAPOR_SMPP=smpp://system_id:password@host:port")
    return links


def _read_link(entry: str) -> Link:
    named = _NAMED.fullmatch(entry)
    url = named["address"] if named else entry
    try:
        address = parse_address(url, scheme="smpp", default_port=PORT)
    except ConfigurationError as error:
        raise ConfigurationError(f"LAPOR_SMPP: {error}") from error
    options = {name: values[-1] for name, values in parse_qs(urlsplit(url).query, keep_blank_values=True).items()}
    if unknown := options.keys() - {"tps", "receipt_id", "receipts", "alphabet"}:
        raise ConfigurationError(
            f"LAPOR_SMPP: no option {min(unknown)!r}; there are tps, receipt_id, receipts and alphabet"
        )
    if (receipt_id := options.get("receipt_id", "")) not in _BASES:
        raise ConfigurationError(f"LAPOR_SMPP: receipt_id={receipt_id!r} is neither hex nor dec")
    if (receipts := options.get("receipts", "")) not in {"", "plain"}:
        raise ConfigurationError(f"LAPOR_SMPP: receipts={receipts!r} is not plain")
    alphabet = options.get("alphabet", "gsm7")
    if alphabet not in get_args(Alphabet):
        raise ConfigurationError(f"LAPOR_SMPP: alphabet={alphabet!r} is none of {', '.join(get_args(Alphabet))}")
    return Link(
        name=named["name"] if named else f"{address.user}@{address.host}:{address.port}",
        address=address,
        per_second=_per_second(options.get("tps")),
        receipt_id=receipt_id,
        plain_receipts=receipts == "plain",
        alphabet=cast("Alphabet", alphabet),
    )


def _per_second(text: str | None) -> float | None:
    if text is None:
        return None
    try:
        found = float(text)
    except ValueError:
        found = 0.0
    if not 0 < found <= 100_000:  # noqa: PLR2004  # far above any operator's grant, and no infinity
        raise ConfigurationError(f"LAPOR_SMPP: tps={text!r} is not a number of texts per second")
    return found


def twins(link: Link, links: Sequence[Link]) -> list[Link]:
    """Return the links to the same SMSC with the same system_id, `link` first: a receipt may come over any of them."""
    own = (link.address.user, link.address.host, link.address.port)
    others = [one for one in links if one is not link and (one.address.user, one.address.host, one.address.port) == own]
    return [link, *others]
