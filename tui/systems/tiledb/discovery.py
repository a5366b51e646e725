"""What TileDB's own tools left on this machine: stored profiles, a classic log-in, a key in the environment."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from urllib.parse import quote

from pydantic import ValidationError

from tui.config.profiles import Profile
from tui.services.errors import ServiceError
from tui.services.printable import printable
from tui.systems.tiledb.classic_file import read_classic_login
from tui.systems.tiledb.errors import SYSTEM
from tui.systems.tiledb.options import DEFAULT_HOST, with_scheme
from tui.systems.tiledb.profile_file import DEFAULT, ProfileFile, StoredProfile
from tui.systems.tiledb.uri import SCHEME

MOST = 50


def found_profiles() -> Sequence[Profile]:
    """Return a profile for every stored one, for the classic client's log-in, and for a key in the environment."""
    found: list[Profile] = []
    for name, workspace, options in _found():
        try:
            found.append(
                Profile(name=name, system=SYSTEM, uri=f"{SCHEME}://{quote(workspace, safe='')}", options=options)
            )
        except ValidationError:
            # A name that a profile of ours cannot have: it can still be opened by its address.
            continue
        if len(found) >= MOST:
            break
    return found


def _found() -> Iterator[tuple[str, str, dict[str, object]]]:
    stored: list[StoredProfile] = []
    # A file that is damaged is told of where it is opened, not where it is looked for.
    with suppress(ServiceError):
        stored = [entry for entry in ProfileFile().all() if isinstance(entry, StoredProfile)]
    for entry in stored:
        if entry.has_token or entry.username:
            options: dict[str, object] = {"profile_name": entry.name}
            name = SYSTEM if entry.name == DEFAULT else printable(f"{SYSTEM} {entry.name}", 64)
            yield name, entry.workspace, options
    if "TILEDB_REST_TOKEN" in os.environ and not any(entry.name == DEFAULT for entry in stored):
        yield f"{SYSTEM} environment", os.environ.get("TILEDB_REST_WORKSPACE", ""), {}
    try:
        classic = read_classic_login()
    except ServiceError:
        return
    if classic is not None and classic.is_known:
        address = with_scheme(classic.host or DEFAULT_HOST)
        yield f"{SYSTEM} classic", "", {"server_address": address, "generation": "classic"}
