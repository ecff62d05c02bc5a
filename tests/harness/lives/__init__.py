"""Whole lives of cases: who drives them, and a second account of them."""
