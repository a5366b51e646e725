"""The embedded node: a server that speaks as a real one does, alone or in a group (contract §15)."""
