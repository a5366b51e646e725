"""What goes to the terminal: the difference to what it shows, at the pace at which it can take it."""
