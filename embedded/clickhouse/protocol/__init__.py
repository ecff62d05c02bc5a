"""ClickHouse's native protocol: its packets, its compression and the connection to one client."""
