"""The settings of an embedded ClickHouse server and of its engine, and the place of its spool folder inside the data folder."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final
from xml.sax.saxutils import escape

from embedded.clickhouse.limits import PACKET_S, STUCK_S

_CONFIG: Final = """<clickhouse>
  <logger><level>none</level></logger>
  <mark_cache_size>{mark_cache}</mark_cache_size>
  <max_server_memory_usage>{memory}</max_server_memory_usage>
  <max_thread_pool_size>{threads}</max_thread_pool_size>
  <background_pool_size>2</background_pool_size>
  <background_common_pool_size>2</background_common_pool_size>
  <background_move_pool_size>1</background_move_pool_size>
  <background_fetches_pool_size>1</background_fetches_pool_size>
  <background_schedule_pool_size>4</background_schedule_pool_size>
  <access_control_improvements><table_engines_require_grant>true</table_engines_require_grant></access_control_improvements>
  <user_directories><users_xml><path>{users}</path></users_xml></user_directories>
</clickhouse>
"""
# Size of the mark cache. The few tables here have few marks; ClickHouse's default of 5 GiB is for a dedicated machine.
_MARK_CACHE_BYTES: Final = 16 << 20
# Enough for a dozen clients on a few cores; ClickHouse's default is 10,000.
_MAX_THREADS: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerConfig:
    """The settings of one embedded ClickHouse server.

    Attributes:
        data_dir: The folder that holds all data. Only one server can use a folder at a time.
        host: The address to listen on.
        port: The TCP port of the native protocol; 0 takes a free one.
        http_port: The TCP port of the HTTP interface; 0 takes a free one, None has none.
        passwords: The folder with the password of each account, which is made if missing; None for ``passwords`` in the data folder.
        max_clients: The maximum number of logged-in clients. Each account but the sink's may have half as many (see also
            limits.CLIENTS). Further clients are refused with code 202.
        max_memory_bytes: The maximum memory of all queries together in the engine, in bytes.
        idle_timeout_s: The maximum silence of a client between packets, in seconds; the default is ClickHouse's own.
        hello_timeout_s: The maximum time until a connection's whole hello has arrived, in seconds.
        io_timeout_s: The maximum duration of one read or write within a packet, in seconds; the default is ClickHouse's own.
        packet_timeout_s: The maximum time until a whole query, with its external tables, has arrived, in seconds.
        stuck_s: Seconds after the time limit of an analyst's statement at which the process ends if the engine still runs it.
        provinces: Codes of provinces whose analysts have their own accounts (see accounts.accounts).
        stop_timeout_s: How long the server waits for each client's thread when it stops, in seconds.
    """

    data_dir: Path
    passwords: Path | None = None
    host: str = "127.0.0.1"
    port: int = 9000
    http_port: int | None = None
    max_clients: int = 128
    max_memory_bytes: int = 2 << 30
    idle_timeout_s: float = 3600.0
    hello_timeout_s: float = 10.0
    io_timeout_s: float = 300.0
    packet_timeout_s: float = PACKET_S
    stuck_s: float = STUCK_S
    stop_timeout_s: float = 10.0
    provinces: tuple[str, ...] = ()


def spool_folder(data_dir: Path) -> Path:
    """Return the path of the subfolder of a data folder for rows that a client has sent and the engine has not read yet.

    Files that a killed server left there are useless; the next start deletes them.
    """
    return data_dir / "spool"


def engine_config(users: Path, max_memory_bytes: int) -> str:
    """Return the text of chDB's configuration file.

    Args:
        users: The file with its users and roles.
        max_memory_bytes: The maximum memory of all queries together, in bytes.
    """
    return _CONFIG.format(
        mark_cache=_MARK_CACHE_BYTES, memory=max_memory_bytes, threads=_MAX_THREADS, users=escape(str(users.resolve()))
    )
