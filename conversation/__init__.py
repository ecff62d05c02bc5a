"""The conversation: the step of a citizen. It tells what each message becomes, and when, by which account and how often he hears of it."""
