"""Steps of a sequence: what a transaction is made of (contract §5)."""

from __future__ import annotations

from collections.abc import Sequence as AnySequence
from dataclasses import dataclass
from typing import TypeAlias

from tui.services.errors import InvalidInput, ProtocolError
from tui.systems.arakoon.wire.codecs import I32, OPTION, STRING, unencodable
from tui.systems.arakoon.wire.reader import DEFAULT_LIMITS, SYSTEM, Limits, Reader, malformed, whole


@dataclass(frozen=True, slots=True)
class Set:
    """Write a value."""

    key: bytes
    value: bytes


@dataclass(frozen=True, slots=True)
class Delete:
    """Delete a key; the sequence fails if it is absent."""

    key: bytes


@dataclass(frozen=True, slots=True)
class TestAndSet:
    """Write `set_value` (None deletes) if the value is `test_value` (None: absent). A mismatch is no failure."""

    __test__ = False
    key: bytes
    test_value: bytes | None
    set_value: bytes | None


@dataclass(frozen=True, slots=True)
class Nop:
    """Change nothing."""


@dataclass(frozen=True, slots=True)
class Assert:
    """The sequence fails unless the value is this (None: absent)."""

    key: bytes
    value: bytes | None


@dataclass(frozen=True, slots=True)
class AssertExists:
    """The sequence fails unless the key is there."""

    key: bytes


@dataclass(frozen=True, slots=True)
class DeletePrefix:
    """Delete all keys of a prefix, at once and for good.

    The server does not roll it back when the sequence fails, and it does not see keys that the same sequence set:
    put it alone, or behind all asserts in the knowledge of that (contract §5).
    """

    prefix: bytes


@dataclass(frozen=True, slots=True)
class Replace:
    """Write a value (None deletes), whatever is there."""

    key: bytes
    value: bytes | None


@dataclass(frozen=True, slots=True)
class AssertRange:
    """The sequence fails unless exactly these keys have the prefix. `keys` are in ascending order.

    The server looks at what is stored, not at what the same sequence set before (contract §5).
    """

    prefix: bytes
    keys: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class UserFunction:
    """Run a user function. Known so that a node can refuse it: it ends a real server's process (contract §5)."""

    name: bytes
    argument: bytes | None


@dataclass(frozen=True, slots=True)
class Sequence:
    """Steps that happen all or not at all."""

    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class SyncedSequence:
    """A sequence inside another, which asked to be synced; the outermost one is chosen by the command instead."""

    steps: tuple[Step, ...]


Step: TypeAlias = (
    Set
    | Delete
    | TestAndSet
    | Nop
    | Assert
    | AssertExists
    | DeletePrefix
    | Replace
    | AssertRange
    | UserFunction
    | Sequence
    | SyncedSequence
)
_SEQUENCE_TAG = 5
_CONTAINS_EXACTLY = 1


class NotASequence(ProtocolError):
    """The outermost step is another one."""


def encode_step(step: Step, depth: int = DEFAULT_LIMITS.depth) -> bytes:
    """Return a step's encoding; its length is the size of the update (contract §10).

    Raises:
        InvalidInput: it is no step, a field is of the wrong kind, or sequences nest too deep.
    """
    string, optional, number = STRING.encode, OPTION.encode, I32.encode
    match step:
        case Set(key, value):
            return number(1) + string(key) + string(value)
        case Delete(key):
            return number(2) + string(key)
        case TestAndSet(key, test_value, set_value):
            return number(3) + string(key) + optional(test_value) + optional(set_value)
        case Sequence(steps):
            return _encode_nested(_SEQUENCE_TAG, steps, depth)
        case Nop():
            return number(6)
        case UserFunction(name, argument):
            return number(7) + string(name) + optional(argument)
        case Assert(key, value):
            return number(8) + string(key) + optional(value)
        case SyncedSequence(steps):
            return _encode_nested(13, steps, depth)
        case DeletePrefix(prefix):
            return number(14) + string(prefix)
        case AssertExists(key):
            return number(15) + string(key)
        case Replace(key, value):
            return number(16) + string(key) + optional(value)
        case AssertRange(prefix, keys):
            # The server compares with its list in reverse, so that only descending keys can be right.
            descending = [string(key) for key in sorted(set(keys), reverse=True)]
            return b"".join(
                (number(17), string(prefix), number(_CONTAINS_EXACTLY), number(len(descending)), *descending)
            )
        case _:
            raise unencodable("a step", step)


