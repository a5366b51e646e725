"""Array schemas of the sample as the wire has them: JSON and Cap'n Proto (contract §11).

The Cap'n Proto bodies were made with libtiledb's own `tiledb_serialize_array_schema`; they are kept compressed.
"""

from __future__ import annotations

import base64
import zlib
from collections.abc import Mapping
from typing import Any

from tui.systems.tiledb.service_side.call import Answer
from tui.systems.tiledb.service_side.refusal import missing

_VARIABLE = 2**32 - 1
"""The number of values of a cell that may have any."""


def _filters(kind: str, level: int) -> dict[str, Any]:
    return {"filters": [{"type": kind, "data": {"int32": level}}]}


def _dimension(name: str, kind: str, key: str, ends: tuple[Any, Any], tile: Any) -> dict[str, Any]:
    """Return a dimension; `key` is the JSON name of its type's values, 64-bit numbers being texts."""
    return {
        "name": name,
        "nullTileExtent": False,
        "type": kind,
        "tileExtent": {key: tile},
        "domain": {key: list(ends)},
        "filterPipeline": {},
    }


def _attribute(name: str, kind: str, fill: bytes, *, text: bool = False) -> dict[str, Any]:
    return {
        "cellValNum": _VARIABLE if text else 1,
        "name": name,
        "type": kind,
        "filterPipeline": {} if text else _filters("ZSTD", 7),
        "fillValue": list(fill),
        "nullable": text,
        "fillValueValidity": not text,
        "order": "unordered",
    }


def _schema(array_type: str, dimensions: list[dict[str, Any]], attributes: list[dict[str, Any]]) -> dict[str, Any]:
    sparse = array_type == "sparse"
    return {
        "arrayType": array_type,
        "attributes": attributes,
        "capacity": "10000",
        "cellOrder": "row-major",
        "coordsFilterPipeline": _filters("ZSTD", -1),
        "domain": {
            "cellOrder": "row-major",
            "dimensions": dimensions,
            "tileOrder": "row-major",
            "type": dimensions[0]["type"],
        },
        "offsetFilterPipeline": _filters("ZSTD", -1),
        "tileOrder": "row-major",
        "uri": "",
        "version": [22],
        "allowsDuplicates": sparse,
        "validityFilterPipeline": _filters("RLE", -1),
        "currentDomain": {"version": 0, "emptyCurrentDomain": None},
    }


JSON_SCHEMAS: Mapping[str, dict[str, Any]] = {
    "grid": _schema(
        "dense",
        [
            _dimension("time", "INT32", "int32", (0, 8759), 168),
            _dimension("latitude", "INT32", "int32", (0, 720), 181),
            _dimension("longitude", "INT32", "int32", (0, 1439), 180),
        ],
        [
            _attribute("value", "FLOAT32", b"\x00\x00\xc0\x7f"),
            _attribute("quality", "UINT8", b"\xff"),
        ],
    ),
    "stations": _schema(
        "sparse",
        [
            _dimension("station", "UINT32", "uint32", (0, 99_999), 1000),
            _dimension("time", "DATETIME_SEC", "int64", ("-3786825600", "4102444800"), "2592000"),
        ],
        [
            _attribute("value", "FLOAT64", b"\x00\x00\x00\x00\x00\x00\xf8\x7f"),
            _attribute("flag", "STRING_ASCII", b"\x00", text=True),
        ],
    ),
}
_CAPNP: Mapping[str, bytes] = {
    "grid": (
        b"eNpjYGBg2MoAAUwMAgwC6gwoIBWIjYCYkYmBoRxIZwJxEBDngGUZGa6AaRaGDig/ECqvCMRcQOwIxDxAPAcqLwmyB2hWKxCLMuAGNUwg1Uxwvn58"
        b"vKG5pamRuYmZubmBpTkazwACDM0MjVPSTE2MzMxMUwxNjcwsDBNNTIxMTBnEoOakpOYVg/xUlF+um5uYlV8EFUfnMwKxOdhnoHBhYWAD0v+BAOYe"
        b"XiDWwuP+qOAQF3qbo4THnCAfVzAtCY0fWSCeDsScUD4jNJ49/UKMjYgIHx6oO0AuWoFkjy3UP7ZQ82zAolwMKfBQZYGnNxCIBWIvIE6Eqk+Aqu9A"
        b"Ur8FSX0j1L2tUPUtUPVroOpLMnNB0Qv3ByEASoMiDKQBc6SAzkksySwpTUmF8Wlp7wUmJHvz89KRLaalvfNZEWwOcCizgWMG5BxDaDyAaCd4fDMy"
        b"mELToyY0vhiQ8hVIny9UvS9UfwRS+QEqN1zR9JUl5pSC/Orm4+8I8mlpXn5RSmpRagpcxYF6XPmEHckcYvNbYWliTmZJJUMoMGAtgHx0+/7jKSfI"
        b"sS9z9tZ/CxkRNC4AABjNcsg="
    ),
    "stations": (
        b"eNpjYGBgmMUAAUwMAgwC6hA2I1QsFYitgHgjUKAcSGcCcRAQ50BVXQHTLAwdUH4gVF4RiLmA2BGIeYB4DlReEmQPEwODJBCLMuAGAkwg1Uxwvn58"
        b"vKG5pamRuYmZubmBpTkazwACjAxTkpINEg2NDSyTDU0MjNPMUs1SUi3NkxnEoOYUFyQWFQM9VZRfrpubmJVfBBVH54P8bw72GShcWBjYgPR/IIC5"
        b"hxeItfC4Pyo4xIXe5ijhMSfIxxVMS0LjRxaI04GYE8pnhMZzqKdfiLER4fDhgLqDgYGV4QUzwh5VIHaC0iDzVMCiXAw+8FBlgyjshSQ0V6j/QXQW"
        b"EHtA1ZdA1ReXJJZk5ufB3UUsEARiESLVzm9jhLNLMnNBSZ7BxTHENcTT1zU+2NWZgQwAig986bthgaccOP7C274gi3OAfc0GDilQ6jcEYiMoDQpX"
        b"G2i4mEL5mtD4gwGQmSC9vtBw9YWGawxUXyg0X3qi6StLzCkFedzNx98xxMyEoTQvvygltSg1BcXVP+qxpUN2NH8Tk57TchJByY8hOCTI08893jHY"
        b"2RPkJBz2IkDm7K3/FjIiaFwAAK/3dow="
    ),
}


def schema_answer(name: str | None, headers: Mapping[str, str], path: str) -> Answer:
    """Return the answer to who asks for a schema: Cap'n Proto where the request is, else JSON.

    Raises:
        Refusal: 404, the array has none that can be told.
    """
    if name is None or name not in JSON_SCHEMAS:
        raise missing(f"schema of {path}")
    if "capnp" in headers.get("content-type", ""):
        return Answer(zlib.decompress(base64.b64decode(_CAPNP[name])), media="application/capnp")
    return Answer(JSON_SCHEMAS[name])
