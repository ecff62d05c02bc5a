"""Telegram: updates by getUpdates or webhook; the offset moves, and a webhook hears yes, only when the update is safe."""
