"""Lists of several profiles as one list: merged row by row, or compared side by side."""
