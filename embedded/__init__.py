"""Servers for a machine that has none: the real Kafka, the real ClickHouse engine, and stand-ins for SMSC, X and Telegram."""
