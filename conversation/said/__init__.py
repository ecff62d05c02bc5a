"""Reads the few words by which a citizen acts on a case of his: what he asks for, what he says of an answer, a rating. Pure."""
