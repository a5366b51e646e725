"""The demo: every system's sample data and embedded server, made and kept by one child process."""
