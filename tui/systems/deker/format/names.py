"""Names of files as text that every screen, JSON and model can hold, and the way back to the file."""

from __future__ import annotations

import os
import re
from typing import Any

SYSTEM = "deker"
ID = re.compile(r"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}\Z")
"""An array id: the text of any UUID with its dashes, kept in the case it has (contract §1)."""

_ESCAPED = re.compile(rb"\\x([89a-f][0-9a-f])")
MAX_NAME = 250
"""Bytes of a collection's name: with `.lock` or `.json` it must fit the file system's 255 (contract §3.2)."""


def shown(name: str) -> str:
    """Return a file name as proper text: bytes that are not UTF-8 are spelt `\\xNN`."""
    return name if name.isascii() else os.fsencode(name).decode("utf-8", "backslashreplace")


def on_disk(path: str) -> str:
    """Return the path of an existing file from what `shown` made of it; `path` itself if that exists."""
    if "\\x" not in path or os.path.lexists(path):
        return path
    raw = _ESCAPED.sub(lambda match: bytes([int(match[1], 16)]), os.fsencode(path))
    candidate = os.fsdecode(raw)
    return candidate if os.path.lexists(candidate) else _listed(path)


def _listed(path: str) -> str:
    """Return the path of which each part is shown as in `path`; `path` itself if there is none."""
    found = "/" if path.startswith("/") else "."
    for part in filter(None, path.split("/")):
        place = os.path.join(found, part)
        if "\\x" in part and not os.path.lexists(place):
            place = next((os.path.join(found, name) for name in _names(found) if shown(name) == part), place)
        found = place
    return found if os.path.lexists(found) else path


def is_ambiguous(path: str) -> bool:
    """Whether several names in the directory of an existing `path` are shown as its own."""
    name = shown(os.path.basename(path))
    return "\\x" in name and sum(shown(other) == name for other in _names(os.path.dirname(path))) > 1


def _names(directory: str) -> list[str]:
    try:
        return sorted(os.listdir(directory))
    except OSError:
        return []


def proper(value: Any) -> Any:
    """Return decoded JSON with its lone surrogates, which no text may hold, spelt out."""
    if isinstance(value, str):
        return value if value.isascii() else value.encode("utf-8", "backslashreplace").decode("utf-8")
    if isinstance(value, list):
        return [proper(item) for item in value]
    if isinstance(value, dict):
        return {proper(key): proper(item) for key, item in value.items()}
    return value


def name_problem(name: object) -> str | None:
    """Return why `name` cannot name a collection, None if it can (contract §3.2)."""
    if not isinstance(name, str):
        return f"a name is text, not {type(name).__name__}"
    if not name.strip():
        return "the name is empty"
    if "/" in name or "\0" in name or os.sep in name:
        return "a name holds neither a slash nor a NUL"
    if name in (".", ".."):
        return f"{name} means a directory"
    if name.endswith(".lock"):
        return "a name that ends in .lock is taken for a lock file"
    try:
        length = len(name.encode())
    except UnicodeEncodeError:
        return "the name is not proper text"
    return f"the name has {length} bytes, at most {MAX_NAME} fit" if length > MAX_NAME else None


def path_text_problem(text: str) -> str | None:
    """Return why the text of a primary attribute cannot be a directory of the link tree, None if it can."""
    if text in ("", ".", ".."):
        return "the value is empty or means a directory"
    if "/" in text or "\0" in text:
        return "the value holds a slash or a NUL"
    try:
        return "the value has more than 255 bytes" if len(text.encode()) > 255 else None
    except UnicodeEncodeError:
        return "the value is not proper text"


def main_directory(identity: str) -> str:
    """Return where an array of that id lies below `array_data` or `varray_data` (contract §1)."""
    return "/".join((*identity[:8], identity[9:]))
