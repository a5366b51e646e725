"""Changes of a storage: planned, backed up, written down before they are made, and taken back whole (contract §11)."""
