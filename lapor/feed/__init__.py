"""The work of `lapor feed`: sends complaints through the real channels of a running stack."""
