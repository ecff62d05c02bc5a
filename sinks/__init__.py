"""Where events go to be asked about."""
