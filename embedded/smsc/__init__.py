"""A stand-in for a mobile operator's SMSC, the server for SMS.

It delivers citizens' messages to SMPP clients, and stores the messages that these clients send to citizens.

    from embedded.smsc import SmscConfig, run_foreground
    run_foreground(SmscConfig(data_dir=Path("var/smsc")))

or `python -m embedded.smsc --port 2775 --control-port 2776 --data-dir var/smsc`; inside a test, `async with Smsc(...)`.
"""

from embedded.smsc.centre import Smsc
from embedded.smsc.config import SmscConfig
from embedded.smsc.delivery import Delivery, PartResult
from embedded.smsc.server import run_foreground
from embedded.smsc.text import Part, TextError, split

__all__ = ["Delivery", "Part", "PartResult", "Smsc", "SmscConfig", "TextError", "run_foreground", "split"]
