"""From the first byte at a door to a row for analysts."""
