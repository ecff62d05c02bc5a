"""The commands of lapor, a module for each group."""
