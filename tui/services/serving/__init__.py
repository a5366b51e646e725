"""What the embedded servers of the HTTP systems share: ports, faults on request, a request log, SQLite state, a clock.

`listening` and `gate` need starlette's and uvicorn's world and are imported only by a server that starts.
"""
