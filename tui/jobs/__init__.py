"""Work that goes on: jobs with progress, and the database that remembers what was done."""
