"""The parts that every process needs to run: settings, telemetry, HTTP hosting, and the check of compiled modules."""
