"""The work of `lapor demo`: shows the main job from end to end."""
