"""Find anything: one search over all profiles and resource types, ranked, within bounds of time, pages and memory."""
