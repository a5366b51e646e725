"""The array viewer and its parts."""
