"""The settings of a stand-in SMSC, such as its addresses, its login and its timeouts."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class SmscConfig:
    """The settings of one stand-in SMSC.

    Attributes:
        data_dir: folder for the messages that clients send.
        host: address of both servers; loopback by default.
        port: SMPP port; 0 takes a free one.
        control_port: HTTP control port; 0 takes a free one.
        system_id: the name that a client must bind with. Only its first 15 characters are compared.
        password: the password of that name. SMPP has room for eight characters, so only the first eight are compared.
        destination: the short code that receives a message if the message names none, for instance a typed line.
        window: maximum number of unanswered deliver_sm on one bind.
        response_timeout_s: maximum time for the answer to a deliver_sm or enquire_link, in seconds. After it, a
            deliver_sm is sent again unless its sender wants no retry; after an unanswered enquire_link, the connection is
            aborted.
        enquire_link_s: silence of a client, in seconds, after which an enquire_link is sent.
        retry_s: first pause before a part is sent again, in seconds; it doubles up to 2 s.
        receipt_s: time between a submit_sm and its delivery receipt, in seconds.
    """

    data_dir: Path
    host: str = "127.0.0.1"
    port: int = 2775
    control_port: int = 2776
    system_id: str = "lapor"
    password: str = "lapor"  # noqa: S105 - the default of a stand-in on loopback; README.md and --help show it
    destination: str = "1708"
    window: int = 32
    response_timeout_s: float = 10.0
    enquire_link_s: float = 15.0
    retry_s: float = 0.2
    receipt_s: float = 0.1
