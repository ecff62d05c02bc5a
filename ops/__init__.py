"""Tools for operators: single cases, replays, evaluation and learning, and the check of what is running."""
