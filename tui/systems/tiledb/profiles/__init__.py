"""The profiles and log-ins that TileDB's own tools keep on this machine, shared with them."""
