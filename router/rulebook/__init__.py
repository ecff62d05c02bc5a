"""The law as data: rules, statutes, tiers of government and the reasons that citizens read, with their checks."""
