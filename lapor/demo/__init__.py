"""The main job from end to end, for people to watch."""
