"""The analysts' tools besides SQL: connections for their programs, the guide's queries, the dashboard and a sample history."""
