"""Forms and files as they come in, with a bound for each."""
