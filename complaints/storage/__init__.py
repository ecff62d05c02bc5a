"""Storage: the spool and small files, which are written completely or not at all, on disk; attachments on disk or in object storage."""
