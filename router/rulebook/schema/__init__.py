"""The form of every data file of router and normaliser, as pydantic models. Pure."""
