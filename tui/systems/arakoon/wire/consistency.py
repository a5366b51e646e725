"""Consistency: how fresh a read must be, the first argument of every read (contract §3)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from tui.services.errors import InvalidInput
from tui.systems.arakoon.wire.codecs import I64, Codec, unencodable
from tui.systems.arakoon.wire.reader import SYSTEM, Reader, malformed


@dataclass(frozen=True, slots=True)
class Consistent:
    """Only the master answers, and its answer is the newest there is."""


@dataclass(frozen=True, slots=True)
class NoGuarantees:
    """Any node answers from what it has; it may be old by up to half a lease (a dirty read)."""


@dataclass(frozen=True, slots=True)
class AtLeast:
    """A node answers if it has applied update number `i`, else it refuses at once; it does not wait."""

    i: int


Consistency: TypeAlias = Consistent | NoGuarantees | AtLeast
CONSISTENT = Consistent()
NO_GUARANTEES = NoGuarantees()


def chosen(allow_dirty: bool, consistency: Consistency | None) -> Consistency:
    """Return what a read asks for: the documented `allow_dirty`, or a newer consistency value in its place.

    Raises:
        InvalidInput: they contradict each other, or one is of the wrong kind.
    """
    if consistency is None:
        if not isinstance(allow_dirty, bool):
            raise InvalidInput(SYSTEM, "read", "allow_dirty: give True or False")
        return NO_GUARANTEES if allow_dirty else CONSISTENT
    if allow_dirty and consistency != NO_GUARANTEES:
        raise InvalidInput(SYSTEM, "read", "consistency: it contradicts allow_dirty", "give one of them")
    return consistency


def _encode(value: Consistency) -> bytes:
    if isinstance(value, Consistent):
        return b"\0"
    match value:
        case NoGuarantees():
            return b"\1"
        case AtLeast(i):
            return b"\2" + I64.encode(i)
        case _:
            raise unencodable("CONSISTENT, NO_GUARANTEES or AtLeast", value)


def _decode(reader: Reader) -> Consistency:
    tag = reader.byte()
    if tag == 0:
        return CONSISTENT
    if tag == 1:
        return NO_GUARANTEES
    if tag == 2:
        return AtLeast(reader.i64())
    raise malformed(f"a consistency is {tag:#04x}")


CONSISTENCY: Codec[Consistency] = Codec("consistency", _encode, _decode, 1)
