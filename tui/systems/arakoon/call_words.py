"""Calls of the cluster in words: what the command log and a dry run say of them, with sizes in place of values."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from tui.services.dry_run import Held
from tui.services.errors import ProtocolError
from tui.systems.arakoon.keys_text import key_text
from tui.systems.arakoon.wire import commands
from tui.systems.arakoon.wire.commands import Command
from tui.systems.arakoon.wire.steps import (
    Assert,
    AssertExists,
    Delete,
    DeletePrefix,
    Replace,
    Set,
    Step,
    SyncedSequence,
    TestAndSet,
    decode_sequence,
)
from tui.systems.arakoon.wire.steps import Sequence as Steps

MOST_BYTES = 64 * 1024
"""Bytes of a sequence that is looked into; a larger one is told by its size."""
MOST_STEPS = 20
"""Steps of one sequence that are told."""
_KEY = 80
_NO_TEXT = "''"
_BOUNDS = {"key": "", "prefix": "", "begin_key": "from ", "end_key": "to "}
_CHANGING = frozenset(
    {"collapse_tlogs", "optimize_db", "defrag_db", "drop_master", "flush_store", "copy_db_to_head", "user_hook"}
)
"""What changes a node, though no value of the cluster."""


def changes(command: Command[Any]) -> bool:
    """Whether a command may change anything at all."""
    return command.writes or command.name in _CHANGING


def held(command: Command[Any], values: Sequence[Any], node: str = "") -> Held:
    """Return a call that a dry run holds back."""
    return Held(call_text(command, values, node), command.name, node, tuple(values))


def call_text(command: Command[Any], values: Sequence[Any], node: str = "") -> str:
    """Return a call on one or more lines: its name, its keys, how large its values are, and who is asked."""
    if command in (commands.SEQUENCE, commands.SYNCED_SEQUENCE) and values:
        return "\n".join(_sequence_lines(values[0], is_synced=command is commands.SYNCED_SEQUENCE))
    # A call may come with the consistency before its arguments.
    names = [name for name, _ in command.arguments if len(command.arguments) == len(values) or name != "consistency"]
    told = [_argument(name, value) for name, value in zip(names, values, strict=False)]
    place = [f"at {node}"] if node else []
    return " ".join([command.name.strip("_"), *(text for text in told if text), *place])


def _argument(name: str, value: Any) -> str:
    if name in _BOUNDS and isinstance(value, bytes):
        return f"{_BOUNDS[name]}{key_text(value, _KEY) or _NO_TEXT}"
    if name.endswith("_inclusive"):
        return ""
    if name == "max_elements":
        return f"at most {value:,}" if value >= 0 else ""
    if name == "keys":
        return f"{len(value):,} keys, the first {key_text(value[0], _KEY)}" if value else "no keys"
    if name in ("value", "test_value", "set_value", "argument") or isinstance(value, bytes):
        return f"{name.replace('_', ' ')} {_size(value)}"
    return "" if value is None or name == "consistency" else f"{name.replace('_', ' ')} {value}"


def _sequence_lines(data: bytes, *, is_synced: bool) -> Iterator[str]:
    if len(data) > MOST_BYTES:
        yield f"sequence of {len(data):,} bytes"
        return
    try:
        steps = [*_flat(decode_sequence(data).steps)]
    except ProtocolError:
        yield f"sequence of {len(data):,} bytes"
        return
    yield f"sequence of {len(steps):,} steps, {len(data):,} bytes{', written to disk' if is_synced else ''}:"
    yield from (f"  {_step(step)}" for step in steps[:MOST_STEPS])
    if len(steps) > MOST_STEPS:
        yield f"  and {len(steps) - MOST_STEPS:,} more steps"


def _flat(steps: Sequence[Step]) -> Iterator[Step]:
    for step in steps:
        if isinstance(step, Steps | SyncedSequence):
            yield from _flat(step.steps)
        else:
            yield step


def _step(step: Step) -> str:
    match step:
        case Set(key, value):
            return f"set {_key(key)} to {_size(value)}"
        case Replace(key, value):
            return f"replace {_key(key)} by {_size(value)}"
        case Delete(key):
            return f"delete {_key(key)}"
        case TestAndSet(key, test_value, set_value):
            return f"if {_key(key)} is {_size(test_value)}, set it to {_size(set_value)}"
        case Assert(key, value):
            return f"assert that {_key(key)} is {_size(value)}"
        case AssertExists(key):
            return f"assert that {_key(key)} is there"
        case DeletePrefix(prefix):
            return f"delete all keys of {_key(prefix)}"
        case _:
            return type(step).__name__


def _key(key: bytes) -> str:
    return key_text(key, _KEY) or "the empty key"


def _size(value: bytes | None) -> str:
    return "nothing" if value is None else "1 byte" if len(value) == 1 else f"{len(value):,} bytes"
