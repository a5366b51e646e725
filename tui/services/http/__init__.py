"""HTTP for the systems that are services: one session with limits, retries, renewal of log-ins and errors in words."""
