"""Characters: whether the terminal can be expected to show more than ASCII, as the environment tells."""

from __future__ import annotations

import re
from collections.abc import Mapping

_COERCED = ("C.UTF-8", "C.utf8", "UTF-8")
"""What Python itself puts into `LC_CTYPE` where the locale is `C`."""
_FEW_SIGNS = re.compile(r"linux.*|vt\d+.*|ansi.*|cons25.*")
"""Terminals by `TERM`: real ones have ASCII alone, consoles of the system a font of a few hundred signs."""


def has_only_ascii(environment: Mapping[str, str]) -> bool:
    """Whether only ASCII is to be expected. Where nothing is said, as in most containers, UTF-8 is."""
    if _FEW_SIGNS.fullmatch(environment.get("TERM", "")):
        return True
    everything, types, rest = (environment.get(name, "") for name in ("LC_ALL", "LC_CTYPE", "LANG"))
    if types in _COERCED and rest in ("C", "POSIX"):
        types = ""
    said = everything or types or rest
    return bool(said) and "utf8" not in said.lower().replace("-", "")
