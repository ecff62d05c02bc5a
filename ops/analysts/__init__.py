"""What analysts have beside SQL: how their tools connect, the guide's queries, and the dashboard."""
