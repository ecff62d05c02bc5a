"""The work of `lapor demo`: shows people the main job from end to end."""
