"""The Native format: where each column and block ends."""
