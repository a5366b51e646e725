"""The cells of arrays as the wire has them: TileDB's own library answers, by the calls that it has for servers.

The wire form is the library's own and is published nowhere else, so that nothing else could be faithful to it. What is
read here was asked for by the real library, which the conformance tests hold it to (contract §11).
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from tui.systems.tiledb.reading.core import has_tiledb
from tui.systems.tiledb.service_side.refusal import Refusal

_JSON, _CAPNP = 0, 1
_SERVER_SIDE = 0
_READ = 0
LARGEST = 256 * 2**20
"""Bytes of cells that one answer may have."""


def can_read() -> bool:
    """Whether the library is installed, the extra `tiledb`."""
    return has_tiledb()


@cache
def _library() -> ctypes.CDLL:
    """Return the library that the package brings along. Raises Refusal: 501, it is not there."""
    import tiledb

    package = Path(str(tiledb.__file__)).parent
    for folder in (package.parent / "tiledb.libs", package, package / ".dylibs"):
        found = sorted([*folder.glob("libtiledb-*.so*"), *folder.glob("libtiledb.so*"), *folder.glob("*.dylib")])
        if found:
            return ctypes.CDLL(str(found[0]))
    raise Refusal(501, "the embedded server found no library that reads cells")


class _Core:
    """The library with one array opened for reading. What it gives is let go of with it."""

    def __init__(self, place: Path, stack: ExitStack) -> None:
        self._library, self._stack = _library(), stack
        self._context = self._taken("ctx", None)
        self._array = self._made("array", str(place).encode())
        self._do("array_open", self._array, ctypes.c_int(_READ))
        stack.callback(self._do, "array_close", self._array)

    def opened(self, body: bytes) -> bytes:
        """Return the array as who opens it gets it: schema, where it has cells, metadata.

        Raises:
            Refusal: 501, it is to be opened for something else than reading.
        """
        asked = self._got(
            "deserialize_array_open", self._buffer(body), ctypes.c_int(_CAPNP), ctypes.c_int(_SERVER_SIDE)
        )
        self._freed("array", asked)
        purpose = ctypes.c_int()
        self._do("array_get_query_type", asked, ctypes.byref(purpose))
        if purpose.value != _READ:
            raise Refusal(501, "the embedded server opens arrays for reading only")
        return self._serialized("array", self._array, _CAPNP)

    def schema(self, as_json: bool) -> bytes:
        """Return the array's schema."""
        schema = self._owned("array_schema", "array_get_schema", self._array)
        return self._serialized("array_schema", schema, _JSON if as_json else _CAPNP)

    def sizes(self, body: bytes) -> bytes:
        """Return how many bytes the answer to a query may have."""
        return self._serialized("query_est_result_sizes", self._query(body), _CAPNP)

    def cells(self, body: bytes) -> bytes:
        """Return the answer to a query, with the cells behind it, and its length in front of it."""
        query = self._query(body)
        room = [self._room(query, name, kinds) for name, kinds in self._attributes()]
        self._do("query_submit", query)
        answers = self._got("serialize_query", query, ctypes.c_int(_CAPNP), ctypes.c_int(_SERVER_SIDE))
        self._freed("buffer_list", answers)
        text = self._flat(answers)
        del room
        return len(text).to_bytes(8, "little") + text

    def _query(self, body: bytes) -> ctypes.c_void_p:
        query = self._made("query", self._array, ctypes.c_int(_READ))
        self._do("deserialize_query", self._buffer(body), ctypes.c_int(_CAPNP), ctypes.c_int(_SERVER_SIDE), query)
        return query

    def _buffer(self, body: bytes) -> ctypes.c_void_p:
        """Return what was sent as the library reads it; `body` must stay until then."""
        buffer = self._made("buffer")
        self._do("buffer_set_data", buffer, body, ctypes.c_uint64(len(body)))
        return buffer

    def _attributes(self) -> Iterator[tuple[bytes, tuple[str, ...]]]:
        """Yield each attribute's name, and which buffers its cells come in."""
        schema, count = self._owned("array_schema", "array_get_schema", self._array), ctypes.c_uint32()
        self._do("array_schema_get_attribute_num", schema, ctypes.byref(count))
        for number in range(count.value):
            index = ctypes.c_uint32(number)
            attribute = self._owned("attribute", "array_schema_get_attribute_from_index", schema, index)
            name, nullable = ctypes.c_char_p(), ctypes.c_uint8()
            self._do("attribute_get_name", attribute, ctypes.byref(name))
            self._do("attribute_get_nullable", attribute, ctypes.byref(nullable))
            yield name.value or b"", ("data", "validity") if nullable.value else ("data",)

    def _room(self, query: ctypes.c_void_p, name: bytes, kinds: tuple[str, ...]) -> list[Any]:
        """Give a query room for what it asks for of an attribute, and return it: it is the query's while that runs."""
        kept: list[Any] = []
        for kind in kinds:
            place, size = ctypes.c_void_p(), ctypes.POINTER(ctypes.c_uint64)()
            self._do(f"query_get_{kind}_buffer", query, name, ctypes.byref(place), ctypes.byref(size))
            if not size or not size.contents.value:
                continue
            if size.contents.value > LARGEST:
                raise Refusal(413, f"more than {LARGEST} bytes of cells are asked for at a time")
            kept += [ctypes.create_string_buffer(size.contents.value), size]
            self._do(f"query_set_{kind}_buffer", query, name, kept[-2], size)
        return kept

    def _serialized(self, kind: str, what: ctypes.c_void_p, form: int) -> bytes:
        buffer = self._got(f"serialize_{kind}", what, ctypes.c_int(form), ctypes.c_int(_SERVER_SIDE))
        self._freed("buffer", buffer)
        return self._text(buffer)

    def _flat(self, buffers: ctypes.c_void_p) -> bytes:
        return self._text(self._owned("buffer", "buffer_list_flatten", buffers))

    def _text(self, buffer: ctypes.c_void_p) -> bytes:
        place, size = ctypes.c_void_p(), ctypes.c_uint64()
        self._do("buffer_get_data", buffer, ctypes.byref(place), ctypes.byref(size))
        return ctypes.string_at(place, size.value) if place.value else b""

    def _taken(self, kind: str, *given: Any) -> ctypes.c_void_p:
        """Allocate what needs no context. Raises Refusal: it cannot."""
        made = ctypes.c_void_p()
        if self._library[f"tiledb_{kind}_alloc"](*given, ctypes.byref(made)):
            raise Refusal(500, "the library does not start")
        self._freed(kind, made)
        return made

    def _made(self, kind: str, *given: Any) -> ctypes.c_void_p:
        return self._owned(kind, f"{kind}_alloc", *given)

    def _owned(self, kind: str, name: str, *given: Any) -> ctypes.c_void_p:
        got = self._got(name, *given)
        self._freed(kind, got)
        return got

    def _freed(self, kind: str, what: ctypes.c_void_p) -> None:
        self._stack.callback(self._library[f"tiledb_{kind}_free"], ctypes.byref(what))

    def _got(self, name: str, *given: Any) -> ctypes.c_void_p:
        got = ctypes.c_void_p()
        self._do(name, *given, ctypes.byref(got))
        return got

    def _do(self, name: str, *given: Any) -> None:
        """Call the library. Raises Refusal: 400, it does not do it, and says why."""
        if self._library[f"tiledb_{name}"](self._context, *given) == 0:
            return
        error, words = ctypes.c_void_p(), ctypes.c_char_p()
        self._library.tiledb_ctx_get_last_error(self._context, ctypes.byref(error))
        self._library.tiledb_error_message(error, ctypes.byref(words))
        said = (words.value or b"").decode("utf-8", "replace")
        self._library.tiledb_error_free(ctypes.byref(error))
        raise Refusal(400, said or "the library refuses")


@contextmanager
def opened(place: Path) -> Iterator[_Core]:
    """Open the array of a folder for as long as it is asked.

    Raises:
        Refusal: 400, there is no array that can be read; 501, the library is not there.
    """
    if not can_read():
        raise Refusal(501, "the embedded server reads cells only where the package tiledb is installed")
    with ExitStack() as stack:
        yield _Core(place, stack)
