"""JSON is always valid, whatever a service returns."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, SecretStr

from tests.unit.resources.test_cells import ANYTHING
from tui.resources.detail import Detail, Field, Section
from tui.resources.json_text import to_json


class Model(BaseModel, extra="allow"):
    name: str
    secret: SecretStr = SecretStr("hunter2")


def back(value: Any) -> Any:
    return json.loads(to_json(value))


def test_what_json_has_no_word_for() -> None:
    assert back(float("nan")) == "NaN" and back([float("inf"), -float("inf")]) == ["Infinity", "-Infinity"]
    assert back(b"\x00\xff") == {"base64": "AP8="}
    assert back(datetime(2026, 1, 2, tzinfo=UTC)) == "2026-01-02T00:00:00+00:00"
    assert back(datetime(2026, 1, 2)) == "2026-01-02T00:00:00+00:00"
    assert back(timedelta(minutes=1)) == 60 and back(1 + 2j) == "(1+2j)" and back(Path("a/b")) == "a/b"
    assert back({1: "a", (1, 2): "b"}) == {"1": "a", "[1, 2]": "b"}


def test_numpy_values_become_plain_ones() -> None:
    assert back(numpy.float32(0.5)) == 0.5 and back(numpy.arange(3)) == [0, 1, 2]
    assert back(numpy.array([1 + 1j])) == ["(1+1j)"] and back(numpy.longdouble(2)) == "2.0"


def test_models_and_dataclasses_keep_their_fields_and_no_secret() -> None:
    assert back(Model(name="x", other=1)) == {"name": "x", "secret": "***", "other": 1}  # type: ignore[call-arg]
    detail = Detail("t", (Section("s", (Field("size", 1, "bytes"),)),), body=Model(name="y"))
    assert back(detail)["sections"][0]["fields"][0] == {"label": "size", "value": 1, "kind": "bytes", "tone": None}


def test_names_that_are_no_text_survive() -> None:
    name = b"caf\xe9".decode("utf-8", "surrogateescape")
    assert to_json(name) == '"caf\\udce9"' and to_json(name).isascii()


@given(st.recursive(ANYTHING, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)))
def test_anything_is_valid_ascii_json(value: Any) -> None:
    text = to_json(value)
    json.loads(text, parse_constant=lambda name: (_ for _ in ()).throw(ValueError(name)))
    assert text.isascii()