def _encode_nested(tag: int, steps: AnySequence[Step], depth: int) -> bytes:
    if depth <= 0:
        raise InvalidInput(SYSTEM, "encode", "the sequences nest too deep")
    return b"".join((I32.encode(tag), I32.encode(len(steps)), *(encode_step(step, depth - 1) for step in steps)))


def encode_sequence(steps: AnySequence[Step] | Sequence) -> bytes:
    """Return the argument of the sequence commands. One sequence alone is sent as it is, all else becomes one.

    Raises:
        InvalidInput: a step is wrong; or it is a user function, which would end the server's process.
    """
    if isinstance(steps, Sequence):
        outermost = steps
    elif isinstance(steps, (list, tuple)):
        alone = steps[0] if len(steps) == 1 else None
        outermost = alone if isinstance(alone, Sequence) else Sequence(tuple(steps))
    else:
        raise unencodable("a list of steps", steps)
    encoded = encode_step(outermost)
    if _has_user_function(outermost):
        hint = "call user_function by itself; a server whose function fails in a sequence stops and cannot start again"
        raise InvalidInput(SYSTEM, "sequence", "steps: a user function cannot be a step", hint)
    return encoded


def _has_user_function(step: Step) -> bool:
    if isinstance(step, (Sequence, SyncedSequence)):
        return any(map(_has_user_function, step.steps))
    return isinstance(step, UserFunction)


def decode_sequence(data: bytes, limits: Limits = DEFAULT_LIMITS) -> Sequence:
    """Return the sequence that such an argument holds. Bytes that follow it are ignored, as the server does.

    Raises:
        NotASequence: the outermost step is another one.
        ProtocolError: it is malformed or cut short.
    """
    step = whole(_decode_outermost, data, limits, rest=True)
    if not isinstance(step, Sequence):
        raise NotASequence(SYSTEM, "read", "should have been a sequence")
    return step


def _decode_outermost(reader: Reader) -> Step:
    return decode_step(reader, reader.limits.depth)


def decode_step(reader: Reader, depth: int) -> Step:
    """Return the next step. Raises as `Reader` does; an unknown tag and too deep a nesting are malformed."""
    string, optional = STRING.decode, OPTION.decode
    match reader.i32():
        case 1:
            return Set(string(reader), string(reader))
        case 2:
            return Delete(string(reader))
        case 3:
            return TestAndSet(string(reader), optional(reader), optional(reader))
        case 5:
            return Sequence(_decode_nested(reader, depth))
        case 6:
            return Nop()
        case 7:
            return UserFunction(string(reader), optional(reader))
        case 8:
            return Assert(string(reader), optional(reader))
        case 13:
            return SyncedSequence(_decode_nested(reader, depth))
        case 14:
            return DeletePrefix(string(reader))
        case 15:
            return AssertExists(string(reader))
        case 16:
            return Replace(string(reader), optional(reader))
        case 17:
            return _decode_assert_range(reader)
        case tag:
            raise malformed(f"a step has the tag {tag}")


def _decode_nested(reader: Reader, depth: int) -> tuple[Step, ...]:
    if depth <= 0:
        raise malformed("the sequences nest too deep")
    return tuple(reader.elements(reader.count(4), lambda inner: decode_step(inner, depth - 1)))


def _decode_assert_range(reader: Reader) -> AssertRange:
    prefix = reader.string()
    kind = reader.i32()
    if kind != _CONTAINS_EXACTLY:
        raise malformed(f"an assertion on a range is of the kind {kind}")
    # Whoever sends them ascending gets them descending here, and fails as at the server.
    return AssertRange(prefix, tuple(reversed(reader.strings(reader.count(4)))))
