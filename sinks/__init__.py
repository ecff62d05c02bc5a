"""The databases that events are copied to, so that they can be queried."""
