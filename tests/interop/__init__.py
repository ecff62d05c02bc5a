"""SMSCs and clients that we did not write."""
