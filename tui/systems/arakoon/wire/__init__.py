"""Arakoon's protocol apart from input and output: bytes to values and back (contract §2 to §7)."""
