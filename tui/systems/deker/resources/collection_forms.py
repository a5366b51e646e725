"""The forms of collections: what a new one needs, and which repair is meant."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Literal, Self, cast

from pydantic import BaseModel, Field, field_validator, model_validator

from tui.services.errors import InvalidInput, ServiceError
from tui.systems.deker.changes.new_collection import NewCollection, metadata_of
from tui.systems.deker.format.names import SYSTEM, name_problem
from tui.systems.deker.resources import schema_text

DtypeName = Literal[
    "float32",
    "float64",
    "float16",
    "float128",
    "int8",
    "int16",
    "int32",
    "int64",
    "longlong",
    "uint8",
    "uint16",
    "uint32",
    "uint64",
    "ulonglong",
    "complex64",
    "complex128",
    "complex256",
]
_JSON_LIMIT = 64 << 20


class NewCollectionForm(BaseModel):
    """A collection that is to be, as a person types it."""

    name: str = Field(description="a directory's name: no slash, at most 250 bytes, not ending in .lock")
    kind: Literal["array", "varray"] = Field("array", description="whole arrays, or VArrays cut in tiles by a grid")
    dtype: DtypeName = Field("float32", description="the type of a cell")
    dimensions: str = Field(description=schema_text.DIMENSION_HELP, json_schema_extra={"multiline": True})
    grid: str = Field("", description="VArrays only: how many tiles along each dimension, such as 2 x 4")
    attributes: str = Field("", description=schema_text.ATTRIBUTE_HELP, json_schema_extra={"multiline": True})
    fill_value: str = Field("", description="empty: NaN for floats, the lowest integer for integers")
    chunks: str = Field("none", description="none, auto, or sizes such as 1 x 250 x 250")
    compression: str = Field("none", description="none, gzip 4, lzf, szip nn 8, or a filter's number and its options")

    @field_validator("name")
    @classmethod
    def _check_name(cls, name: str) -> str:
        if problem := name_problem(name):
            raise ValueError(problem)
        return name

    @field_validator("dimensions")
    @classmethod
    def _check_dimensions(cls, text: str) -> str:
        schema_text.read_dimensions(text)
        return text

    @field_validator("attributes")
    @classmethod
    def _check_attributes(cls, text: str) -> str:
        schema_text.read_attributes(text)
        return text

    @field_validator("grid", "chunks")
    @classmethod
    def _check_sizes(cls, text: str) -> str:
        schema_text.read_chunks(text)
        return text

    @model_validator(mode="after")
    def _check_whole(self) -> Self:
        try:
            self.metadata()
        except ServiceError as error:
            raise ValueError(error.message) from error
        return self

    def metadata(self) -> dict[str, Any]:
        """Return the collection's metadata in Deker's own form.

        Raises:
            InvalidInput: the fields do not fit together.
        """
        try:
            fill = schema_text.read_fill(self.fill_value, self.dtype)
        except ValueError as error:
            message = f"fill value: {self.fill_value[:40]!r} is not a number for {self.dtype}"
            raise InvalidInput(SYSTEM, "create_collection", message) from error
        grid = schema_text.read_sizes(self.grid) if self.grid.strip() else None
        if (self.kind == "varray") != (grid is not None):
            message = "grid: VArrays need one, such as 2 x 4" if grid is None else "grid: only VArrays have one"
            raise InvalidInput(SYSTEM, "create_collection", message)
        compression, settings = schema_text.read_compression(self.compression)
        dimensions = schema_text.read_dimensions(self.dimensions)
        attributes = schema_text.read_attributes(self.attributes)
        chunks = schema_text.read_chunks(self.chunks)
        new = NewCollection(self.name, self.dtype, dimensions, attributes, fill, grid, chunks, compression, settings)
        return metadata_of(new)


class CollectionFile(BaseModel):
    """A JSON file that a collection is made from."""

    path: Path = Field(
        description="a file with a collection's metadata, as Deker writes them or as collection_from_dict takes"
    )
    name: str = Field("", description="another name than the file's; empty keeps it")

    def read(self) -> dict[str, Any]:
        """Return what the file holds, under the chosen name. Blocks: call it in a thread.

        Raises:
            InvalidInput: it cannot be read, or holds no JSON object.
        """
        try:
            found = json.loads(_text_of(self.path))
        except (ValueError, RecursionError) as error:
            raise InvalidInput(SYSTEM, "collection_from_dict", f"path: {self.path}: {error}") from error
        if not isinstance(found, dict):
            raise InvalidInput(SYSTEM, "collection_from_dict", f"path: {self.path} holds no JSON object")
        fields = cast("dict[str, Any]", found)
        return {**fields, "name": self.name} if self.name else fields


class TemplateFile(BaseModel):
    """A template of a collection's metadata that a person has filled in."""

    path: Path = Field(description="the edited template, a JSON file")

    def read(self) -> str:
        """Return the text of the file. Blocks. Raises `InvalidInput` if it cannot be read."""
        return _text_of(self.path)


class CheckForm(BaseModel):
    """How thoroughly a storage is checked."""

    level: Literal["1", "2", "3", "4", "5"] = Field(
        "4", description="1 collections, 2 locks and attributes, 3 links, 4 shapes and types, 5 every chunk is read"
    )
    stop_on_error: bool = Field(False, description="end at the first error")
    to_file: str = Field("", description="a file for the report as text; empty writes none")


class RepairForm(BaseModel):
    """Which repair is meant."""

    repair: str = Field(description="what to mend", json_schema_extra={"asks": True})


class StorageRepairForm(BaseModel):
    """Which repair of what lies beside the collections is meant."""

    repair: Literal["remove-orphan-marker", "remove-leftovers"] = Field(description="what to mend")


def _text_of(path: Path) -> str:
    try:
        found = path.expanduser()
        if found.stat().st_size > _JSON_LIMIT:
            raise InvalidInput(SYSTEM, "read", f"path: {path} is too large to be a collection's metadata")
        return found.read_text(encoding="utf-8")
    except OSError as error:
        raise InvalidInput(SYSTEM, "read", f"path: {path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise InvalidInput(SYSTEM, "read", f"path: {path} is not text") from error
