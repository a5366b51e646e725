"""From an asset to its values: opened with TileDB's own library, the optional extra `tiledb`."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from tui.services.errors import NotSupported
from tui.services.printable import printable
from tui.systems.tiledb.asset_models import ListedAsset
from tui.systems.tiledb.core import load_tiledb
from tui.systems.tiledb.errors import SYSTEM

if TYPE_CHECKING:
    from tui.resources.array_source import ArraySource
    from tui.systems.tiledb.service import TileDBService

OPENING = 60.0
"""Seconds that opening an array may take."""
PATIENCE = {"rest.retry_count": "2"}
"""The library itself would try 25 times, for hours, in a thread that cannot be ended."""


async def open_asset(service: TileDBService, item: ListedAsset) -> ArraySource:
    """Return an asset as an array that is read piece by piece.

    Raises:
        NotSupported: it is no array, none that can be shown as numbers, or the extra `tiledb` is not installed.
        ServiceError: it cannot be opened.
    """
    from tui.systems.tiledb.array_values import DenseArray
    from tui.systems.tiledb.core_errors import run_core

    if item.backing != "array":
        hint = "enter opens it" if item.holds_others else ""
        raise NotSupported(SYSTEM, "view", f"{printable(item.name, 80)} is a {item.type}, and no array", hint)
    await asyncio.to_thread(load_tiledb, "view")
    local = local_path(item.uri)
    if local is not None:
        context: Any = None
        address = str(local)
    else:
        context, address = await service.client.Ctx(PATIENCE), item.tiledb_uri or item.uri
    return await run_core("open array", lambda: DenseArray(address, context, f"{item.space}/{item.path}"), OPENING)


def local_path(uri: str) -> Path | None:
    """Return where on this machine an array is stored, None if it is stored elsewhere."""
    parts = urlsplit(uri)
    if parts.scheme == "file" and parts.netloc in ("", "localhost"):
        return Path(unquote(parts.path))
    return Path(uri) if uri.startswith("/") else None
