"""What the lists below a space show: assets with the platform that they are on, and entries of their metadata."""

from __future__ import annotations

from typing import Any

from tui.systems.tiledb.generations import Generation
from tui.systems.tiledb.models.common_models import Item, Row


class ListedAsset(Item):
    """An asset as it is listed. `platform` says what can be done with it."""

    platform: Generation = Generation.CARRARA


class MetadataEntry(Row):
    """An entry of an asset's metadata. `type` is as it is stored, "" where the server does not tell."""

    key: str
    value: Any = None
    type: str = ""


def listed(item: Item, platform: Generation) -> ListedAsset:
    """Return an asset as it is listed."""
    return ListedAsset(**dict(item), platform=platform)
