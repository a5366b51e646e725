"""Screens that every system shares. They ask the resource types, and never a socket or a file."""
