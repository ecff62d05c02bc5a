"""Measures the routing of complaints: right answers, places, learning and speed."""
