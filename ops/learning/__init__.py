"""Learns from officers which agencies they choose, as a model that the router uses beside its rules; learns the language models, too."""
