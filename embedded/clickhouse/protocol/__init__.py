"""ClickHouse's native protocol: packets, compression and the connection."""
