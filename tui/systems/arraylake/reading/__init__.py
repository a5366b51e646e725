"""What is in repositories, read with the optional extra `icechunk`."""
