"""Arrays by their address: of this machine, of a storage, or of the platform, whether they are listed there or not."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

from pydantic import BaseModel, Field

from tui.resources.actions import Context, Danger, Outcome, action
from tui.resources.columns import Column
from tui.resources.detail import Detail, Link, Section
from tui.resources.detail import Field as Fact
from tui.resources.types import Page, Query, ResourceType, Scope
from tui.systems.tiledb.models.common_models import Row
from tui.systems.tiledb.reading.array_opening import address_of, kind_of, last_part, open_address

if TYPE_CHECKING:
    from tui.resources.arrays.array_source import ArraySource
    from tui.systems.tiledb.service import TileDBService

REMEMBERED = 50
"""Addresses that the list keeps, until the dashboard ends."""


class AddressForm(BaseModel):
    """Where an array is."""

    address: str = Field(
        min_length=1, description="a path of this machine, or a URI: file://, s3://, tiledb://workspace/teamspace/path"
    )


class AddressedArray(Row):
    """An array by its address. `kind` says what has it."""

    address: str
    kind: str


def opened_by_address(service: TileDBService, typed: str) -> Outcome:
    """Remember what was typed, and go to the list that opens it. Raises InvalidInput: it is no address."""
    address = address_of(typed)
    kept = [each for each in service.addresses if each != address]
    service.addresses = [address, *kept][:REMEMBERED]
    return Outcome(f"enter opens {address}", link=Link(address, "addresses", Scope(), address), goes=True)


class Addresses(ResourceType["TileDBService", AddressedArray]):
    """What was opened by its address since the dashboard began. On a command line any address can be named."""

    name = "addresses"
    title = "Arrays by address"
    aliases = ("address",)
    model = AddressedArray
    views = True
    searched = False
    refresh = 60.0
    nothing = "nothing was opened by its address yet; n asks for one"
    columns = (
        Column("name", priority=9, value=lambda item: last_part(item.address)),
        Column("kind", "is", priority=5),
        Column("address", kind="path", priority=8, stretch=True),
    )

    def key(self, item: AddressedArray) -> str:
        return item.address

    async def pages(self, service: TileDBService, scope: Scope, query: Query) -> AsyncIterator[Page[AddressedArray]]:
        rows = tuple(_row(address) for address in service.addresses)
        yield Page(rows, len(rows))

    async def get(self, service: TileDBService, scope: Scope, key: str) -> AddressedArray:
        return _row(address_of(key))

    async def describe(self, service: TileDBService, scope: Scope, item: AddressedArray) -> Detail:
        facts = [Fact("address", item.address, "path"), Fact("is", item.kind)]
        source = await open_address(service, item.address)
        sizes = " × ".join(f"{each.size:,} {each.name}" for each in source.dimensions)
        facts += [Fact("cells", sizes), Fact("type", source.dtype)]
        if source.chunks:
            facts.append(Fact("tile", " × ".join(f"{size:,}" for size in source.chunks)))
        if source.note:
            facts.append(Fact("shown", source.note))
        return Detail(item.address, (Section("array", tuple(facts)),), item)

    async def array(self, service: TileDBService, scope: Scope, item: AddressedArray) -> ArraySource:
        return await open_address(service, item.address)

    @action("n", "open an address", danger=Danger.READS, on="scope", form=AddressForm)
    async def open(self, context: Context[TileDBService], form: AddressForm) -> Outcome:
        return opened_by_address(context.service, form.address)


def _row(address: str) -> AddressedArray:
    return AddressedArray(address=address, kind=kind_of(address))
