"""Who may run what on the embedded ClickHouse: the three accounts, their grants, and the rules for their statements. Knows no protocol."""
