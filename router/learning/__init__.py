"""The models learnt from officers' decisions: their files, their scores for a complaint, and how these change the rules' scores."""
