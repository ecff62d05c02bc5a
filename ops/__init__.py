"""For operators: cases by hand, replays, and what is up and what is not."""
