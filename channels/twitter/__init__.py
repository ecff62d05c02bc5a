"""Twitter @lapor1708: mentions are read behind a cursor, which is committed together with their records; replies are posts."""
