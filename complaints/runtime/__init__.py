"""The parts that processes need to run: settings, telemetry, HTTP hosting, the fuse, and the check of compiled modules."""
