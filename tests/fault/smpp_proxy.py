"""A TCP proxy between an SMSC and our door that does what bad links do: bytes one by one, pauses, resets, silence."""

import asyncio
import contextlib
import itertools
import random
import socket
import struct
from collections import Counter
from dataclasses import dataclass
from typing import Self

PAUSE_S = 0.8
"""Longer than most clients' read timeout of half a second, shorter than what ends a link."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What happens on one connection.

    Attributes:
        name: for the count.
        budget: bytes from the SMSC after which it ends.
        segment: most bytes that go on at once; 0 is as they come.
        pause_every: bytes after which the stream pauses, wherever in a PDU that is; 0 is never.
        silent: whether it ends half-open, swallowing everything, or with a reset.
    """

    name: str
    budget: int
    segment: int = 0
    pause_every: int = 0
    silent: bool = False


PLANS = (
    Plan(name="one byte at a time", budget=12_000, segment=1),
    Plan(name="pauses inside a PDU", budget=9_000, pause_every=1_777),
    Plan(name="reset", budget=5_003),
    Plan(name="half-open", budget=7_001, silent=True),
    Plan(name="reset at once", budget=310),
    Plan(name="sound", budget=150_000),
)


class FaultProxy:
    """Listens on loopback and carries each connection to the SMSC by the next plan. Runs in the caller's event loop."""

    def __init__(self, smsc_port: int, *, seed: int) -> None:
        self.ended: Counter[str] = Counter()
        self.port = 0
        self._smsc_port = smsc_port
        self._random = random.Random(seed)
        self._plans = itertools.cycle(PLANS)
        self._server: asyncio.Server | None = None
        self._carried: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._carry, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        for task in self._carried:
            task.cancel()
        await asyncio.gather(*self._carried, return_exceptions=True)

    async def _carry(self, door_in: asyncio.StreamReader, door_out: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._carried.add(task)
        task.add_done_callback(self._carried.discard)
        plan = next(self._plans)
        smsc_in, smsc_out = await asyncio.open_connection("127.0.0.1", self._smsc_port)
        for writer in (door_out, smsc_out):
            writer.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        pumps = {
            asyncio.create_task(self._pump(smsc_in, door_out, plan, budget=plan.budget + self._random.randrange(200))),
            asyncio.create_task(self._pump(door_in, smsc_out, plan, budget=0)),
        }
        try:
            await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
            if plan.silent:
                await self._swallow(door_in, smsc_in, pumps)
        finally:
            self.ended[plan.name] += 1
            for pump in pumps:
                pump.cancel()
            await asyncio.gather(*pumps, return_exceptions=True)
            for writer in (door_out, smsc_out):
                _reset(writer)

    async def _pump(
        self, source: asyncio.StreamReader, target: asyncio.StreamWriter, plan: Plan, *, budget: int
    ) -> None:
        """Carry one direction until its end or its budget, 0 of which is none; the last bytes are cut inside a PDU."""
        carried = until_pause = 0
        with contextlib.suppress(ConnectionError):
            while chunk := await source.read(4096):
                if budget:
                    chunk = chunk[: budget - carried]
                step = plan.segment or (plan.pause_every and self._random.randrange(1, 600)) or len(chunk)
                for at in range(0, len(chunk), step):
                    piece = chunk[at : at + step]
                    target.write(piece)
                    await target.drain()
                    await asyncio.sleep(0)
                    until_pause += len(piece)
                    if plan.pause_every and until_pause > plan.pause_every:
                        until_pause = 0
                        await asyncio.sleep(PAUSE_S)
                carried += len(chunk)
                if budget and carried >= budget:
                    return

    @staticmethod
    async def _swallow(
        door_in: asyncio.StreamReader, smsc_in: asyncio.StreamReader, pumps: set[asyncio.Task[None]]
    ) -> None:
        """Take everything and pass nothing on, until one side gives up."""
        for pump in pumps:
            pump.cancel()
        await asyncio.gather(*pumps, return_exceptions=True)

        async def drain(reader: asyncio.StreamReader) -> None:
            with contextlib.suppress(ConnectionError):
                while await reader.read(4096):
                    pass

        drains = {asyncio.create_task(drain(reader)) for reader in (door_in, smsc_in)}
        await asyncio.wait(drains, return_when=asyncio.FIRST_COMPLETED)
        for task in drains:
            task.cancel()


def _reset(writer: asyncio.StreamWriter) -> None:
    """Close with RST in place of FIN."""
    with contextlib.suppress(OSError):
        linger = struct.pack("ii", 1, 0)
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    writer.transport.abort()
