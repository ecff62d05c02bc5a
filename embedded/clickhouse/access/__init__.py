"""Decides which account may run which statements on the embedded ClickHouse, in addition to the engine's grants. Knows no protocol."""
