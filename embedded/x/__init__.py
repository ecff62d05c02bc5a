"""A stand-in for the X API v2 on this machine, for demos and tests. It follows X's documentation.

    from embedded.x import XConfig, run_foreground
    run_foreground(XConfig(data_dir=Path("var/x")))

or `python -m embedded.x --port 8701 --data-dir var/x`. HTTP requests under /_standin/ create
citizens' posts and messages.
"""

from embedded.x.config import XConfig
from embedded.x.server import run_foreground

__all__ = ["XConfig", "run_foreground"]
