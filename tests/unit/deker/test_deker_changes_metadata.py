"""Metadata that Deker takes though it never writes them so, and such as it refuses, read the same way."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.conformance.deker_schemas import GENERIC, INVALID, VALID, generic, in_time, metadata, packed
from tui.systems.deker.format.metadata import collection_at


def read(given: Any) -> Any:
    return collection_at(f"/collections/{given['name']}", json.dumps(given).encode())


@pytest.mark.parametrize("what", VALID)
def test_what_can_be_made_can_be_read_as_it_was_given(what: str) -> None:
    assert read(VALID[what]).problem is None


def test_labels_that_are_mapped_to_positions_are_in_their_order() -> None:
    labels = {"b": 1, "a": 0, "d": 3, "c": 2}
    assert read(metadata("x", dimensions=[generic(labels=labels)])).dimensions[0].labels == ("a", "b", "c", "d")


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({}, ("none", (), "none")),
        ({"chunks": {"mode": "manual", "size": [2]}}, ("manual", (2,), "none")),
        ({"compression": {"compression": "gzip", "options": [9]}}, ("none", (), "gzip 9")),
        ({"chunks": None, "compression": {"compression": None}}, ("none", (), "none")),
        ({"chunks": {"mode": "odd"}, "compression": {"compression": 32015}}, ("none", (), "zstd (32015)")),
    ],
)
def test_options_of_which_something_is_absent(options: dict[str, Any], told: tuple[Any, ...]) -> None:
    found = read(metadata("x", {"options": options}))
    assert (found.chunk_mode, found.chunks, found.compression, found.problem) == (*told, None)


@pytest.mark.parametrize(
    "given",
    [
        metadata("x", {"type": "array"}, vgrid=[2]),
        metadata("x", vgrid=[2], arrays_shape=[2]),
        metadata("x", dimensions=[in_time(start_value=...)]),
        metadata("x", dimensions=[generic(labels=[])]),
        metadata("x", dimensions=[generic(scale={})]),
        metadata("x", dimensions=[generic(labels={"a": 0, "b": 1, "c": 2, "d": 2})]),
        metadata("x", packed("")),
        metadata("x", packed(True)),
    ],
)
def test_what_deker_cannot_read_is_damaged(given: dict[str, Any]) -> None:
    assert read(given).problem


def test_what_is_refused_and_could_be_read_is_little() -> None:
    readable = {
        what
        for what, (given, _) in INVALID.items()
        if isinstance(given, dict) and isinstance(given.get("name"), str) and what != "not JSON" and "name" not in what
        if read(given).problem is None
    }
    # These are values that Deker makes something else of, and options that it only fails with when it writes.
    assert readable <= {
        *("attribute vid", "attribute v_position", "labels a mapping", "labels of two kinds", "labels whole"),
        *("labels null", "labels twice", "chunks of another rank", "chunks too large", "chunks larger than a tile"),
        *("chunks in an odd mode", "compression unknown", "compression negative", "gzip 0", "gzip 10"),
        *("gzip of a word", "gzip of two", "lzf with options", "szip of odd pixels", "szip of many pixels"),
        *("szip without pixels", "filter with a word", "filter with a fraction", "fill broken"),
    }
    assert read(metadata("x", dimensions=[GENERIC])).problem is None
