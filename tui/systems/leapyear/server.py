"""The bundled server as a program, `python -m tui.systems.leapyear.server`: says where it is, runs until stopped."""

from __future__ import annotations

import argparse
import sqlite3
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tui.systems.leapyear.service_side.emulator import Emulator
    from tui.systems.leapyear.service_side.service import Service


def ready_line(service: Service[Any], credentials: dict[str, str]) -> dict[str, Any]:
    """Return what is said when the server listens: profile, ports and credentials."""
    return {
        "profile": {"name": "demo", "system": "leapyear", "uri": service.uri, "tag": "demo"},
        "ports": {"http": service.port},
        "credentials": credentials,
    }


def prepare(emulator: Emulator, empty: bool, administrator: tuple[str, str] | None = None) -> dict[str, str]:
    """Give a state that holds nobody yet its people, and return the log-in of its administrator.

    An empty one gets the administrator alone, with a password that is made up unless it is given; one that has people
    already is left as it is, and nothing is returned, since no password can be read back.
    """
    import secrets

    from tui.systems.leapyear.sample import ADMINISTRATOR, PASSWORD, fill

    if emulator.database.number("SELECT count(*) FROM user"):
        return {}
    name, password = administrator or (("admin", secrets.token_urlsafe(18)) if empty else (ADMINISTRATOR, PASSWORD))
    if empty:
        emulator.users.add(name, password, True)
    else:
        fill(emulator)
    return {"username": name, "password": password}


def main(arguments: list[str] | None = None) -> int:
    """Run the program and return its exit code."""
    parser = argparse.ArgumentParser(prog="python -m tui.systems.leapyear.server", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0: any free one; the product's own is 4401")
    parser.add_argument("--state", default=":memory:", help="a file to keep the state in; in memory without")
    parser.add_argument("--empty", action="store_true", help="no sample data: one administrator and nothing else")
    parser.add_argument("--password-file", type=Path, help="holds the first administrator's password, with --empty")
    parser.add_argument("--compute-backend", choices=("spark", "snowflake"), default="spark")
    parser.add_argument("--job-seconds", type=float, default=1.0, help="how long a job runs (1)")
    parser.add_argument("--token-seconds", type=float, default=3600.0, help="how long a token is good (3600)")
    parser.add_argument("--ahead", type=float, default=0.0, help="seconds that the server's clock is ahead (0)")
    parser.add_argument("--requests", type=Path, help="a file that gets a line for each request, without secrets")
    parser.add_argument("--faults", action="store_true", help="let requests ask for faults (X-Emulate-Fault)")
    options = parser.parse_args(arguments)
    from tui.services.serving.clock import Clock
    from tui.services.serving.program import run
    from tui.systems.leapyear.service_side.emulator import Emulator
    from tui.systems.leapyear.service_side.service import Service
    from tui.systems.leapyear.service_side.written_requests import WrittenRequests

    given: list[str] = []

    def make() -> Service[Emulator]:
        if options.password_file is not None:
            given.append(options.password_file.read_text().strip())
        requests = None if options.requests is None else WrittenRequests(options.requests)
        clock = Clock()
        clock.advance(options.ahead)
        emulator = Emulator(options.state, compute_backend=options.compute_backend, clock=clock)
        emulator.jobs.run_seconds = options.job_seconds
        emulator.sessions.lifetime = min(max(options.token_seconds, 60.0), 86_400.0)
        return Service(emulator, port=options.port, with_faults=options.faults, requests=requests)

    def ready(service: Service[Emulator]) -> dict[str, Any]:
        administrator = ("admin", given[0]) if given and given[0] else None
        return ready_line(service, prepare(service.backend, options.empty, administrator))

    return run(make, ready, (OSError, OverflowError, UnicodeError, sqlite3.Error))


if __name__ == "__main__":
    sys.exit(main())
