"""What an embedded SMSC is told: where to listen, whom to let in, how patient to be."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class SmscConfig:
    """Settings of one SMSC.

    Attributes:
        data_dir: folder for the messages it was sent.
        host: address of both servers; loopback unless told otherwise.
        port: SMPP port; 0 takes a free one.
        control_port: HTTP control port; 0 takes a free one.
        system_id: the name that a client must bind with.
        password: the password that goes with it; SMPP has room for eight characters, so only these count.
        destination: the short code that typed lines go to.
        window: deliver_sm in flight on one bind.
        response_timeout_s: how long a deliver_sm_resp may take, in seconds, before the part is sent again.
        enquire_link_s: silence on a bind, in seconds, after which it is asked for a sign of life.
        retry_s: first pause before a part is sent again, in seconds; it doubles up to two seconds.
        receipt_s: how long after a submit_sm its delivery receipt follows, in seconds.
    """

    data_dir: Path
    host: str = "127.0.0.1"
    port: int = 2775
    control_port: int = 2776
    system_id: str = "lapor"
    password: str = "lapor"  # noqa: S105 - a loopback stand-in's default, as README.md and --help say it
    destination: str = "1708"
    window: int = 32
    response_timeout_s: float = 10.0
    enquire_link_s: float = 15.0
    retry_s: float = 0.2
    receipt_s: float = 0.1
