"""The matter of a text and its place, as a signature that finds duplicates."""
