"""Twitter @lapor1708: mentions polled by since_id, which moves only after Kafka acked."""
