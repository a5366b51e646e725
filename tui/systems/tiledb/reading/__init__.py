"""Cells of arrays, read with TileDB's own library: the optional extra `tiledb`."""
