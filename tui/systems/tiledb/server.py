"""The embedded server as a program, `python -m tui.systems.tiledb.server`: says where it is, runs until stopped."""

from __future__ import annotations

import argparse
import sqlite3
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tui.systems.tiledb.service_side.service import EmbeddedTileDB


NAMES = ("arraydeck-demo", "arraydeck-reading")
"""The tokens that each start makes anew."""


def prepare(server: EmbeddedTileDB, empty: bool, assets: int, tasks: int) -> dict[str, str]:
    """Give a server that knows nobody its people and, unless it shall be empty, the sample.

    Returns:
        The credentials to use it with: an owner's, and `reading_token`, with which nothing can be changed.
    """
    from tui.systems.tiledb import sample

    state = server.state
    if not state.filled:
        if server.classic:
            from tui.systems.tiledb import sample_classic

            sample_classic.fill(state, empty=empty, tasks=tasks)
        elif empty:
            owner = state.people.add(sample.USERNAME, f"{sample.USERNAME}@meteo.example", sample.PASSWORD, role="owner")
            state.workspaces.add(sample.WORKSPACE, None, owner)
        else:
            sample.fill(state, assets_per_folder=assets, tasks=tasks)
    owner = state.people.get(sample.USERNAME)
    workspace = None if server.classic else state.workspaces.get(sample.WORKSPACE)
    tenant = workspace.id if workspace else None
    for left in state.people.tokens(owner, "api"):
        if left["name"] in NAMES:
            state.people.revoke(owner, left["id"])
    _, token = state.people.add_token(owner, NAMES[0], "*", tenant, kind="api")
    _, reading = state.people.add_token(owner, NAMES[1], "array:read", tenant, kind="api")
    state.identities.forget_seed()
    return {
        "token": token,
        "reading_token": reading,
        "username": owner.username,
        "password": sample.PASSWORD,
        "workspace": workspace.name if workspace else "",
        "workspace_id": workspace.id if workspace else "",
    }


def ready_line(server: EmbeddedTileDB, credentials: dict[str, str]) -> dict[str, Any]:
    """Return what is said when the server listens: profile, address, ports and credentials."""
    host = server.url.partition("://")[2]
    place = credentials["workspace"] or credentials["username"]
    return {
        "profile": {"name": "demo", "system": "tiledb", "uri": f"tiledb://{place}@{host}", "tag": "demo"},
        "url": server.url,
        "elsewhere": server.elsewhere,
        "generation": "classic" if server.classic else "current",
        "ports": server.ports,
        "credentials": credentials,
    }


def main(arguments: list[str] | None = None) -> int:
    """Run the program and return its exit code."""
    parser = argparse.ArgumentParser(prog="python -m tui.systems.tiledb.server", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0: any free one")
    parser.add_argument("--state", default=":memory:", help="a file to keep the state in; in memory without")
    parser.add_argument("--classic", action="store_true", help="the classic cloud (v1, v2), not the current platform")
    parser.add_argument("--empty", action="store_true", help="one user and, on the current platform, one workspace")
    parser.add_argument("--assets-per-folder", type=int, default=12, help="of sample data, in each of 40 folders (12)")
    parser.add_argument("--tasks", type=int, default=160, help="of sample data (160)")
    parser.add_argument(
        "--at", type=float, help="stop the clock at this time, epoch seconds; it then moves by /_control"
    )
    parser.add_argument("--storage", type=Path, help="a folder for s3://: its arrays' cells are served (extra tiledb)")
    parser.add_argument("--control", action="store_true", help="let tests steer the server at /_control")
    options = parser.parse_args(arguments)
    from tui.services.serving.clock import Clock
    from tui.services.serving.program import run
    from tui.systems.tiledb.sample import SEED
    from tui.systems.tiledb.service_side.service import EmbeddedTileDB

    def make() -> EmbeddedTileDB:
        return EmbeddedTileDB(
            options.state,
            classic=options.classic,
            port=options.port,
            clock=Clock(options.at),
            seed=SEED,
            control=options.control,
            storage=options.storage,
        )

    def ready(server: EmbeddedTileDB) -> dict[str, Any]:
        return ready_line(server, prepare(server, options.empty, options.assets_per_folder, options.tasks))

    return run(make, ready, (OSError, OverflowError, sqlite3.Error))


if __name__ == "__main__":
    sys.exit(main())
