"""The real server, as far as the stand-in plays it: a JSON file that every process of a test shares."""

import fcntl
import json
import os
from contextlib import contextmanager
from pathlib import Path

FILE = os.environ.get("LY_STANDIN_STATE", "")
EMPTY = {
    "users": {"root": {"password": "root-password-1", "admin": True}},
    "groups": {"analysts": ["root"]},
    "profiles": ["Custom profile 1", "Standard", "Strict"],
    "databases": {},
    "grants": [],
    "tokens": {},
    "count": 0,
    "cache": 7,
    "calls": [],
}
current = None
"""The connection of this process: the package keeps it to itself."""


@contextmanager
def state():
    """Give the state to read and to change; nobody else has it meanwhile."""
    with Path(FILE).open("a+", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.seek(0)
        found = json.loads(file.read() or json.dumps(EMPTY))
        try:
            yield found
        finally:
            file.seek(0)
            file.truncate()
            file.write(json.dumps(found))
            file.flush()
