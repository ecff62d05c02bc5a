"""Twitter @lapor1708: mentions and direct messages are read after a cursor, which is committed with their records; replies are posts."""
