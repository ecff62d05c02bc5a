"""The web channel: a form that works on any phone, the page of each case, and the JSON API of the mobile app."""
