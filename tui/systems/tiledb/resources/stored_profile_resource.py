"""The profiles that TileDB's own tools keep on this machine, as a list: what each says, and whether it is good."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Hashable
from pathlib import Path
from typing import TYPE_CHECKING

from tui.resources.columns import Column
from tui.resources.detail import Detail, Field, Section
from tui.resources.types import Page, Query, Scope
from tui.services.errors import NotFound
from tui.services.printable import printable
from tui.systems.tiledb.errors import SYSTEM
from tui.systems.tiledb.profiles.profile_file import ProfileFile, StoredProfile
from tui.systems.tiledb.resources.stored_profile_actions import StoredProfileActions
from tui.systems.tiledb.resources.stored_profile_models import StoredProfileRow, listed_profile

if TYPE_CHECKING:
    from tui.systems.tiledb.service import TileDBService


def _tls(row: StoredProfileRow) -> str:
    return "ok" if row.tls == "verified" else row.tls


class StoredProfiles(StoredProfileActions):
    """The profiles of the shared file. What is changed here, TileDB's own tools see, and the other way round."""

    name = "stored-profiles"
    title = "Profiles of TileDB's own tools"
    aliases = ("logins", "vendor-profiles")
    model = StoredProfileRow
    refresh = 15.0
    nothing = "no profile is stored yet; n adds one"
    columns = (
        Column("name", priority=9),
        Column("default", kind="bool", priority=5, value=lambda row: row.is_default),
        Column("in_use", "in use", kind="bool", priority=6),
        Column("server", kind="path", priority=8, stretch=True),
        Column("workspace", priority=7),
        Column("logs_in_by", "logs in by", priority=6),
        Column("tls", "TLS", kind="status", priority=9, value=_tls),
        Column("problem", priority=4, stretch=True),
    )

    def identity(self, item: StoredProfileRow) -> Hashable:
        return item.name, item.revision

    async def pages(self, service: TileDBService, scope: Scope, query: Query) -> AsyncIterator[Page[StoredProfileRow]]:
        rows = await asyncio.to_thread(_rows, service.profile_dir, await _in_use(service))
        yield Page(rows, len(rows))

    async def get(self, service: TileDBService, scope: Scope, key: str) -> StoredProfileRow:
        rows = await asyncio.to_thread(_rows, service.profile_dir, await _in_use(service))
        for row in rows:
            if row.name == key:
                return row
        raise NotFound(SYSTEM, "load profile", f"no profile {printable(key, 64)!r} is stored", "list them to see")

    async def describe(self, service: TileDBService, scope: Scope, item: StoredProfileRow) -> Detail:
        path = ProfileFile(service.profile_dir).path
        head = [
            Field("server", item.server, "path"),
            Field("workspace", item.workspace),
            Field("logs in by", item.logs_in_by),
            Field("TLS", _tls(item), "status", tone=None if item.tls == "verified" else "bad"),
            Field("in use", "by this profile of arraydeck" if item.in_use else "no"),
            Field("kept in", str(path), "path"),
        ]
        if item.problem:
            head.append(Field("problem", item.problem, tone="bad"))
        settings = tuple(Field(key, value) for key, value in item.settings.items())
        return Detail(item.name, (Section("profile", tuple(head)), Section("settings", settings)), item)


async def _in_use(service: TileDBService) -> str:
    return (await service.client.link.options()).profile


def _rows(folder: Path | None, in_use: str) -> tuple[StoredProfileRow, ...]:
    """Return the profiles by name; one that is damaged says so and hides no other."""
    file = ProfileFile(folder)
    rows: list[StoredProfileRow] = []
    for name, stored in zip(file.names(), file.all(), strict=False):
        if isinstance(stored, StoredProfile):
            rows.append(listed_profile(stored, in_use))
        else:
            rows.append(StoredProfileRow(name=name, problem=stored.message, tls="none"))
    return tuple(rows)
