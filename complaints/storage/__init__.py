"""Storage on disk or in object storage: the spool, attachments, and small files that are written whole or not at all."""
