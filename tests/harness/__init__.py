"""What the tests share: real servers, channels over real protocols, stand-ins, events and waits."""
