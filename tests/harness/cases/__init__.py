"""Cases: made ones, random ones, and a second account of what becomes of them."""
