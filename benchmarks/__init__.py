"""Measures the promises that are figures, each on the real parts: throughput beside Quix Streams, latency, memory."""
