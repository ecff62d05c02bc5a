"""The sender's step: takes the texts of an account from its mailbox, sends each at most once unless its outcome is unknown, and says so."""
