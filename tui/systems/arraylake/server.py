"""The embedded server as a program, `python -m tui.systems.arraylake.server`: says where it is, runs until stopped."""

from __future__ import annotations

import argparse
import json
import os
import sqlite3
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tui.systems.arraylake.service_side.service import EmbeddedService

ORG = "kestrel-forecast"
"""The organisation that the demo opens."""


def ready_line(service: EmbeddedService, empty: bool) -> dict[str, Any]:
    """Return what is said when the service listens: profile, ports and credentials."""
    from tui.systems.arraylake.sample import ADMINISTRATOR, API_KEY, READING_KEY

    host = service.uri.partition("://")[2]
    org = "lab" if empty else ORG
    options = {"ca_file": str(service.authority), "token_file": str(write_token_file(service))}
    uri = f"arraylake://{org}@{host}"
    return {
        "profile": {"name": "demo", "system": "arraylake", "uri": uri, "tag": "demo", "options": options},
        "ports": service.ports,
        "credentials": {"token": API_KEY, "reading_token": READING_KEY, "email": ADMINISTRATOR},
    }


def write_token_file(service: EmbeddedService) -> Path:
    """Log the sample's administrator in and keep it as the vendor's tools do, so that the demo opens at once."""
    from tui.systems.arraylake.sample import ADMINISTRATOR

    person = service.state.accounts.person(ADMINISTRATOR)
    path = service.authority.with_name("token.json")
    tokens = service.state.logins.start(person.id) if person is not None else {}
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump(tokens, file)
    return path


def prepare(service: EmbeddedService, empty: bool, repositories: int) -> None:
    """Give a state that holds nobody yet its people, and the sample unless it shall be empty."""
    from tui.systems.arraylake.sample import ADMINISTRATOR, API_KEY, READING_KEY, fill

    accounts = service.state.accounts
    if accounts.people():
        return
    if not empty:
        fill(service.state, repositories)
        return
    person = accounts.add_person(ADMINISTRATOR, "Ada", "Vogel")
    keys = [
        (accounts.add_key("ci", token=API_KEY)[0], "admin"),
        (accounts.add_key("viewer", token=READING_KEY)[0], "reader"),
    ]
    accounts.add_organisation("lab")
    for principal, role in ((person, "admin"), *keys):
        accounts.join("lab", principal, role)


def write_samples(service: EmbeddedService) -> None:
    """Write what the sample's repositories hold, one after another, where icechunk is installed."""
    from tui.systems.arraylake.sample import PROJECTS, described_repositories
    from tui.systems.arraylake.service_side.contents import can_write, write_contents
    from tui.systems.arraylake.service_side.datasets import DATASETS

    if not can_write():
        return
    domains = {project.org: project.domain for project in PROJECTS}
    for org, name in described_repositories(service.state):
        write_contents(service.state, org, name, DATASETS[domains[org]][name])


def _write_samples_until(service: EmbeddedService, stop: threading.Event) -> None:
    """Write the samples; what the service's end interrupts is nobody's concern."""
    try:
        write_samples(service)
    except Exception:
        if not stop.is_set():
            raise


def main(arguments: list[str] | None = None) -> int:
    """Run the program and return its exit code."""
    parser = argparse.ArgumentParser(prog="python -m tui.systems.arraylake.server", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="of the catalogue, 0: any free one; the others' are any")
    parser.add_argument("--state", default=":memory:", help="a file to keep the state in; in memory without")
    parser.add_argument("--empty", action="store_true", help="no sample data: one organisation, lab, and nothing in it")
    parser.add_argument("--repositories", type=int, default=60, help="how many repositories of sample data (60)")
    parser.add_argument("--no-contents", action="store_true", help="do not write the sample's arrays with icechunk")
    parser.add_argument("--certificates", type=Path, help="a folder for the provider's certificate; temporary without")
    parser.add_argument("--approve-after", type=float, help="let log-ins be approved by themselves after seconds")
    parser.add_argument(
        "--token-seconds", type=float, default=86_400.0, help="how long identity tokens are good (86400)"
    )
    parser.add_argument("--control", action="store_true", help="let tests steer the service at /_control")
    options = parser.parse_args(arguments)
    from tui.services.serving.program import run
    from tui.systems.arraylake.service_side.service import EmbeddedService

    def make() -> EmbeddedService:
        if options.certificates is not None:
            options.certificates.mkdir(parents=True, exist_ok=True)
        service = EmbeddedService(
            options.state, port=options.port, control=options.control, folder=options.certificates
        )
        service.state.logins.approve_after = options.approve_after
        service.state.logins.token_seconds = options.token_seconds
        prepare(service, options.empty, options.repositories)
        return service

    writes = not options.empty and not options.no_contents
    return run(
        make,
        lambda service: ready_line(service, options.empty),
        (OSError, OverflowError, sqlite3.Error),
        _write_samples_until if writes else None,
    )


if __name__ == "__main__":
    sys.exit(main())
