"""What the embedded servers of the HTTP systems share: ports, faults, a request log, SQLite state, steering, a clock.

`listener`, `server` and `program` need uvicorn's world and are imported only by a server that starts.
"""
