"""Arakoon's own screens: statistics over time, and a key's value."""
