"""What a citizen wants, learnt from example sentences: which intent each clause of a message has, and how sure that is."""
