"""The settings of the stand-in for X, such as its address, our account and the rate limit."""

from dataclasses import dataclass
from pathlib import Path

UNLIMITED = 1_000_000  # a rate limit that no test or demo reaches


@dataclass(frozen=True, slots=True, kw_only=True)
class XConfig:
    """The settings of one stand-in for X.

    Attributes:
        data_dir: folder for accounts and posts.
        host: address to listen on; loopback by default.
        port: port to listen on; 0 takes a free one.
        account: our account's username.
        bearer_token: the only bearer token that is accepted; any if None. An OAuth 1.0a header is accepted in either case.
        rate_limit: requests per endpoint and window before 429. The default is far above X's own limit (450 requests for
            mentions in 15 minutes), so that a demo can poll every second. To reach the limit in a test, set it here or
            through the control interface.
        rate_window_s: length of that window in seconds, 15 minutes as at X.
        keep_alive_s: time without a post, in seconds, after which a stream sends an empty line; 20 as at X.
    """

    data_dir: Path
    host: str = "127.0.0.1"
    port: int = 8701
    account: str = "lapor1708"
    bearer_token: str | None = None
    rate_limit: int = UNLIMITED
    rate_window_s: int = 900
    keep_alive_s: float = 20.0
