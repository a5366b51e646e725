"""Metadata of every kind and every strangeness: understood, or damaged with a reason; never an exception."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.systems.deker.format import dtypes
from tui.systems.deker.format.attributes import AttributeSchema, decode, link_problem
from tui.systems.deker.format.metadata import collection_at
from tui.systems.deker.models import Collection

ID = "0f0e0d0c-1111-4222-8333-444455556666"


def _found(schema: dict[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
    plain = {"name": "x", "size": 6, "labels": None, "scale": None, "type": "generic"}
    full = {"dimensions": [plain], "dtype": "numpy.float64", "attributes": [], "fill_value": None} | (schema or {})
    return {
        "name": "c",
        "type": "array",
        "schema": full,
        "options": None,
        "storage_adapter": "HDF5StorageAdapter",
        "metadata_version": "0.2",
    } | changes


def _read(found: object) -> Collection:
    return collection_at("/nowhere/c", json.dumps(found).encode())


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("numpy.uint", "uint64"),
        ("numpy.cfloat", "complex128"),
        ("numpy.clongfloat", "complex256"),
        ("float32", "float32"),
        ("numpy.intp", "int64"),
        ("numpy.int_", "int64"),
        ("numpy.longfloat", "float128"),
        ("complex_", "complex128"),
        ("numpy.short", "int16"),
        ("double", "float64"),
    ],
)
def test_every_alias_of_a_dtype_is_known(written: str, name: str) -> None:
    found = _read(_found({"dtype": written}))
    assert (found.problem, found.dtype, found.dtype_written) == (None, name, written)


@pytest.mark.parametrize("written", ["bool", "numpy.bool_", "numpy.numpy.int8", "datetime64", "", 5, None, ["int8"]])
def test_what_is_no_dtype_is_damage(written: Any) -> None:
    assert "dtype" in (_read(_found({"dtype": written})).problem or "")


@pytest.mark.parametrize(
    ("dtype", "fill", "text"),
    [
        ("numpy.int8", None, "-128"),
        ("numpy.uint", None, "0"),
        ("numpy.float32", None, "nan"),
        ("numpy.int8", "-5", "-5"),
        ("numpy.int8", 5.7, "5"),
        ("numpy.float64", "1e22", "1e22"),
        ("numpy.cfloat", "(1+2j)", "(1+2j)"),
        ("numpy.int8", "3.5", None),
        ("numpy.int8", "300", None),
        ("numpy.float64", "x", None),
        ("numpy.float64", [], None),
        ("numpy.int8", float("nan"), None),
    ],
)
def test_fill_values_are_read(dtype: str, fill: Any, text: str | None) -> None:
    found = _read(_found({"dtype": dtype, "fill_value": fill}))
    assert found.fill_value == text
    assert (found.problem is None) == (text is not None)


def test_every_kind_of_dimension_is_read() -> None:
    dimensions = [
        {"name": "t", "size": 2, "type": "time", "start_value": "2020-01-01T02:00:00+02:00", "step": {"hours": 6}},
        {"name": "s", "size": 2, "type": "any", "start_value": "$begin", "step": {"days": -1}},
        {"name": "l", "size": 2, "labels": ["a", 1.5], "scale": None, "type": "generic"},
        {"name": "k", "size": 2, "scale": {"start_value": 1.0, "step": -0.5, "name": "m"}, "type": "generic"},
    ]
    attributes = [{"name": "begin", "primary": False, "dtype": "datetime"}]
    found = _read(_found({"dimensions": dimensions, "attributes": attributes}))
    assert found.problem is None
    time, since, label, scale = found.dimensions
    assert (time.kind, time.start, time.step) == ("time", datetime(2020, 1, 1, tzinfo=UTC), timedelta(hours=6))
    assert (since.start_attribute, since.step) == ("begin", timedelta(days=-1))
    assert (label.kind, label.labels) == ("label", ("a", 1.5))
    assert (scale.kind, scale.scale and scale.scale.name) == ("scale", "m")
    found.model_dump_json()


def test_a_version_is_compared_as_text() -> None:
    for version, is_sound in (("0.2", True), ("0.10", True), ("", True), ("0.3", False), ("1", False), (2, False)):
        assert (_read(_found(metadata_version=version)).problem is None) == is_sound


def test_a_defect_leaves_the_rest_readable() -> None:
    found = _read(_found({"fill_value": "x"}))
    assert found.problem
    assert (found.shape, found.dtype, found.kind) == ((6,), "float64", "array")


def test_options_are_told() -> None:
    options = {"chunks": {"mode": "true"}, "compression": {"compression": "32015", "options": ["6"]}}
    found = _read(_found(options=options))
    assert (found.chunk_mode, found.compression) == ("auto", "zstd (32015) 6")
    assert _read(_found(options={"chunks": 3})).problem


def test_lone_surrogates_do_no_harm() -> None:
    found = _found({"attributes": [{"name": "a\ud800", "primary": False, "dtype": "int"}]})
    assert _read(found).attributes[0].name == "a\\ud800"
    _read(found).model_dump_json()


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=8,
)


def _paths(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path] + [below for key, item in items for below in _paths(item, (*path, key))]


_FULL = _found(
    {
        "dimensions": [
            {"name": "t", "size": 6, "type": "time", "start_value": "$b", "step": {"days": 1, "seconds": 0}},
            {"name": "l", "size": 2, "labels": ["a", "b"], "scale": None, "type": "generic"},
            {
                "name": "s",
                "size": 2,
                "labels": None,
                "scale": {"start_value": 0.0, "step": 1.0, "name": None},
                "type": "",
            },
        ],
        "attributes": [{"name": "b", "primary": True, "dtype": "datetime"}],
        "vgrid": [2, 1, 1],
    },
    type="varray",
    options={"chunks": {"mode": "manual", "size": [1, 1, 1]}, "compression": {"compression": "gzip", "options": ["9"]}},
)


@given(st.sampled_from(_paths(_FULL)), _JSON)
def test_anything_anywhere_is_an_answer(path: tuple[Any, ...], value: Any) -> None:
    assert _read(_FULL).problem is None
    found = json.loads(json.dumps(_FULL))
    if not path:
        found = value
    else:
        inner = found
        for key in path[:-1]:
            inner = inner[key]
        inner[path[-1]] = value
    _read(found).model_dump_json()


@given(st.binary(max_size=200))
def test_any_bytes_are_an_answer(content: bytes) -> None:
    collection_at("/nowhere/c", content).model_dump_json()
    decode(content, ID, AttributeSchema((("a", "int"),), (("b", "tuple"),)))


@given(_JSON, st.sampled_from(["string", "int", "float", "complex", "datetime", "tuple"]))
def test_any_value_of_any_attribute_is_an_answer(value: Any, dtype: str) -> None:
    schema = AttributeSchema((("a", dtype),), ())
    found = {"id": ID, "primary_attributes": {"a": value}, "custom_attributes": {}}
    decoded = decode(json.dumps(found).encode(), ID, schema)
    assert (decoded.problem is None) == ("a" in decoded.primary)
    if decoded.problem is None:
        link_problem(["x"], decoded.primary, schema)


def test_both_ways_of_writing_a_value_are_read() -> None:
    moment = datetime(2022, 2, 2, 2, tzinfo=UTC)
    for text in ("2022-02-02T02:00:00+00:00", "2022-02-02 02:00:00+00:00", "2022-02-02T02:00:00"):
        assert dtypes.decode_attribute(text, "datetime") == moment
    assert dtypes.decode_attribute("4", "int") == dtypes.decode_attribute(4, "int") == 4
    assert dtypes.decode_attribute([1, ["a"]], "tuple") == (1, ("a",))


def test_a_link_agrees_by_value() -> None:
    schema = AttributeSchema((("f", "float"), ("d", "datetime"), ("s", "string")), ())
    values = {"f": 0.10000000149011612, "d": datetime(2020, 1, 1, tzinfo=UTC), "s": "a"}
    assert link_problem(["0.1", "2020-01-01T00:00:00+00:00", "a"], values, schema) is None
    assert "0.2" in (link_problem(["0.2", "2020-01-01T00:00:00+00:00", "a"], values, schema) or "")
    assert link_problem(["0.1", "2020-01-01T00:00:00+00:00", "b"], values, schema)
    assert link_problem(["0.1"], values, schema)
    slashed = AttributeSchema((("s", "string"),), ())
    assert link_problem(["a", "b"], {"s": "a/b"}, slashed) is None
