"""One folder a system: all that is particular to it, and nothing of any other."""
