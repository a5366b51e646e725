"""What the bytes of a value are, and how they are shown, laid out and compared."""
