"""Update: what one write makes of the data, all or nothing where the server is so (contract §4, §5)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tui.systems.arakoon.node.bounds import Bounds, of_prefix
from tui.systems.arakoon.node.functions import Function, FunctionError
from tui.systems.arakoon.node.store import Store
from tui.systems.arakoon.wire.codes import Code, Failure
from tui.systems.arakoon.wire.steps import (
    Assert,
    AssertExists,
    AssertRange,
    Delete,
    DeletePrefix,
    Nop,
    Replace,
    Sequence,
    Set,
    Step,
    SyncedSequence,
    TestAndSet,
    UserFunction,
)

UNKNOWN_FAILURE = Failure(Code.UNKNOWN_FAILURE, b"unknown failure")


@dataclass(slots=True)
class Effect:
    """What an update did: its changes, and what is answered, which may be a failure even so."""

    changes: dict[bytes, bytes | None] = field(default_factory=dict)
    answer: Any = None


class _Refused(Exception):
    def __init__(self, code: int, message: bytes) -> None:
        super().__init__(message)
        self.failure = Failure(code, message)


class _Update:
    """One update under way. `pending` is forgotten if it fails.

    A deletion of a prefix works on the store at once: it is not undone by a failure, and does not touch what the
    same update wrote before. That is how the server is (contract §5), so a client is tested against it.
    """

    def __init__(self, store: Store, functions: Mapping[str, Function]) -> None:
        self._store = store
        self._functions = functions
        self.pending: dict[bytes, bytes | None] = {}
        self.at_once: dict[bytes, bytes | None] = {}

    def get(self, key: bytes) -> bytes | None:
        """Return a value as this update sees it."""
        if key in self.pending:
            return self.pending[key]
        return None if key in self.at_once else self._store.get(key)

    def set(self, key: bytes, value: bytes | None) -> None:
        """Write a value; None deletes."""
        self.pending[key] = value

    def stored(self, bounds: Bounds) -> list[tuple[bytes, bytes]]:
        """Return the entries between the bounds without what this update wrote."""
        return [entry for entry in self._store.entries(bounds) if entry[0] not in self.at_once]

    def run(self, step: Step) -> Any:
        """Do a step and return its result. Raises _Refused."""
        match step:
            case Set(key, value):
                self.set(key, value)
            case Delete(key):
                if self.get(key) is None:
                    raise _Refused(Code.NOT_FOUND, key)
                self.set(key, None)
            case TestAndSet(key, test_value, set_value):
                previous = self.get(key)
                if previous == test_value:
                    self.set(key, set_value)
                return previous
            case Replace(key, value):
                previous = self.get(key)
                self.set(key, value)
                return previous
            case Assert(key, value):
                if self.get(key) != value:
                    raise _Refused(Code.ASSERTION_FAILED, key)
            case AssertExists(key):
                if self.get(key) is None:
                    raise _Refused(Code.ASSERTION_FAILED, key)
            case DeletePrefix(prefix):
                keys = [key for key in self._store.keys(of_prefix(prefix)) if key not in self.at_once]
                self.at_once.update(dict.fromkeys(keys))
                return len(keys)
            case AssertRange():
                self._assert_range(step)
            case UserFunction(name, argument):
                return self._call(name.decode("utf-8", "surrogateescape"), argument)
            case Sequence(steps) | SyncedSequence(steps):
                for each in steps:
                    self.run(each)
            case Nop():
                pass
        return None

    def _assert_range(self, step: AssertRange) -> None:
        actual = tuple(key for key, _ in self.stored(of_prefix(step.prefix)))
        if step.keys != actual:
            expected = b"; ".join(step.keys)
            message = b'ContainsExactly [ "%s" ] actual: %s' % (expected, b",".join(actual))
            raise _Refused(Code.ASSERTION_FAILED, message)

    def _call(self, name: str, argument: bytes | None) -> bytes | None:
        try:
            return self._functions[name](self, argument)
        except FunctionError as error:
            raise _Refused(error.code, error.message.encode("utf-8", "surrogateescape")) from error
        except KeyError as error:
            raise _Refused(Code.NOT_FOUND, b"Not_found") from error
        except Exception as error:
            message = f'Failure("{error}")'.encode("utf-8", "surrogateescape")
            raise _Refused(Code.USER_FUNCTION_FAILURE, message) from error


def effect_of(step: Step, store: Store, functions: Mapping[str, Function]) -> Effect:
    """Return what a write would do to the store, and its answer; nothing is changed yet."""
    update = _Update(store, functions)
    try:
        answer = update.run(step)
    except _Refused as refused:
        return Effect(update.at_once, refused.failure)
    return Effect({**update.at_once, **update.pending}, answer)


def has_user_function(step: Step) -> bool:
    """Whether a sequence holds a user function, which would end a real server's process."""
    if isinstance(step, (Sequence, SyncedSequence)):
        return any(map(has_user_function, step.steps))
    return isinstance(step, UserFunction)
