"""The sender's step: it takes an account's texts from its mailbox, sends each at most once, and writes what became of it as a delivery."""
