"""Prints how an analyst's tools connect to ClickHouse, as lines to copy."""

from dataclasses import dataclass
from typing import Final
from urllib.parse import quote, urlsplit

from complaints.runtime.address import Address, parse_address

NATIVE_PORT: Final = 9000
HTTP_PORTS: Final = {"http": 8123, "https": 8443}
"""ClickHouse's own ports by the scheme of an address, which its clients take, too, if none is named."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """The addresses of ClickHouse for analysts, and their account.

    Attributes:
        account: port and account of the native protocol.
        host: the host of both protocols.
        http_port: the port of the HTTP interface.
        tls: whether the HTTP interface is reached by TLS.
    """

    account: Address
    host: str
    http_port: int
    tls: bool

    @classmethod
    def of(cls, native: str, http: str | None) -> "Connection":
        """Return the connection for two addresses.

        Args:
            native: clickhouse://user:password@host:port/database, as this machine reaches it.
            http: http://host:port or https://host:port, as analysts reach it; None for ClickHouse's own port on the host of the other.

        Raises:
            ConfigurationError: `native` is no such address.
        """
        address = parse_address(native, scheme="clickhouse", default_port=NATIVE_PORT)
        parts = urlsplit(http or f"http://{address.host}")
        port = parts.port or HTTP_PORTS[parts.scheme]
        return cls(account=address, host=parts.hostname or address.host, http_port=port, tls=parts.scheme == "https")

    def document(self) -> dict[str, dict[str, str | int]]:
        """Return both ways with host, port, user, password and database, for programs; that of HTTP has `secure` if it is by TLS."""
        account: dict[str, str | int] = {
            "user": self.account.user,
            "password": self.account.password.get_secret_value(),
            "database": self.account.path,
        }
        secure = {"secure": True} if self.tls else {}
        return {
            "http": {"host": self.host, "port": self.http_port, **account, **secure},
            "native": {"host": self.host, "port": self.account.port, **account},
        }

    def lines(self) -> str:
        """Return the lines to copy for each tool."""
        ways = self.document()
        http = ways["http"]
        login = ":".join(quote(str(http[name]), safe="") for name in ("user", "password"))
        return _LINES.format(
            native_port=ways["native"]["port"],
            address=f"{login}@{self.host}:{self.http_port}/{http['database']}{'?secure=true' if self.tls else ''}",
            scheme="https" if self.tls else "http",
            more=", secure=True" if self.tls else "",
            jdbc="?ssl=true" if self.tls else "",
            tls=", TLS" if self.tls else "",
            **http,
        )


_LINES: Final = """\
The account reads the views and nothing else. Its password is in these lines: keep them to yourself.

Python (pip install clickhouse-connect)
    import clickhouse_connect
    client = clickhouse_connect.get_client(
        host="{host}", port={port}, username="{user}", password="{password}", database="{database}"{more})
    client.query_df("SELECT channel, count() FROM complaints GROUP BY channel")

Python with SQLAlchemy
    sqlalchemy.create_engine("clickhousedb://{address}")

R (install.packages("RClickhouse"); native protocol)
    DBI::dbConnect(RClickhouse::clickhouse(), host = "{host}", port = {native_port}, db = "{database}",
                   user = "{user}", password = "{password}")

DBeaver and any other tool with JDBC (driver: ClickHouse)
    jdbc:clickhouse://{host}:{port}/{database}{jdbc}
    user {user}, password {password}

Metabase (Admin > Databases > ClickHouse) and Grafana (data source ClickHouse, protocol HTTP)
    host {host}, port {port}, database {database}, user {user}, password {password}{tls}

Superset (Data > Databases, with clickhouse-connect)
    clickhousedb://{address}

On the command line
    curl --user {user}:{password} "{scheme}://{host}:{port}/?database={database}" --data-binary "SELECT count() FROM cases"
"""
