"""A form model gives the same fields to the dialog and to the command line, and says what is wrong by field."""

from __future__ import annotations

import pickle
from enum import StrEnum
from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, Field, SecretStr, create_model, field_validator

from tui.cli.run import run
from tui.resources.actions import RUN_OPTIONS, action
from tui.resources.forms import FormInvalid, form_fields, read_form


class Colour(StrEnum):
    RED = "red"
    GREEN = "green"


class Everything(BaseModel):
    name: str = Field(description="what it is called", min_length=2)
    note: str | None = Field(None, title="remark", json_schema_extra={"multiline": True})
    level: int = Field(1, ge=1, le=4)
    share: float = 0.5
    safe: bool = True
    kind: Literal["array", "varray"] = "array"
    colour: Colour = Colour.RED
    password: SecretStr | None = None
    chunks: list[int] = []
    bucket: str = Field("", json_schema_extra={"asks": True})
    extra: dict[str, Any] = {}

    @field_validator("name")
    @classmethod
    def _no_slash(cls, value: str) -> str:
        if "/" in value:
            raise ValueError("a name has no slash")
        return value


def test_fields_say_what_they_take() -> None:
    fields = {field.name: field for field in form_fields(Everything)}
    assert {name: field.kind for name, field in fields.items()} == {
        "name": "text", "note": "text", "level": "number", "share": "number", "safe": "bool", "kind": "choice",
        "colour": "choice", "password": "secret", "chunks": "list", "bucket": "text", "extra": "json",
    }  # fmt: skip
    assert fields["name"].required and not fields["note"].required
    assert fields["note"].label == "remark" and fields["note"].multiline
    assert fields["kind"].choices == ("array", "varray") and fields["colour"].choices == ("red", "green")
    assert fields["bucket"].asks and fields["name"].help == "what it is called"


def test_typed_text_becomes_values() -> None:
    typed = {"name": "ab", "level": " 3 ", "safe": "false", "chunks": "1, 2,3", "extra": '{"a": 1}', "kind": "varray"}
    made = read_form(Everything, typed)
    assert (made.level, made.safe, made.chunks, made.extra, made.kind) == (3, False, [1, 2, 3], {"a": 1}, "varray")
    assert read_form(Everything, {"name": "ab", "note": "", "chunks": "[4]"}).chunks == [4]


def test_every_problem_is_named_by_its_field() -> None:
    with pytest.raises(FormInvalid) as caught:
        read_form(Everything, {"name": "a/b", "level": "9", "share": "much"})
    assert set(caught.value.problems) == {"name", "level", "share"}
    assert caught.value.problems["name"] == "a name has no slash"
    with pytest.raises(FormInvalid, match="no such field"):
        read_form(Everything, {"name": "ab", "colr": "red"})
    with pytest.raises(FormInvalid, match="not JSON"):
        read_form(Everything, {"name": "ab", "extra": "{"})


def test_a_secret_is_never_repeated() -> None:
    class Login(BaseModel):
        password: SecretStr = Field(min_length=20)

    with pytest.raises(FormInvalid) as caught:
        read_form(Login, {"password": "hunter2"})
    assert "hunter2" not in str(caught.value) + repr(caught.value.problems)


def test_an_error_survives_a_process_boundary() -> None:
    error = FormInvalid("form", "level: too big", {"level": "too big"})
    assert pickle.loads(pickle.dumps(error)).problems == {"level": "too big"}


@given(st.lists(st.text(st.characters(codec="utf-8"), max_size=8), max_size=5))
def test_lists_are_written_so_that_they_read_back(values: list[str]) -> None:
    class Names(BaseModel):
        names: list[str] = []

    (field,) = form_fields(Names)
    assert field.read(field.write(values)) == values


@pytest.mark.parametrize("name", ["profile", "dry_run", "yes", "confirm", "help", "help_fields"])
def test_no_field_has_the_name_of_an_option_that_would_keep_it_from_the_form(name: str) -> None:
    form = create_model("Taken", **{name: (str, "")})  # type: ignore[call-overload]
    with pytest.raises(ValueError, match=f"Taken may have no field {name}"):
        action("n", form=form)


def test_every_option_of_the_command_line_is_one_of_those_names() -> None:
    long = {option.removeprefix("--") for parameter in run.params for option in parameter.opts if option[:2] == "--"}
    assert {option.replace("-", "_") for option in long} - {"output"} <= RUN_OPTIONS
    assert "profile" in long
