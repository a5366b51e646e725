"""The demo's servers: both platforms in threads of the demo's process, with sample data, and their profiles."""

from __future__ import annotations

from pathlib import Path

from tui.config.profiles import Profile
from tui.systems.tiledb.profile_file import ProfileFile
from tui.systems.tiledb.sample import SEED
from tui.systems.tiledb.server import prepare
from tui.systems.tiledb.service_side.service import EmbeddedTileDB

ASSETS, TASKS = 12, 160
"""Assets in each folder, and tasks of the last week."""


def start_platforms(folder: Path) -> list[Profile]:
    """Start a server of each platform, and return the profiles that show them; they end with this process.

    The log-ins are in a profile file of TileDB's own format below `folder`, so that its list has something to show.

    Raises:
        OSError: no port can be listened on, or the folder cannot be written.
    """
    return [_start(folder, "platform", classic=False), _start(folder, "classic", classic=True)]


def _start(folder: Path, name: str, *, classic: bool) -> Profile:
    server = EmbeddedTileDB(classic=classic, seed=SEED)
    credentials = prepare(server, empty=False, assets=ASSETS, tasks=TASKS)
    server.start()
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
