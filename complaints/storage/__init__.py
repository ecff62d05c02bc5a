"""Storage on disk or in object storage: the spool, attachments, and small files that are written completely or not at all."""
