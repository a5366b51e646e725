"""Screens of Arraylake's own."""
