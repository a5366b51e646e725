"""What there is to say of a collection and of an array: sections for the detail pane and for `-o json`."""

from __future__ import annotations

from collections.abc import Sequence

from tui.resources.cells import duration_text
from tui.resources.columns import Tone
from tui.resources.detail import Detail, Field, Link, Section, Table
from tui.resources.types import Scope
from tui.systems.deker.models import Collection, Dimension, Entry, LockHolder

LABELS_SHOWN = 12


def describe_collection(collection: Collection, locks: Sequence[LockHolder]) -> Detail:
    """Return the schema, the options, the sizes and the locks of a collection."""
    sections = [
        Section("collection", _collection_fields(collection)),
        Section("dimensions", table=_dimension_table(collection.dimensions)),
        Section("attributes", table=_attribute_table(collection)),
        Section("storage", _storage_fields(collection)),
        Section("paths", _path_fields(collection)),
    ]
    if locks:
        sections.append(Section("locks", table=_lock_table(locks)))
    kept = tuple(section for section in sections if section.fields or section.table)
    scope = Scope((collection.name,))
    links = [Link("tiles" if collection.is_virtual else "arrays", "arrays", scope)]
    if collection.is_virtual:
        links.insert(0, Link("VArrays", "varrays", scope))
    return Detail(collection.name, kept, body=collection, links=tuple(links) if collection.kind else ())


def describe_entry(collection: Collection, entry: Entry, locks: Sequence[LockHolder]) -> Detail:
    """Return the attributes, the data, the dimensions and the locks of an array, a tile or a VArray."""
    sections = [
        Section(entry.kind, _entry_fields(entry)),
        Section("primary attributes", _values(entry.primary)),
        Section("attributes", _values(entry.custom)),
        Section("data", _data_fields(collection, entry)),
        Section("dimensions", table=_dimension_table(collection.dimensions)),
        Section("paths", (Field("file", entry.path, "path"), Field("link", entry.link, "path"))),
    ]
    if locks:
        sections.append(Section("locks", table=_lock_table(locks)))
    kept = tuple(section for section in sections if section.fields or section.table)
    return Detail(entry.id, kept, body=entry, links=(Link("the collection", "collections", Scope(), collection.name),))


def _collection_fields(collection: Collection) -> tuple[Field, ...]:
    fields = [Field("health", collection.health, "status", _tone(collection.health))]
    if collection.problem:
        fields.append(Field("problem", collection.problem, tone="bad"))
    fields += [
        Field("kind", collection.kind),
        Field("dtype", collection.dtype),
        Field("shape", _by(collection.shape)),
        Field("fill value", collection.fill_value),
        Field("metadata version", collection.metadata_version),
    ]
    if collection.vgrid is not None:
        fields += [Field("grid", _by(collection.vgrid)), Field("tile shape", _by(collection.tile_shape or ()))]
    return tuple(fields)


def _storage_fields(collection: Collection) -> tuple[Field, ...]:
    fields = [
        Field("chunks", _by(collection.chunks) or collection.chunk_mode),
        Field("compression", collection.compression),
        Field("adapter", collection.storage_adapter),
    ]
    summary = collection.summary
    if summary is not None:
        least = "" if summary.complete else " (at least)"
        if summary.varrays is not None:
            fields.append(Field(f"VArrays{least}", summary.varrays, "count"))
        fields += [
            Field(("tiles" if collection.is_virtual else "arrays") + least, summary.arrays, "count"),
            Field(f"bytes in files{least}", summary.size, "bytes"),
            Field(f"bytes on disk{least}", summary.allocated, "bytes"),
            Field("locks", summary.locks, "count"),
        ]
    return tuple(fields)


def _path_fields(collection: Collection) -> tuple[Field, ...]:
    lock = collection.lock_path if collection.has_lock_file else f"{collection.lock_path} (missing)"
    return (
        Field("folder", collection.path, "path"),
        Field("metadata", collection.metadata_path, "path"),
        Field("lock marker", lock, "path", None if collection.has_lock_file else "warn"),
    )


def _entry_fields(entry: Entry) -> tuple[Field, ...]:
    fields = [Field("id", entry.id), Field("health", entry.health, "status", _tone(entry.health))]
    if entry.problem:
        fields.append(Field("problem", entry.problem, tone="bad"))
    if entry.note:
        fields.append(Field("note", entry.note, tone="muted"))
    return tuple(fields)


def _data_fields(collection: Collection, entry: Entry) -> tuple[Field, ...]:
    written = {True: "yes", False: "never: every cell is the fill value", None: None}[entry.has_data]
    fields = [
        Field("written", written),
        Field("shape", _by(entry.shape or collection.shape)),
        Field("dtype", collection.dtype),
        Field("stored as", entry.dtype),
        Field("chunks", _by(entry.chunks or ())),
        Field("filters", entry.filters),
        Field("fill value", collection.fill_value),
        Field("empty cells", entry.empty_cells, "count"),
        Field("bytes in file", entry.size, "bytes"),
        Field("bytes on disk", entry.allocated, "bytes"),
        Field("modified", entry.modified, "time"),
    ]
    if entry.kind == "varray":
        fields.insert(0, Field("tiles", entry.tiles, "count"))
    return tuple(field for field in fields if field.value not in (None, ""))


def _values(values: dict[str, object]) -> tuple[Field, ...]:
    return tuple(Field(name, value) for name, value in values.items())


def _dimension_table(dimensions: Sequence[Dimension]) -> Table | None:
    if not dimensions:
        return None
    rows = tuple((dimension.name, dimension.size, dimension.kind, _axis(dimension)) for dimension in dimensions)
    return Table(("name", "size", "kind", "axis"), rows)


def _axis(dimension: Dimension) -> str:
    if dimension.labels is not None:
        shown = ", ".join(str(label) for label in dimension.labels[:LABELS_SHOWN])
        return shown + (f", … {len(dimension.labels)} labels" if len(dimension.labels) > LABELS_SHOWN else "")
    if dimension.scale is not None:
        name = f"{dimension.scale.name}: " if dimension.scale.name else ""
        return f"{name}from {dimension.scale.start:g} by {dimension.scale.step:g}"
    if dimension.step is not None:
        start = f"attribute {dimension.start_attribute}" if dimension.start_attribute else dimension.start
        return f"from {start} by {dimension.step}"
    return "indexes"


def _attribute_table(collection: Collection) -> Table | None:
    if not collection.attributes:
        return None
    rows = tuple(
        (attribute.name, attribute.dtype, "primary" if attribute.primary else "custom")
        for attribute in collection.attributes
    )
    return Table(("name", "dtype", "kind"), rows)


def _lock_table(locks: Sequence[LockHolder]) -> Table:
    rows = tuple((lock.kind, lock.state, lock.pid, duration_text(lock.age), lock.array) for lock in locks)
    return Table(("kind", "state", "pid", "age", "array"), rows)


def _by(sizes: Sequence[int]) -> str:
    return " x ".join(str(size) for size in sizes)


def _tone(health: str) -> Tone:
    tones: dict[str, Tone] = {"ok": "ok", "damaged": "bad", "locked": "warn"}
    return tones.get(health, "muted")
