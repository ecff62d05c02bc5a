"""The composition root: every real object is put together here."""
