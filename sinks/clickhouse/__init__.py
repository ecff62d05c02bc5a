"""Copies events to ClickHouse for analysts (no identities, masked text, each event only once), and looks up the status of cases there."""
