"""Imported by the parent of the services alone: loads what they share, so that each fork has it at once and in the same memory.

It starts no thread and opens no connection, because neither would outlive a fork.
"""

import ctypes
import gc
import os
import sys
from contextlib import suppress
from importlib import import_module
from typing import Final

with suppress(PermissionError):  # it leads a session already
    os.setsid()  # only the supervisor gets Ctrl-C and the end of the terminal, also while this imports

from complaints.wording import wording
from lapor.processes.clock import today
from normalizer.complaint import Normaliser
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
"""The modules at the top of the services, which import all others."""

_M_ARENA_MAX: Final = -8
"""The parameter of mallopt(3) for the number of glibc's arenas: with one per thread a process holds tens of MiB that nothing uses."""

for _name in SHARED:
    import_module(_name)
wording()
Normaliser.load()
Router.load(model=NO_MODELS, today=today())
gc.collect()
gc.freeze()  # a collection in a fork would write into all of it, and so copy it
if sys.platform == "linux":
    _c = ctypes.CDLL(None)
    if hasattr(_c, "malloc_trim"):  # not in musl
        _c.malloc_trim(0)
        _c.mallopt(_M_ARENA_MAX, 2)
