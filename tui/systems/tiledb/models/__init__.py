"""What both platforms speak, and the words that they share."""
