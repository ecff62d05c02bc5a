"""The rig of the kill tests: it starts processes, kills them with work in hand, and says what it has hit, whoever brings the work."""
