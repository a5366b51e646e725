"""Deker: HDF5 array storages on a local disk."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tui.resources.system import Fact, System
from tui.services.errors import ServiceError

if TYPE_CHECKING:
    from pydantic import BaseModel

    from tui.config.profiles import Profile
    from tui.resources.types import ResourceType
    from tui.systems.deker.client import AsyncClient


class Deker(System["AsyncClient"]):
    """Storages in a directory; nothing needs to run for them."""

    name = "deker"
    title = "Deker"
    schemes = ("file",)
    uri_example = "file:///data/storage or a path"

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

    async def close(self, service: AsyncClient) -> None:
        await service.close()

    async def probe(self, service: AsyncClient) -> None:
        await service.check()

    def load_types(self) -> tuple[type[ResourceType[Any, Any]], ...]:
        from tui.systems.deker.findings_resource import Findings
        from tui.systems.deker.lock_resource import Locks
        from tui.systems.deker.resources import Arrays, Collections, VArrays
        from tui.systems.deker.trash_resource import Trash

        return Collections, Arrays, VArrays, Locks, Findings, Trash

    def accepts(self, uri: str) -> bool:
        if super().accepts(uri):
            return True
        scheme, colon, _ = uri.partition(":")
        # A scheme may hold signs besides letters and digits (RFC 3986), such as `leapyear+https`.
        looks_like_uri = bool(colon) and len(scheme) > 1 and scheme.replace("+", "").isalnum()
        return not looks_like_uri and ("/" in uri or Path(uri).expanduser().is_dir())

    def discover(self) -> Sequence[Profile]:
        from tui.config.profiles import Profile

        here = Path.cwd()
        found = [folder for folder in (here, *_folders_in(here)) if (folder / "collections").is_dir()]
        return [Profile(name=_profile_name(folder), system=self.name, uri=folder.as_uri()) for folder in found]

    async def facts(self, service: AsyncClient) -> Sequence[Fact]:
        collections = await service.list_collections()
        damaged = sum(collection.problem is not None for collection in collections)
        facts = [Fact("collections", len(collections), "count")]
        if damaged:
            facts.append(Fact("damaged", damaged, "count", "bad"))
        return facts

    def demo(self, folder: Path) -> Sequence[Profile]:
        from tui.config.profiles import Profile
        from tui.systems.deker.sample import make_sample

        if not (folder / "collections").is_dir():
            make_sample(folder)
        return [Profile(name="weather", system=self.name, uri=str(folder), tag="demo")]


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


def _folders_in(here: Path) -> list[Path]:
    try:
        return sorted(entry for entry in here.iterdir() if entry.is_dir())[:200]
    except OSError:
        return []


def _profile_name(folder: Path) -> str:
    name = "".join(letter for letter in folder.name if letter.isalnum() or letter in "-_. ").strip()
    return name[:64] or "storage"


system = Deker()
