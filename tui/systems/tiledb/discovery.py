"""What TileDB's own tools left on this machine: stored profiles, a classic log-in, a key in the environment."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import islice
from urllib.parse import quote

from pydantic import ValidationError

from tui.config.profiles import Profile
from tui.resources.discovery import Found, shown_path
from tui.services.errors import ServiceError
from tui.services.printable import printable
from tui.systems.tiledb.errors import SYSTEM
from tui.systems.tiledb.options import DEFAULT_HOST, with_scheme
from tui.systems.tiledb.profiles.classic_file import FILE, read_classic_login
from tui.systems.tiledb.profiles.profile_file import DEFAULT, ProfileFile, StoredProfile
from tui.systems.tiledb.uri import SCHEME

MOST = 50


def found_profiles() -> Sequence[Found]:
    """Return a profile for every stored one, for the classic client's log-in, and for a key in the environment."""
    return list(islice(_found(), MOST))


def _found() -> Iterator[Found]:
    for name, workspace, options, where in _named():
        # A name that a profile of ours cannot have: it can still be opened by its address.
        with suppress(ValidationError):
            uri = f"{SCHEME}://{quote(workspace, safe='')}"
            yield Found(Profile(name=name, system=SYSTEM, uri=uri, options=options), where)


def _named() -> Iterator[tuple[str, str, dict[str, object], str]]:
    stored: list[StoredProfile] = []
    file = ProfileFile()
    # A file that is damaged is told of where it is opened, not where it is looked for.
    with suppress(ServiceError):
        stored = [entry for entry in file.all() if isinstance(entry, StoredProfile)]
    for entry in stored:
        if entry.has_token or entry.username:
            options: dict[str, object] = {"profile_name": entry.name}
            name = SYSTEM if entry.name == DEFAULT else printable(f"{SYSTEM} {entry.name}", 64)
            yield name, entry.workspace, options, f"{printable(entry.name, 40)} in {shown_path(file.path)}"
    if "TILEDB_REST_TOKEN" in os.environ and not any(entry.name == DEFAULT for entry in stored):
        workspace = os.environ.get("TILEDB_REST_WORKSPACE", "")
        yield f"{SYSTEM} environment", workspace, {}, "TILEDB_REST_TOKEN in the environment"
    try:
        classic = read_classic_login()
    except ServiceError:
        return
    if classic is not None and classic.is_known:
        address = with_scheme(classic.host or DEFAULT_HOST)
        classic_options: dict[str, object] = {"server_address": address, "generation": "classic"}
        yield f"{SYSTEM} classic", "", classic_options, f"~/.tiledb/{FILE}"
