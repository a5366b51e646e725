"""Widgets that every system's screens are made of. They paint what they are given, and fetch nothing."""
