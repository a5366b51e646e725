"""Hypothesis strategies for whatever the protocol can say."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from tui.systems.arakoon.wire import fields, steps
from tui.systems.arakoon.wire.consistency import CONSISTENT, NO_GUARANTEES, AtLeast, Consistency
from tui.systems.arakoon.wire.steps import Step

I32S = st.integers(-(2**31), 2**31 - 1)
I64S = st.integers(-(2**63), 2**63 - 1)
STRINGS = st.binary(max_size=40)
OPTIONS = st.none() | STRINGS
CONSISTENCIES: st.SearchStrategy[Consistency] = st.just(CONSISTENT) | st.just(NO_GUARANTEES) | st.builds(AtLeast, I64S)


def _ascending(keys: set[bytes]) -> tuple[bytes, ...]:
    return tuple(sorted(keys))


_SIMPLE_STEPS = st.one_of(
    st.builds(steps.Set, STRINGS, STRINGS),
    st.builds(steps.Delete, STRINGS),
    st.builds(steps.TestAndSet, STRINGS, OPTIONS, OPTIONS),
    st.builds(steps.Nop),
    st.builds(steps.UserFunction, STRINGS, OPTIONS),
    st.builds(steps.Assert, STRINGS, OPTIONS),
    st.builds(steps.AssertExists, STRINGS),
    st.builds(steps.DeletePrefix, STRINGS),
    st.builds(steps.Replace, STRINGS, OPTIONS),
    st.builds(steps.AssertRange, STRINGS, st.sets(STRINGS, max_size=4).map(_ascending)),
)


def _nested(inner: st.SearchStrategy[Step]) -> st.SearchStrategy[Step]:
    many = st.lists(inner, max_size=4).map(tuple)
    return st.builds(steps.Sequence, many) | st.builds(steps.SyncedSequence, many)


STEPS: st.SearchStrategy[Step] = st.recursive(_SIMPLE_STEPS, _nested, max_leaves=12)
SEQUENCES = st.lists(STEPS, max_size=5).map(lambda made: steps.Sequence(tuple(made)))
_NAMES = st.binary(max_size=12).map(lambda raw: raw.decode("utf-8", "surrogateescape"))
_LEAVES = st.one_of(
    st.builds(fields.SmallInt, _NAMES, I32S),
    st.builds(fields.LargeInt, _NAMES, I64S),
    st.builds(fields.Number, _NAMES, st.floats(allow_nan=False)),
    st.builds(fields.Text, _NAMES, STRINGS),
)
FIELDS: st.SearchStrategy[fields.Field] = st.recursive(
    _LEAVES,
    lambda inner: st.builds(fields.Group, _NAMES, st.lists(inner, max_size=4).map(tuple)),
    max_leaves=12,
)
BY_CODEC: dict[str, st.SearchStrategy[Any]] = {
    "u32": st.integers(0, 2**32 - 1),
    "i32": I32S,
    "i64": I64S,
    "float": st.floats(allow_nan=False),
    "bool": st.booleans(),
    "string": STRINGS,
    "unit": st.none(),
    "consistency": CONSISTENCIES,
    "option string": OPTIONS,
    "array string": st.lists(STRINGS, max_size=8),
    "array option string": st.lists(OPTIONS, max_size=8),
    "list string": st.lists(STRINGS, max_size=8),
    "list pair (string, string)": st.lists(st.tuples(STRINGS, STRINGS), max_size=8),
    "pair (pair (option string, option string), pair (option string, option string))": st.tuples(
        st.tuples(OPTIONS, OPTIONS), st.tuples(OPTIONS, OPTIONS)
    ),
    "pair (pair (i32, i32), pair (i32, string))": st.tuples(st.tuples(I32S, I32S), st.tuples(I32S, STRINGS)),
}
"""The values of each codec, by its name."""
