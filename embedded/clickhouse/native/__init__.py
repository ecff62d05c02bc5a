"""ClickHouse's Native format: finds where each column and block ends, and adapts blocks to a client's protocol revision."""
