"""The doors: each turns what its protocol brings into the one complaint event, and says yes only when that is safe."""
