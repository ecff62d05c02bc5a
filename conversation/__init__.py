"""The conversation: the step of a citizen. It decides what each message becomes, and when and by which account replies are sent."""
