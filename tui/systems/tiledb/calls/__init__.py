"""What the clients ask of either platform, a module for each part of it."""
