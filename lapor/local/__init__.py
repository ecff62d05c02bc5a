"""The whole pipeline on one machine: start, supervise and stop it."""
