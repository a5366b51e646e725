"""The text of `profiles.json`, byte for byte as TileDB's own library reads and writes it (contract §4)."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any, cast

VERSION = "version"
"""The key beside the profiles that tells the format; no profile can have this name."""
FORMAT = 1
_BLANKS = " \t\n\r"


class Unreadable(ValueError):
    """The text is none that the library would read. What it says quotes nothing of it."""


class ProfileDocument:
    """The whole file: profiles by name, the version, and whatever else is in it. `tail` is text after the end of it.

    The library reads a file that goes on after its end, and throws the rest away when it writes.
    """

    def __init__(self, content: dict[str, Any], tail: bool = False) -> None:
        self.content = content
        self.tail = tail

    @property
    def is_new(self) -> bool:
        """Whether there is nothing in it, so that it is begun with today's version."""
        return not self.content

    @property
    def version(self) -> float | None:
        """The format's version, None if the file does not tell it as a number."""
        found: object = self.content.get(VERSION)
        return found if isinstance(found, int | float) and not isinstance(found, bool) else None

    def names(self) -> list[str]:
        """Return the names of all profiles, in the order of the file."""
        return [name for name, entry in self.content.items() if name != VERSION and _may_be_profile(entry)]

    def values(self, name: str) -> dict[str, str]:
        """Return what a profile says.

        Raises:
            KeyError: there is none of that name.
            Unreadable: it holds something other than texts.
        """
        if name == VERSION:
            raise KeyError(name)
        entry: object = self.content[name]
        if entry is None or entry == []:
            return {}
        if not isinstance(entry, dict):
            raise Unreadable("it is no profile")
        values = cast("dict[str, object]", entry)
        wrong = next((key for key, value in values.items() if not isinstance(value, str)), None)
        if wrong is not None:
            raise Unreadable(f"{wrong}: it is no text")
        return cast("dict[str, str]", dict(values))

    def put(self, name: str, values: Mapping[str, str]) -> None:
        """Set a profile, in place of one of the same name. An empty one is written as null."""
        self.content[name] = dict(values) if values else None
        self.content.setdefault(VERSION, FORMAT)

    def take_out(self, name: str) -> None:
        """Remove a profile.

        Raises:
            KeyError: there is none of that name.
        """
        if name == VERSION:
            raise KeyError(name)
        del self.content[name]

    def text(self) -> str:
        """Return the file's text: two blanks a level, keys in the order of their bytes, no line break at the end.

        Raises:
            Unreadable: a name or a value is no Unicode text.
        """
        try:
            text = json.dumps(self.content, indent=2, sort_keys=True, ensure_ascii=False, allow_nan=False)
            text.encode()
        except RecursionError:
            raise Unreadable("it is nested too deeply") from None
        except UnicodeEncodeError:
            raise Unreadable("a name or a value is no Unicode text") from None
        return text


def _may_be_profile(entry: object) -> bool:
    return entry is None or entry == [] or isinstance(entry, dict)


def read_text(data: bytes) -> ProfileDocument:
    """Return what the bytes of a file mean. An empty file, and one that holds null, is a new one.

    Raises:
        Unreadable: it is damaged.
    """
    if not data:
        return ProfileDocument({})
    try:
        text = data.decode("utf-8-sig").lstrip(_BLANKS)
        content, end = json.JSONDecoder(parse_constant=_refuse, parse_float=_finite).raw_decode(text)
        json.dumps(content, ensure_ascii=False).encode()
    except UnicodeError:
        raise Unreadable("it is no UTF-8 text") from None
    except RecursionError:
        raise Unreadable("it is nested too deeply") from None
    except json.JSONDecodeError as error:
        raise Unreadable(f"line {error.lineno}, column {error.colno} is no JSON") from None
    except ValueError as error:
        raise Unreadable(str(error)) from None
    if content is None:
        content = {}
    if not isinstance(content, dict):
        raise Unreadable("it is no object of profiles")
    return ProfileDocument(cast("dict[str, Any]", content), bool(text[end:].strip(_BLANKS)))


def _refuse(text: str) -> Any:
    raise ValueError(f"{text} is no JSON")


def _finite(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise ValueError("it holds a number that is too large")
    return number
