"""Rehearsal: what staged steps would do to the values that were seen, said in words, before anything is sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from tui.systems.arakoon.asserted import named
from tui.systems.arakoon.keys_text import key_text
from tui.systems.arakoon.wire.steps import Assert, AssertExists, Delete, DeletePrefix, Replace, Set, TestAndSet

StagedStep = Set | Delete | Replace | TestAndSet | Assert | AssertExists | DeletePrefix
"""The steps that can be staged."""
_KEY_SHOWN, _VALUE_SHOWN = 80, 48


@dataclass(frozen=True, slots=True)
class ReviewLine:
    """A step in words, and what there is to say of it: `problem` why it would fail, `caveat` what to know of it."""

    text: str
    problem: str = ""
    caveat: str = ""


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """A line for each step, and the value of each key afterwards, None where it is not there."""

    lines: tuple[ReviewLine, ...]
    state: Mapping[bytes, bytes | None]


def key_of(step: StagedStep) -> bytes | None:
    """Return the key that a step is about, None if it is about a prefix."""
    return None if isinstance(step, DeletePrefix) else step.key


def writes(step: StagedStep) -> bool:
    """Whether a step changes its key."""
    return isinstance(step, Set | Delete | Replace | TestAndSet)


def rehearse(steps: Sequence[StagedStep], seen: Mapping[bytes, bytes | None]) -> Rehearsal:
    """Return what the steps do, one after the other, if the keys are as they were seen.

    A deletion of a prefix works as the server's: at once on what is stored, so that what the steps before it wrote
    stays, and for good (contract §5).
    """
    stage = _Stage(seen)
    lines = [stage.do(step) for step in steps]
    return Rehearsal(tuple(_with_caveats(steps, lines)), stage.state)


class _Stage:
    def __init__(self, seen: Mapping[bytes, bytes | None]) -> None:
        self.state = dict(seen)
        self._written: set[bytes] = set()

    def do(self, step: StagedStep) -> ReviewLine:
        match step:
            case Set(key, value):
                return self._write("set", key, value)
            case Replace(key, value):
                return self._write("replace", key, value)
            case Delete(key):
                line = self._write("delete", key, None)
                return replace(line, problem="the key is not there") if line.caveat else line
            case TestAndSet(key, test_value, set_value):
                return self._test_and_set(key, test_value, set_value)
            case Assert(key, value):
                text = f"assert {_key(key)} = {_value(value)}"
                is_so = self.state[key] == value
                return ReviewLine(text, "" if is_so else f"it is {_value(self.state[key])}")
            case AssertExists(key):
                is_there = self.state[key] is not None
                return ReviewLine(f"assert {_key(key)} is there", "" if is_there else "it is not")
            case DeletePrefix(prefix):
                return self._delete_prefix(prefix)

    def _write(self, name: str, key: bytes, value: bytes | None) -> ReviewLine:
        before = self.state[key]
        self.state[key] = value
        self._written.add(key)
        text = f"{name} {_key(key)}: {_value(before)} → {_value(value)}"
        return ReviewLine(text, caveat="it changes nothing" if before == value else "")

    def _test_and_set(self, key: bytes, test_value: bytes | None, set_value: bytes | None) -> ReviewLine:
        before = self.state[key]
        text = f"if {_key(key)} = {_value(test_value)}: → {_value(set_value)}"
        if before != test_value:
            return ReviewLine(text, caveat=f"it changes nothing: it is {_value(before)}, which is no failure")
        self.state[key] = set_value
        self._written.add(key)
        return ReviewLine(text)

    def _delete_prefix(self, prefix: bytes) -> ReviewLine:
        below = [key for key in self.state if key.startswith(prefix)]
        kept = [key for key in below if key in self._written and self.state[key] is not None]
        for key in below:
            if key not in self._written:
                self.state[key] = None
        caveat = "it acts at once, and is not rolled back if another step fails; it cannot be undone"
        if kept:
            caveat += f"; what is written before stays: {named(kept)}"
        return ReviewLine(f"delete all keys of {_key(prefix)}", caveat=caveat)


def _with_caveats(steps: Sequence[StagedStep], lines: Sequence[ReviewLine]) -> list[ReviewLine]:
    """Return the lines; a look behind a deletion of a prefix comes too late to prevent it, and says so."""
    made: list[ReviewLine] = []
    is_behind = False
    for step, line in zip(steps, lines, strict=True):
        if is_behind and isinstance(step, Assert | AssertExists):
            late = "if it fails, the prefix before it is deleted all the same: move it to the front"
            line = replace(line, caveat=late)
        is_behind = is_behind or isinstance(step, DeletePrefix)
        made.append(line)
    return made


def _key(key: bytes) -> str:
    return key_text(key, _KEY_SHOWN) or "the empty key"


def _value(value: bytes | None) -> str:
    if value is None:
        return "nothing"
    if not value:
        return "no bytes"
    size = f" ({len(value):,} bytes)" if len(value) > _VALUE_SHOWN else ""
    return f"“{key_text(value, _VALUE_SHOWN)}”{size}"
