"""TOML files of the user: read with what is wrong in them, changed without losing comments or foreign entries."""

from __future__ import annotations

import difflib
import json
import re
import tomllib
from collections.abc import Callable, Iterable, MutableMapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from tui.config.atomic import sole_writer, write_atomically
from tui.services.errors import InvalidInput, Unavailable
from tui.services.printable import printable

Change = Callable[[MutableMapping[str, Any]], None]
_KEY = re.compile(r"""^\s*((?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*'))*)\s*=""")


@dataclass(slots=True)
class TomlText:
    """What a file holds: its text, its data, what is wrong with it, and the tables that cannot be trusted.

    `broken` has the path of each table whose text is damaged; `readable` is false if any text is.
    """

    text: str = ""
    data: dict[str, Any] = field(default_factory=dict[str, Any])
    problems: list[str] = field(default_factory=list[str])
    broken: set[tuple[str, ...]] = field(default_factory=set[tuple[str, ...]])
    readable: bool = True


def read_toml(path: Path) -> TomlText:
    """Read a file. Of one with a syntax error, the tables that are whole are still returned.

    A file that is not there is empty; one that cannot be read is empty and has a problem.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return TomlText()
    except (OSError, UnicodeDecodeError) as error:
        reason = (error.strerror or str(error)) if isinstance(error, OSError) else "it is not UTF-8 text"
        return TomlText(problems=[f"{path}: cannot be read: {reason}"], readable=False)
    try:
        return TomlText(text, tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        found = TomlText(text, problems=[f"{path}: {printable(str(error), 300)}"], readable=False)
        _salvage(text, found)
        return found


def edit_toml(path: Path, operation: str, change: Change, rougher: Change | None = None) -> None:
    """Change a file under its lock; comments, order and whatever else is in it stay.

    `change` is given the data twice, plain and with comments, and must do the same to both: what will be
    written is compared with what should be, so that nothing is lost by a layout that cannot be edited. Then
    `rougher` is tried, which comes to the same data in a way that spares fewer comments.

    Raises:
        InvalidInput: the file has a syntax error, so that changing it could lose what is in it.
        Unavailable: it cannot be written; the old content is still there.
        ServiceError: what `change` raises.
    """
    try:
        with sole_writer(path):
            write_atomically(path, _edited(path, operation, (change, rougher or change)))
    except OSError as error:
        raise unwritable(path, operation, error) from error
    except UnicodeEncodeError:
        raise InvalidInput("arraydeck", operation, "a text holds half a character and cannot be written") from None


def _edited(path: Path, operation: str, changes: Sequence[Change]) -> str:
    found = read_toml(path)
    if not found.readable:
        hint = "mend the file by hand first; nothing was changed"
        raise InvalidInput("arraydeck", operation, found.problems[0], hint)
    wanted = found.data
    changes[0](wanted)
    for change in changes:
        text = _rendered(found.text, change)
        if text is not None and _canonical(tomllib.loads(text)) == _canonical(wanted):
            return text
    message = f"{path} is laid out in a way that cannot be edited without loss"
    raise InvalidInput("arraydeck", operation, message, "edit it by hand; nothing was changed")


def _rendered(text: str, change: Change) -> str | None:
    """Return the text after a change, None if it came to nothing that is TOML."""
    import tomlkit
    from tomlkit.exceptions import TOMLKitError

    try:
        document = tomlkit.parse(text)
        change(document)
        text = tomlkit.dumps(document)  # pyright: ignore[reportUnknownMemberType]
        tomllib.loads(text)
    except (TOMLKitError, ValueError, KeyError, TypeError, AttributeError):
        return None
    return text


def unwritable(path: Path, operation: str, error: OSError) -> Unavailable:
    """Return the error for a file that could not be written."""
    reason = error.strerror or str(error)
    hint = "the old content is still there; ARRAYDECK_HOME moves arraydeck's files elsewhere"
    return Unavailable("arraydeck", operation, f"{path} cannot be written: {reason}", hint)


def line_of(text: str, path: Iterable[str]) -> int | None:
    """Return the line, from 1, of the table or key at `path`, or of the table that should hold it; None if unknown."""
    wanted = tuple(path)
    while wanted:
        line = _line_of(text, wanted)
        if line is not None:
            return line
        wanted = wanted[:-1]
    return None


def _line_of(text: str, wanted: tuple[str, ...]) -> int | None:
    table: tuple[str, ...] = ()
    for number, line in enumerate(text.splitlines(), 1):
        if line.lstrip().startswith("["):
            table = _header(line) or table
            found = table
        else:
            match = _KEY.match(line)
            found = (*table, *_keys(f"{match.group(1)} = 0")) if match else ()
        if found and found[: len(wanted)] == wanted:
            return number
    return None


def closest(word: str, known: Iterable[str]) -> str:
    """Return `; do you mean …?` for the known word that is close to `word`, "" if none is."""
    close = difflib.get_close_matches(word.lower(), list(known), 1)
    return f"; do you mean {close[0]}?" if close else ""


def _salvage(text: str, found: TomlText) -> None:
    """Read each table of a damaged file by itself; one that is damaged, or there twice, is `broken`."""
    seen: set[tuple[str, ...]] = set()
    header: tuple[str, ...] = ()
    for chunk in re.split(r"(?m)^(?=[ \t]*\[)", text):
        own = _header(chunk.splitlines()[0]) if chunk.strip() else ()
        header = own or header
        try:
            data = tomllib.loads(chunk)
        except tomllib.TOMLDecodeError:
            found.broken.add(header)  # the table above, where this one's header is what is damaged
            continue
        if (own and own in seen) or not _merge(found.data, data):
            found.broken.add(header)
        seen.add(own)


def _merge(into: dict[str, Any], data: dict[str, Any]) -> bool:
    """Add `data` to `into`, and return whether nothing was there twice."""
    whole = True
    for key, value in data.items():
        there: Any = into.setdefault(key, value)
        if there is not value:
            both = isinstance(there, dict) and isinstance(value, dict)
            whole = both and _merge(cast("dict[str, Any]", there), cast("dict[str, Any]", value)) and whole
    return whole


def _header(line: str) -> tuple[str, ...]:
    return _keys(line) if line.lstrip().startswith("[") else ()


def _keys(line: str) -> tuple[str, ...]:
    """Return the keys of a table's header or of `a.b = 0`."""
    try:
        data: Any = tomllib.loads(line)
    except tomllib.TOMLDecodeError:
        return ()
    keys: list[str] = []
    while isinstance(data, dict) and data:
        key, data = next(iter(cast("dict[str, Any]", data).items()))
        keys.append(key)
        if isinstance(data, list) and data:
            data = cast("list[Any]", data)[0]
    return tuple(keys)


def _canonical(data: Any) -> str:
    """Return data as text, for comparing: unlike `==`, it takes a NaN for itself and True for no 1."""
    return json.dumps(data, sort_keys=True, default=repr)
