"""The integrity check of a storage: levels 1 to 4 with upstream's meaning and more, level 5 in full (contract §9)."""
