"""The embedded TileDB server: the current platform (v4, and v1 for tasks) or the classic cloud (v1, v2).

It answers as `contracts/tiledb.md` says, so that the vendor's own clients work on it. What the contract leaves open
(status of some refusals, permission rules, page sizes) is decided here and said where it is. `service.EmbeddedTileDB`
is the whole.
"""
