"""The programs that copy events from Kafka to a database, so that they can be queried. At present there is one, for ClickHouse."""
