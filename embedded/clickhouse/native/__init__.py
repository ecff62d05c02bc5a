"""ClickHouse's Native format: finds where each column and block ends."""
