"""What every process needs to run: settings, telemetry, HTTP hosting, and which build is in use."""
