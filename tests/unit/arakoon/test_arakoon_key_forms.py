"""What is typed for keys and values: shown in a form and saved again, no byte of a value changes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.services.errors import InvalidInput
from tui.services.printable import printable
from tui.systems.arakoon.resources import key_forms
from tui.systems.arakoon.resources.key_forms import LARGEST_EDITED, EditedValue, can_be_typed, value_from, value_text
from tui.systems.arakoon.resources.transaction_resource import StepForm, typed_step
from tui.systems.arakoon.wire.steps import Assert, AssertExists, Delete, DeletePrefix, Replace, Set
from tui.systems.arakoon.wire.steps import TestAndSet as TestAndSetStep

VALUES = st.binary(max_size=200) | st.text(max_size=100).map(lambda text: text.encode("utf-8", "replace"))


@given(VALUES)
def test_a_value_survives_the_form(value: bytes) -> None:
    text, encoding = value_text(value)
    assert value_from(text, encoding) == value
    assert can_be_typed(text), "nothing in the form steers a terminal"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (b"", ("", "text")),
        (b"line\nline\n", ("line\nline\n", "text")),
        (b"tab\there", ("tab\there", "text")),
        ("naïve ✓".encode(), ("naïve ✓", "text")),
        (b"a\r\nb", ("a\\x0d\nb", "escaped")),
        (b"esc \x1b[31m", (r"esc \x1b[31m", "escaped")),
        (b"\x00\x01\x02\x03", ("00 01 02 03", "hex")),
        (b"\xff\xfe", ("ff fe", "hex")),
        (bytes(17), ("00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00\n00", "hex")),
    ],
)
def test_how_a_value_is_written_in_a_form(value: bytes, shown: tuple[str, str]) -> None:
    assert value_text(value) == shown


@pytest.mark.parametrize("value", [b"a" * (LARGEST_EDITED + 1), b"\xff" * 65_537])
def test_a_value_that_is_too_large_for_a_form_says_how_else(value: bytes) -> None:
    with pytest.raises(InvalidInput) as refused:
        value_text(value)
    assert "from one" in (refused.value.hint or "")


@pytest.mark.parametrize(
    ("text", "encoding"), [("{", "json"), ("0", "hex"), ("xx", "hex"), ("a", "base64"), (r"\q", "escaped")]
)
def test_what_is_not_what_its_encoding_says_is_refused(text: str, encoding: str) -> None:
    with pytest.raises(ValueError, match="value"):
        EditedValue.model_validate({"value": text, "encoding": encoding})
    with pytest.raises(ValueError, match="value"):
        StepForm.model_validate({"kind": "test and set", "key": "k", "test_value": text, "encoding": encoding})


def test_the_test_value_is_typed_as_the_value_is() -> None:
    form = key_forms.TestAndSet.model_validate({"value": "ff", "encoding": "hex", "test_value": "00ff"})
    assert (form.raw_value, form.raw_test) == (b"\xff", b"\x00\xff")
    absent = key_forms.TestAndSet.model_validate({"test_value": "ignored", "test_absent": True})
    assert absent.raw_test is None


STEPS = st.one_of(
    st.builds(Set, VALUES, VALUES),
    st.builds(Replace, VALUES, VALUES),
    st.builds(Delete, VALUES),
    st.builds(DeletePrefix, VALUES),
    st.builds(Assert, VALUES, st.none() | VALUES),
    st.builds(AssertExists, VALUES),
    st.builds(TestAndSetStep, VALUES, VALUES, VALUES),
)


@given(STEPS)
def test_a_step_that_is_edited_and_left_alone_is_the_same_step(step: object) -> None:
    typed = typed_step(step)  # pyright: ignore[reportArgumentType]
    assert StepForm.model_validate(typed).step() == step
    assert printable(typed["key"]) == typed["key"]
