"""Sends complaints through the real channels of a running stack."""
