"""What the stand-in for X is told: where to listen, which account is ours, how much may be asked."""

from dataclasses import dataclass
from pathlib import Path

UNLIMITED = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class XConfig:
    """Settings of one stand-in.

    Attributes:
        data_dir: folder for accounts and posts.
        host: address to listen on; loopback unless told otherwise.
        port: port to listen on; 0 takes a free one.
        account: our account's username.
        bearer_token: the only token that is let in; any is if None.
        rate_limit: requests of an endpoint in a window before 429. Far above X's own (450 mentions requests in 15
            minutes), so that a demo may poll each second; set it, or use the control side, to meet the limit.
        rate_window_s: length of that window in seconds, 15 minutes as at X.
        mention_cap: how many of the newest mentions can be paged to; X gives 800, None gives all.
        keep_alive_s: pause in seconds after which a stream sends an empty line, 20 as at X.
    """

    data_dir: Path
    host: str = "127.0.0.1"
    port: int = 8701
    account: str = "lapor1708"
    bearer_token: str | None = None
    rate_limit: int = UNLIMITED
    rate_window_s: int = 900
    mention_cap: int | None = None
    keep_alive_s: float = 20.0
