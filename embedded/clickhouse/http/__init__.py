"""ClickHouse's HTTP interface over the engine: what BI tools, notebooks and JDBC speak."""
