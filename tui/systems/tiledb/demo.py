"""The demo's servers: both platforms in threads of the demo's process, with sample data, and their profiles."""

from __future__ import annotations

import random
from pathlib import Path

from tui.config.profiles import Profile
from tui.services.sample_world import CAMPAIGNS
from tui.services.serving.pulse import beat, once
from tui.services.serving.trouble import NO_TROUBLE, Trouble, trouble_server
from tui.systems.tiledb.errors import SYSTEM
from tui.systems.tiledb.profiles.profile_file import ProfileFile
from tui.systems.tiledb.sample import SEED, ingest
from tui.systems.tiledb.sample_cells import sizes_written, write_cells
from tui.systems.tiledb.server import prepare
from tui.systems.tiledb.service_side.core_cells import can_read
from tui.systems.tiledb.service_side.service import EmbeddedTileDB

ASSETS, TASKS = 12, 160
"""Assets in each folder, and tasks of the last week."""
EVERY = {"platform": 20.0, "classic": 60.0}
"""Seconds between two tasks that somebody starts, by profile."""
GRAPH_TASKS = 6
"""Of so many tasks one is a whole graph."""
MOST_TASKS, MOST_GRAPHS = 600, 40
"""What is kept of them, so that nothing grows without bound; the oldest are forgotten."""


def start_platforms(folder: Path, trouble: Trouble = NO_TROUBLE) -> list[Profile]:
    """Start a server of each platform, and return the profiles that show them; they end with this process.

    The log-ins are in a profile file of TileDB's own format below `folder`, so that its list has something to show.

    Raises:
        OSError: no port can be listened on, or the folder cannot be written.
    """
    return [_start(folder, name, trouble, classic=name == "classic") for name in ("platform", "classic")]


def _start(folder: Path, name: str, trouble: Trouble, *, classic: bool) -> Profile:
    storage = folder / "tiledb-storage"
    server = EmbeddedTileDB(classic=classic, seed=SEED, storage=storage)
    credentials = prepare(server, empty=False, assets=ASSETS, tasks=TASKS)
    if not classic and can_read():
        # While one looks around already: TileDB's own library takes a while to load.
        once("cells", lambda: keep_cells(server, storage))
    server.start()
    trouble_server(server, server.state.faults, trouble, (name, SYSTEM))

    def turn(number: int) -> float:
        start_task(server, number)
        return EVERY[name]

    beat(f"new tasks of {name}", turn, EVERY[name] / 4)
    place = credentials["workspace"] or credentials["username"]
    values = {"rest.server_address": server.url, "rest.token": credentials["token"]}
    if not classic:
        values["rest.workspace"] = place
    ProfileFile(folder).save(name, values, overwrite=True)
    return Profile(
        name=name,
        system="tiledb",
        uri=f"tiledb://{place}@{server.url.partition('://')[2]}",
        tag="demo",
        options={"profile_dir": str(folder), "profile_name": name},
    )


def keep_cells(server: EmbeddedTileDB, storage: Path) -> None:
    """Write the cells that some arrays of the sample have, and list these arrays with their true sizes.

    Raises:
        OSError: the folder cannot be written.
    """
    write_cells(storage)
    with server.state.database.together():
        for uri, size in sizes_written(storage).items():
            server.state.database.run("UPDATE asset SET size = ? WHERE uri = ?", (size, uri))


def start_task(server: EmbeddedTileDB, number: int) -> None:
    """Let somebody run a task, or at times a graph, for a campaign."""
    state, chance = server.state, random.Random(number)
    campaign = CAMPAIGNS[number % len(CAMPAIGNS)]
    row = state.database.row("SELECT tenant FROM task ORDER BY submitted DESC LIMIT 1")
    tenant = str(row["tenant"]) if row is not None else ""
    person = state.people.get(campaign.owner).id
    if number % GRAPH_TASKS == 0:
        nodes = ingest(f"live{number}", chance.uniform(6, 15), chance.choice(("", "", "", "join")))
        state.tasks.run(tenant, f"{campaign.name}-ingest", person, nodes)
    else:
        outcome = chance.choice(("COMPLETED",) * 6 + ("FAILED",))
        message = "ValueError: 3 of 420 files are truncated" if outcome == "FAILED" else ""
        name = f"{campaign.name}-{chance.choice(('regrid', 'daily-mean', 'quality-control'))}"
        seconds = chance.uniform(10, 50)
        state.tasks.submit(tenant, name, person, "GENERIC_UDF", seconds, outcome=outcome, message=message)
    with state.database.together():
        state.database.run(
            "DELETE FROM graph WHERE id NOT IN (SELECT id FROM graph ORDER BY submitted DESC LIMIT ?)", (MOST_GRAPHS,)
        )
        state.database.run(
            "DELETE FROM task WHERE (graph IS NOT NULL AND graph NOT IN (SELECT id FROM graph)) OR (graph IS NULL AND"
            " id NOT IN (SELECT id FROM task WHERE graph IS NULL ORDER BY submitted DESC LIMIT ?))",
            (MOST_TASKS,),
        )
