"""What `arraydeck doctor` looks at, a module for each part."""
