"""The parts that processes need to run.

They are the settings, the packaged data files, the telemetry, the record of how each channel reaches its upstream, the HTTP hosting, the
fuse, and the check of compiled modules.
"""
