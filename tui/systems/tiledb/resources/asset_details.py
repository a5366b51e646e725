"""All that there is to say of one asset: its schema, where it has cells, its metadata, what was done to it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Any, cast

from tui.resources.cells import age_text
from tui.resources.detail import Detail, Field, Link, Section, Table
from tui.resources.types import Scope
from tui.services.errors import NotFound, NotSupported, ServiceError
from tui.systems.tiledb.generations import Generation
from tui.systems.tiledb.models.array_models import ANY_NUMBER, ArraySchema, Attribute, Dimension
from tui.systems.tiledb.reading.core import INSTALL, has_tiledb
from tui.systems.tiledb.resources.asset_models import ListedAsset

if TYPE_CHECKING:
    from tui.systems.tiledb.backend import Backend
    from tui.systems.tiledb.service import TileDBService

SECONDS = 8.0
"""How long the details wait for each part of them."""
EVENTS = 8
"""What was done last; the list of the activity has more."""


async def describe_asset(service: TileDBService, item: ListedAsset) -> Detail:
    """Return the details of an asset. A part that cannot be had says why, and hides no other."""
    backend = await service.backend()
    parts: list[Awaitable[list[Section]]] = []
    if item.backing == "array":
        parts += [
            _part("schema", lambda: _schema(backend, item)),
            _part("cells", lambda: _cells(backend, item)),
        ]
    if item.backing in ("array", "group"):
        parts.append(_part("metadata", lambda: _metadata(backend, item)))
    if item.backing == "array":
        parts.append(_part("activity", lambda: _activity(backend, item)))
    if item.platform is Generation.CLASSIC:
        parts.append(_part("shared with", lambda: _shares(backend, item)))
    told = await asyncio.gather(*parts)
    sections = (_facts(item), *(section for part in told for section in part))
    return Detail(item.path, sections, item, tuple(_links(item)))


def _facts(item: ListedAsset) -> Section:
    fields = [
        Field("path", item.path, "path"),
        Field("in", item.space),
        Field("type", item.type if item.type == item.backing else f"{item.type} ({item.backing})"),
        Field("size", item.size, "bytes"),
        Field("holds", item.members, "count"),
        Field("description", item.description),
        Field("tags", ", ".join(item.tags)),
        Field("created", item.created, "time"),
        Field("updated", item.updated, "time"),
        Field("by", item.created_by),
        Field("stored at", item.uri, "path"),
        Field("opens as", item.tiledb_uri, "path"),
        Field("id", item.id),
    ]
    if item.is_public:
        fields.insert(2, Field("public", "warning: everyone can see it", "status"))
    if item.backing == "array" and not has_tiledb():
        fields.append(Field("to look inside", INSTALL, tone="muted"))
    return Section(item.type, tuple(field for field in fields if field.value not in (None, "")))


def _links(item: ListedAsset) -> list[Link]:
    space, own = Scope((item.space,)), Scope((item.space, item.path))
    links = [Link(f"what is in {item.name}", "assets", own)] if item.holds_others else []
    if item.backing in ("array", "group"):
        links.append(Link("metadata", "metadata", own))
    if item.platform is Generation.CLASSIC:
        links.append(Link("shared with", "shares", own))
    return [*links, Link(f"the space {item.space}", "assets", space)]


async def _part(title: str, tell: Callable[[], Awaitable[list[Section]]]) -> list[Section]:
    try:
        async with asyncio.timeout(SECONDS):
            return await tell()
    except TimeoutError:
        return [_note(title, "the server takes long; r asks again")]
    except (NotFound, NotSupported) as error:
        return [_note(title, error.message)]
    except ServiceError as error:
        return [_note(title, str(error), bad=True)]


def _note(title: str, words: str, *, bad: bool = False) -> Section:
    return Section(title, (Field("", words, tone="bad" if bad else "muted"),))


async def _schema(backend: Backend, item: ListedAsset) -> list[Section]:
    schema = await backend.schema(item.space, item.path)
    dimensions = tuple(_dimension(each) for each in schema.domain.dimensions)
    attributes = tuple(_attribute(each) for each in schema.attributes)
    return [
        Section("schema", _schema_fields(schema)),
        Section("domain", table=Table(("dimension", "type", "from … to", "tile", "filters"), dimensions)),
        Section("attributes", table=Table(("attribute", "type", "values", "filters"), attributes)),
    ]


def _schema_fields(schema: ArraySchema) -> tuple[Field, ...]:
    fields = (
        Field("kind", schema.array_type),
        Field("cells in order", schema.cell_order),
        Field("tiles in order", schema.tile_order),
        Field("capacity", schema.capacity, "count"),
        Field("duplicates", "allowed" if schema.allows_duplicates else "not allowed"),
        Field("coordinates by", "" if schema.coordinate_filters is None else schema.coordinate_filters.text),
    )
    return tuple(field for field in fields if field.value not in (None, ""))


def _dimension(each: Dimension) -> tuple[Any, ...]:
    bounds = each.bounds
    length = each.length
    span = "any" if bounds is None else f"{bounds[0]} … {bounds[1]}"
    counted = f" ({length:,})" if length is not None else ""
    filters = "" if each.filters is None else each.filters.text
    return each.name, each.type.lower(), span + counted, "—" if each.extent is None else each.extent, filters


def _attribute(each: Attribute) -> tuple[Any, ...]:
    count = "any number" if each.cell_val_num >= ANY_NUMBER else each.cell_val_num
    null = " or null" if each.nullable else ""
    return each.name or "(no name)", each.type.lower() + null, count, "" if each.filters is None else each.filters.text


async def _cells(backend: Backend, item: ListedAsset) -> list[Section]:
    found = await backend.non_empty_domain(item.space, item.path)
    told = "nowhere yet" if found in (None, "", []) else _ranges(found)
    return [Section("where it has cells", (Field("", told),))]


def _ranges(found: Any) -> Any:
    """Return pairs of ends, one a dimension, as they are read; anything else as it was told."""
    pairs: list[Any] = found if isinstance(found, list) else []
    if not pairs or not all(isinstance(pair, list) and len(cast("list[Any]", pair)) == 2 for pair in pairs):
        return found
    return " × ".join(f"{low} … {high}" for low, high in pairs)


async def _metadata(backend: Backend, item: ListedAsset) -> list[Section]:
    entries = (await backend.metadata(item.space, item.path)).items()
    fields = tuple(Field(key, value) for key, value in entries)
    return [Section("metadata", fields or (Field("", "none", tone="muted"),))]


async def _activity(backend: Backend, item: ListedAsset) -> list[Section]:
    events: Sequence[Any] = await backend.item_events(item.space, item.path)
    rows = tuple(
        ("—" if event.when is None else age_text(event.when), event.action, event.who) for event in events[:EVENTS]
    )
    if not rows:
        return [_note("activity", "nothing in the last seven days")]
    more = f", the last {EVENTS} of {len(events):,}" if len(events) > EVENTS else ""
    return [Section(f"activity{more}", table=Table(("ago", "what", "who"), rows))]


async def _shares(backend: Backend, item: ListedAsset) -> list[Section]:
    rows = tuple(
        (share.namespace, ", ".join(share.actions), ", ".join(share.array_actions))
        for share in await backend.shares(item.space, item.path)
    )
    if not rows:
        return [_note("shared with", "nobody")]
    return [Section("shared with", table=Table(("who", "may", "and with its arrays"), rows))]
