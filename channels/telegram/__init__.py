"""Telegram: updates come by getUpdates or by webhook, and are confirmed only after their records are safe; replies are messages."""
