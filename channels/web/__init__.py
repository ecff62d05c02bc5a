"""The web door: a form that works on any phone, and the JSON API of the mobile app."""
