"""The JSON that embedded servers keep and send."""

from __future__ import annotations

import json
from typing import Any


def compact(value: Any) -> str:
    """Return compact JSON.

    Raises:
        ValueError: there is a number in it that is not finite, for which JSON has no word.
    """
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
