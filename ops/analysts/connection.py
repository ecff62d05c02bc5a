"""Prints how an analyst's tools connect to ClickHouse, as lines to copy."""

from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from complaints.runtime.address import Address, parse_address

NATIVE_PORT: Final = 9000
HTTP_PORT: Final = 8123


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """The addresses of ClickHouse, and the account of the analysts.

    Attributes:
        native: host, port and account of the native protocol.
        http_host: the host of the HTTP interface.
        http_port: its port.
    """

    native: Address
    http_host: str
    http_port: int

    @classmethod
    def of(cls, native: str, http: str | None) -> "Connection":
        """Return the connection for two addresses.

        Args:
            native: clickhouse://user:password@host:port/database.
            http: http://host:port; None for the default HTTP port on the host of `native`.

        Raises:
            ConfigurationError: `native` is no such address.
        """
        address = parse_address(native, scheme="clickhouse", default_port=NATIVE_PORT)
        parts = urlsplit(http or f"//{address.host}:{HTTP_PORT}")
        return cls(native=address, http_host=parts.hostname or address.host, http_port=parts.port or HTTP_PORT)

    def document(self) -> dict[str, dict[str, str | int]]:
        """Return host, port, user, password and database for HTTP and the native protocol, for programs."""
        account: dict[str, str | int] = {
            "user": self.native.user,
            "password": self.native.password.get_secret_value(),
            "database": self.native.path,
        }
        return {
            "http": {"host": self.http_host, "port": self.http_port, **account},
            "native": {"host": self.native.host, "port": self.native.port, **account},
        }

    def lines(self) -> str:
        """Return the lines to copy for each tool."""
        http, native = self.document()["http"], self.document()["native"]
        return _LINES.format(native_port=native["port"], **http)


_LINES: Final = """\
The account reads the views and nothing else. Its password is in these lines: keep them to yourself.

Python (pip install clickhouse-connect)
    import clickhouse_connect
    client = clickhouse_connect.get_client(host="{host}", port={port}, username="{user}", password="{password}", database="{database}")
    client.query_df("SELECT channel, count() FROM complaints GROUP BY channel")

Python with SQLAlchemy
    sqlalchemy.create_engine("clickhousedb://{user}:{password}@{host}:{port}/{database}")

R (install.packages("RClickhouse"); native protocol)
    DBI::dbConnect(RClickhouse::clickhouse(), host = "{host}", port = {native_port}, db = "{database}",
                   user = "{user}", password = "{password}")

DBeaver and any other tool with JDBC (driver: ClickHouse)
    jdbc:clickhouse://{host}:{port}/{database}
    user {user}, password {password}

Metabase (Admin > Databases > ClickHouse) and Grafana (data source ClickHouse, protocol HTTP)
    host {host}, port {port}, database {database}, user {user}, password {password}

Superset (Data > Databases, with clickhouse-connect)
    clickhousedb://{user}:{password}@{host}:{port}/{database}

On the command line
    curl --user {user}:{password} "http://{host}:{port}/?database={database}" --data-binary "SELECT count() FROM cases FORMAT PrettyCompact"
"""
