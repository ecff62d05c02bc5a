"""The channels: each turns the messages of its protocol into inbound messages, and acknowledges one only after it is safe."""
