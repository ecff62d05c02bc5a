"""Messages of many citizens by each channel, and what must become of them."""
