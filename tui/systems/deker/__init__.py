"""Deker: HDF5 array storages on a local disk."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from tui.resources.system import Fact, System
from tui.services.errors import ServiceError

if TYPE_CHECKING:
    from pydantic import BaseModel

    from tui.config.profiles import Profile
    from tui.resources.discovery import Found
    from tui.resources.types import ResourceType
    from tui.services.command_log import CommandLog
    from tui.services.serving.trouble import Trouble
    from tui.systems.deker.client import AsyncClient
    from tui.systems.deker.size_watch import SizeWatch


class Deker(System["AsyncClient"]):
    """Storages in a directory; nothing needs to run for them."""

    name = "deker"
    title = "Deker"
    schemes = ("file",)
    uri_example = "file:///data/storage or a path"

    def __init__(self) -> None:
        self._sizes: WeakKeyDictionary[AsyncClient, SizeWatch] = WeakKeyDictionary()

    async def open(self, profile: Profile) -> AsyncClient:
        import asyncio

        client_class = await asyncio.to_thread(_client_class)
        client = client_class(profile.uri, **_options(profile))
        await client.open()
        if not profile.read_only:
            # What a killed arraydeck left half done was confirmed then; whole, or taken back, is the only choice.
            with suppress(ServiceError):
                await client.finish_interrupted()
        return client

    def options_model(self) -> type[BaseModel]:
        from tui.systems.deker.options import ProfileOptions

        return ProfileOptions

    def watch(self, service: AsyncClient, log: CommandLog, profile: str) -> None:
        from tui.systems.deker.changes.path_log import PathLog

        service.path_log = PathLog(log, profile)

    async def close(self, service: AsyncClient) -> None:
        await service.close()

    async def probe(self, service: AsyncClient) -> None:
        await service.check()

    def load_types(self) -> tuple[type[ResourceType[Any, Any]], ...]:
        from tui.systems.deker.resources.data_resource import Arrays, Collections, VArrays
        from tui.systems.deker.resources.findings_resource import Findings
        from tui.systems.deker.resources.lock_resource import Locks
        from tui.systems.deker.resources.trash_resource import Trash

        return Collections, Arrays, VArrays, Locks, Findings, Trash

    def accepts(self, uri: str) -> bool:
        if super().accepts(uri):
            return True
        scheme, colon, _ = uri.partition(":")
        # A scheme may hold signs besides letters and digits (RFC 3986), such as `leapyear+https`.
        looks_like_uri = bool(colon) and len(scheme) > 1 and scheme.replace("+", "").isalnum()
        return not looks_like_uri and ("/" in uri or Path(uri).expanduser().is_dir())

    def discover(self) -> Sequence[Found]:
        from tui.systems.deker.discovery import found_profiles

        return found_profiles()

    async def facts(self, service: AsyncClient) -> Sequence[Fact]:
        collections = await service.list_collections()
        damaged = sum(collection.problem is not None for collection in collections)
        facts = [Fact("collections", len(collections), "count")]
        size = self._size_watch(service).size()
        if size is not None:
            facts.append(Fact("size", size, "bytes"))
        if damaged:
            facts.append(Fact("damaged", damaged, "count", "bad"))
        return facts

    def _size_watch(self, service: AsyncClient) -> SizeWatch:
        from tui.systems.deker.size_watch import SizeWatch

        return self._sizes.setdefault(service, SizeWatch(service))

    def demo(self, folder: Path, trouble: Trouble) -> Sequence[Profile]:
        from tui.systems.deker.demo import make_storage

        return [make_storage(folder, trouble)]


def _client_class() -> type[AsyncClient]:
    from tui.systems.deker.client import AsyncClient

    return AsyncClient


def _options(profile: Profile) -> dict[str, Any]:
    """Return the client's parameters as the profile has them, with the dashboard's own defaults.

    Raises:
        InvalidInput: one is unknown or of the wrong kind; the message names it.
    """
    from tui.resources.forms import read_form
    from tui.systems.deker.options import ProfileOptions

    return read_form(ProfileOptions, profile.options, "options").model_dump()


system = Deker()
