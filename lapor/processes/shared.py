"""The parent of the services: loads the modules and tables that they share into one memory, and forks (see `forking`).

It starts no thread and opens no connection, because neither would survive a fork.
"""

import ctypes
import gc
import sys
from importlib import import_module
from typing import Final

from complaints.notices import notices
from lapor.processes.clock import today
from lapor.processes.forking import main
from normalizer.complaint import Normaliser
from normalizer.language.examples import OF_INTENTS, OF_SEQUELS
from normalizer.language.model import model
from router.learning.models import NO_MODELS
from router.routing import Router

SHARED: Final = (
    "channels.sms.channel",
    "channels.telegram.channel",
    "channels.twitter.channel",
    "channels.web.channel",
    "channels.web.parts",
    "complaints.bus.kafka_python",
    "complaints.bus.step.worker",
    "complaints.storage.bucket",
    "conversation.step",
    "embedded.smsc.server",
    "embedded.telegram.server",
    "embedded.x.server",
    "lapor.commands.stack",
    "lapor.commands.topics",
    "lapor.local.note",
    "lapor.processes.run_channels",
    "lapor.processes.run_view",
    "lapor.processes.services",
    "neighbours.step",
    "router.app",
    "router.cases.step",
    "sinks.clickhouse.migrate",
    "sinks.clickhouse.sink",
)
"""The top modules of the services, which import all others."""

_M_ARENA_MAX: Final = -8
"""The parameter of mallopt(3) for the number of glibc's arenas: with one per thread, a process wastes tens of MiB."""


for _name in SHARED:
    import_module(_name)
notices()
Normaliser.load()
model(OF_INTENTS)
model(OF_SEQUELS)
Router.load(model=NO_MODELS, today=today())
gc.collect()
gc.freeze()  # a collection in a fork would write to all pages, and so copy them
if sys.platform == "linux":
    _c = ctypes.CDLL(None)
    if hasattr(_c, "malloc_trim"):  # not in musl
        _c.malloc_trim(0)
        _c.mallopt(_M_ARENA_MAX, 2)

if __name__ == "__main__":
    main()
