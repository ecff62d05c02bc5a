"""ClickHouse for analysts: no identity, masked text, and each event once however often it comes."""
