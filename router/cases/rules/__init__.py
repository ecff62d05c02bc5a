"""What each command does to a case, by who may give it."""
