"""Fields of foreign JSON, taken out with the reason why one cannot be."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

MAX_SIZE = (1 << 63) - 1


class Defect(Exception):
    """Metadata that break the contract; the message says where and how, in words for a person."""


def mapping(value: object, what: str) -> dict[str, Any]:
    """Return `value` if it is a JSON object. `Defect` otherwise."""
    if not isinstance(value, dict):
        raise Defect(f"{what} is missing" if value is None else f"{what} is {_word(value)}, not an object")
    return value


def listed(value: object, what: str) -> list[Any]:
    """Return `value` if it is a JSON array. `Defect` otherwise."""
    if not isinstance(value, list):
        raise Defect(f"{what} is missing" if value is None else f"{what} is {_word(value)}, not a list")
    return value


def text(fields: dict[str, Any], key: str, where: str) -> str:
    """Return the text under `key`, which may not be empty. `Defect` otherwise."""
    value = fields.get(key)
    place = f"{where}: {key}" if where else key
    if not isinstance(value, str):
        raise Defect(f"{place} is missing" if value is None else f"{place} is {_word(value)}, not text")
    if not value.strip():
        raise Defect(f"{place} is empty")
    return value


def amount(value: object, what: str) -> int:
    """Return `value` if it is a whole number from 1 that HDF5 can count to. `Defect` otherwise."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise Defect(f"{what} is missing" if value is None else f"{what} is {_word(value)}, not a whole number")
    if value < 1:
        raise Defect(f"{what} is {value if value > -MAX_SIZE else 'negative'}, at least 1 is needed")
    if value > MAX_SIZE:
        raise Defect(f"{what} is larger than any array")
    return value


def known_keys(fields: dict[str, Any], known: Iterable[str], where: str) -> None:
    """See that `fields` holds no key that Deker would refuse. `Defect` otherwise."""
    unknown = sorted(fields.keys() - set(known))
    if unknown:
        raise Defect(f"{where}: unknown key {unknown[0][:60]!r}")


def _word(value: object) -> str:
    words = {"str": "text", "bool": "true or false", "list": "a list", "dict": "an object"}
    return words.get(type(value).__name__, "a number")
