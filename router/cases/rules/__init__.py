"""What each command does to a case, in modules by who may give it."""
