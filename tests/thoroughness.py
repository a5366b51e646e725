"""How much of what takes minutes is tried: a part of it, always the same, or with ARRAYDECK_TESTS=all the whole."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import TypeVar

T = TypeVar("T")
IS_THOROUGH = os.environ.get("ARRAYDECK_TESTS") == "all"


def one_in(count: int, items: Iterable[T]) -> list[T]:
    """Return one item in `count`, evenly drawn from the first on; all of them if everything is to be tried."""
    return [*items] if IS_THOROUGH else [*items][::count]
