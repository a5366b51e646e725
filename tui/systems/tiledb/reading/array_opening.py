"""From an asset or an address to its values: opened with TileDB's own library, the optional extra `tiledb`."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from tui.services.errors import NotFound, NotSupported
from tui.services.printable import printable
from tui.systems.tiledb.errors import SYSTEM, invalid
from tui.systems.tiledb.reading.core import load_tiledb
from tui.systems.tiledb.resources.asset_models import ListedAsset

if TYPE_CHECKING:
    from tui.resources.arrays.array_source import ArraySource
    from tui.systems.tiledb.service import TileDBService

OPENING = 60.0
"""Seconds that opening an array may take."""
PATIENCE = {"rest.retry_count": "2"}
"""The library itself would try 25 times, for hours, in a thread that cannot be ended."""
_KINDS = {"tiledb": "an array of the platform", "file": "of this machine", "": "of this machine"}


async def open_asset(service: TileDBService, item: ListedAsset) -> ArraySource:
    """Return an asset as an array that is read piece by piece.

    What is stored on this machine is read from there. All else the platform reads for us, since what its storage is
    reached with is told to nobody (contract §8).

    Raises:
        NotSupported: it is no array, none that can be shown as numbers, or the extra `tiledb` is not installed.
        ServiceError: it cannot be opened.
    """
    if item.backing != "array":
        hint = "enter opens it" if item.holds_others else ""
        raise NotSupported(SYSTEM, "view", f"{printable(item.name, 80)} is a {item.type}, and no array", hint)
    await asyncio.to_thread(load_tiledb, "view")
    local = local_path(item.uri)
    is_here = local is not None and await asyncio.to_thread(local.exists)
    address = str(local) if is_here else item.tiledb_uri or item.uri
    return await _opened(service, address, f"{item.space}/{item.path}")


async def open_address(service: TileDBService, address: str) -> ArraySource:
    """Return the array at an address of `address_of`. The log-in goes to no other server than its own.

    Raises:
        NotFound: there is nothing at a path of this machine.
        NotSupported, ServiceError: as `open_asset`.
    """
    await asyncio.to_thread(load_tiledb, "view")
    local = local_path(address)
    if local is None:
        return await _opened(service, address, last_part(address))
    if not await asyncio.to_thread(local.exists):
        raise NotFound(SYSTEM, "open array", f"there is nothing at {printable(str(local), 200)} of this machine")
    return await _opened(service, str(local), last_part(address))


async def _opened(service: TileDBService, address: str, title: str) -> ArraySource:
    from tui.systems.tiledb.reading.array_values import DenseArray
    from tui.systems.tiledb.reading.core_errors import run_core

    remote = urlsplit(address).scheme == "tiledb"
    context: Any = await service.client.Ctx(PATIENCE) if remote else None
    return await run_core("open array", lambda: DenseArray(address, context, title), OPENING)


def address_of(typed: str) -> str:
    """Return an address as the library takes it: a path is made a whole one.

    Raises:
        InvalidInput: it is none.
    """
    text = typed.strip()
    if not text or not text.isprintable():
        raise invalid("open array", "the address is empty, or has characters that no address has")
    if "://" in text:
        return text
    return str(Path(text).expanduser().absolute())


def last_part(address: str) -> str:
    """Return what an array is called: the last part of its address."""
    return address.rstrip("/").rpartition("/")[2] or address


def kind_of(address: str) -> str:
    """Return what has the array of an address, in words."""
    scheme = urlsplit(address).scheme
    return _KINDS.get(scheme, f"in a storage ({printable(scheme, 20)})")


def local_path(uri: str) -> Path | None:
    """Return where on this machine an array is stored, None if it is stored elsewhere."""
    parts = urlsplit(uri)
    if parts.scheme == "file" and parts.netloc in ("", "localhost"):
        return Path(unquote(parts.path))
    return Path(uri) if uri.startswith("/") else None
