"""Servers for a machine without them: the real Kafka, the real ClickHouse engine, and stand-ins for SMSC, X and Telegram."""
