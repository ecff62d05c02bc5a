"""ClickHouse for analysts: no identities, masked text, and each event only once, however often it is delivered."""
