"""The benchmarks of steps: the router's step beside Quix Streams, its latency, a million cases, and timers."""
