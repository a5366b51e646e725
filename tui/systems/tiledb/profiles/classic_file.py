"""`cloud.json`: what the classic client keeps of a log-in. Only read, never written (contract §5)."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from tui.services.errors import DataCorrupt, Unavailable
from tui.services.printable import printable
from tui.systems.tiledb.errors import SYSTEM

KEY_HEADER = "X-TILEDB-REST-API-KEY"
FILE = "cloud.json"
MOST = 2**20
"""Bytes of the file that are read."""


@dataclass(frozen=True)
class ClassicLogin:
    """A log-in of the classic client; texts are "" where the file says nothing."""

    host: str = ""
    token: str = field(default="", repr=False)
    username: str = ""
    password: str = field(default="", repr=False)
    verify_ssl: bool | None = None

    @property
    def is_known(self) -> bool:
        """Whether it proves anything."""
        return bool(self.token or (self.username and self.password))


def read_classic_login(environment: Mapping[str, str] | None = None) -> ClassicLogin | None:
    """Return the log-in in `~/.tiledb/cloud.json`, None if there is no such file. Call it in a thread.

    Raises:
        DataCorrupt: the file holds something else; the message quotes nothing of it.
        Unavailable: it cannot be read.
    """
    known = os.environ if environment is None else environment
    path = Path(known.get("HOME") or Path.home()) / ".tiledb" / FILE
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(handle, "rb") as file:
            data = file.read(MOST)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        reason = printable(error.strerror or str(error), 160)
        raise Unavailable(SYSTEM, "log in", f"{path} cannot be read: {reason}") from error
    try:
        content: Any = json.loads(data)
    except (ValueError, RecursionError):
        raise DataCorrupt(SYSTEM, "log in", f"{path} is damaged: it is no JSON") from None
    if not isinstance(content, dict):
        raise DataCorrupt(SYSTEM, "log in", f"{path} is damaged: it is no log-in")
    entry = cast("dict[str, Any]", content)
    keys: Any = entry.get("api_key")
    named = cast("dict[str, Any]", keys) if isinstance(keys, dict) else {}
    verify: Any = entry.get("verify_ssl")
    return ClassicLogin(
        host=_text(entry.get("host")),
        token=_text(next((key for name, key in named.items() if name.upper() == KEY_HEADER), None)),
        username=_text(entry.get("username")),
        password=_text(entry.get("password")),
        verify_ssl=verify if isinstance(verify, bool) else None,
    )


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
