"""The JSON API of the mobile apps, and its OpenAPI document."""
