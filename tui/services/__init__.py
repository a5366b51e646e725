"""What the systems' clients share: errors, printable text, health. Knows no screen."""
