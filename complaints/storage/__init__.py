"""What is kept on disk or in object storage: the spool, attachments, and small files written whole."""
