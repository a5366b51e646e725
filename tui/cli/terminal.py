"""What the terminal can show, for actions that paint for it."""

from __future__ import annotations

import os
import shutil
import sys
from typing import Any, Literal

Depth = Literal["truecolor", "256", "16", "none"]


def terminal_values(*, ascii: bool) -> dict[str, Any]:
    """Return the fields of a `TerminalForm` as stdout suggests; `ascii` if the settings keep to ASCII."""
    size = shutil.get_terminal_size()
    encoding = (sys.stdout.encoding or "ascii").lower().replace("-", "")
    return {
        "width": size.columns,
        "height": size.lines,
        "colours": colour_depth(),
        "ascii": ascii or not encoding.startswith("utf"),
    }


def colour_depth() -> Depth:
    """Return how many colours stdout shows: none in a pipe, or where nobody wants any."""
    if os.environ.get("NO_COLOR") or not sys.stdout.isatty():
        return "none"
    kind = os.environ.get("TERM", "").lower()
    if os.environ.get("COLORTERM", "").lower() in ("truecolor", "24bit"):
        return "truecolor"
    if kind in ("", "dumb", "unknown"):
        return "none"
    return "256" if "256color" in kind else "16"
