"""Servers for a machine that has none: the real Kafka, the real ClickHouse engine, and imitations of SMSC, X and Telegram."""
