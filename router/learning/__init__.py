"""The models learnt from officers' decisions: their form, what a complaint scores with them, and what of it counts."""
