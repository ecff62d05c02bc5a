"""An embedded ClickHouse: chDB (ClickHouse's engine as a library) behind ClickHouse's native TCP protocol, for any client."""

from embedded.clickhouse.config import ServerConfig
from embedded.clickhouse.errors import EmbeddedClickHouseError, FolderInUseError
from embedded.clickhouse.server import ClickHouseServer
from embedded.clickhouse.serving import serve

__all__ = ["ClickHouseServer", "EmbeddedClickHouseError", "FolderInUseError", "ServerConfig", "serve"]
