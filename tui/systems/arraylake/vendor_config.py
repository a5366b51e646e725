"""What the vendor's own tools are told: environment variables and their configuration file (contract §3)."""

from __future__ import annotations

import ast
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

from tui.services.printable import printable
from tui.systems.arraylake.errors import invalid

PREFIX = "ARRAYLAKE_"
FOLDER = "ARRAYLAKE_CONFIG"
MOST = 2**20
"""Bytes of a configuration file that are read."""


class VendorConfig:
    """The settings of the vendor's tools by dotted key, such as `service.uri`. The environment wins over the file."""

    def __init__(self, environment: Mapping[str, str], file: Mapping[str, Any]) -> None:
        self._environment = environment
        self._file = file

    def text(self, key: str) -> str | None:
        """Return a setting as text, None if it is not set.

        Raises:
            InvalidInput: it is no text; the message names it and not its value.
        """
        value = self._value(key, is_text=True)
        if value is None or value == "":
            return None
        if not isinstance(value, str):
            raise invalid("configuration", f"{key}: it is no text", f"see {PREFIX}{key.upper().replace('.', '__')}")
        return value

    def flag(self, key: str, default: bool) -> bool:
        """Return a setting that is yes or no. Raises InvalidInput as `text`."""
        value = self._value(key, is_text=False)
        if value is None:
            return default
        if isinstance(value, str) and value.strip().lower() in ("true", "false"):
            return value.strip().lower() == "true"
        if not isinstance(value, bool):
            raise invalid("configuration", f"{key}: it is neither True nor False")
        return value

    def seconds(self, key: str, default: float) -> float:
        """Return a setting that is a time. Raises InvalidInput as `text`."""
        value = self._value(key, is_text=False)
        if value is None:
            return default
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < 1e6:
            raise invalid("configuration", f"{key}: it is no number of seconds above 0")
        return float(value)

    def _value(self, key: str, *, is_text: bool) -> Any:
        from_environment = self._environment.get(PREFIX + key.upper().replace(".", "__"))
        if from_environment is not None:
            return from_environment if is_text else _literal(from_environment)
        found: Any = self._file
        for part in key.split("."):
            found = cast("dict[str, Any]", found).get(part) if isinstance(found, dict) else None
        return found


def _literal(text: str) -> Any:
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return text


def config_file(environment: Mapping[str, str]) -> Path:
    """Return where the vendor's tools keep their configuration."""
    folder = environment.get(FOLDER)
    return (Path(folder).expanduser() if folder else Path.home() / ".config" / "arraylake") / "config.yaml"


def read_vendor_config(environment: Mapping[str, str] | None = None) -> VendorConfig:
    """Return the settings that are in force. Reads a file: call it in a thread.

    Raises:
        InvalidInput: the file cannot be read as YAML, or holds no settings.
    """
    variables = os.environ if environment is None else environment
    path = config_file(variables)
    try:
        # Not blocking: a pipe in its place would be waited for.
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(handle, "rb") as file:
            content = file.read(MOST) or b""
    except FileNotFoundError:
        return VendorConfig(variables, {})
    except OSError as error:
        raise invalid("configuration", f"{path} cannot be read: {error.strerror}") from error
    if not any(line.strip() and not line.lstrip().startswith(b"#") for line in content.splitlines()):
        # As the vendor's tools write it at first: all of it comments. The parser need not be loaded for that.
        return VendorConfig(variables, {})
    import yaml

    try:
        found: Any = yaml.safe_load(content)
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        mark: Any = getattr(error, "problem_mark", None)
        line = f" at line {mark.line + 1}" if mark is not None else ""
    else:
        if found is None or isinstance(found, dict):
            return VendorConfig(variables, cast("dict[str, Any]", found or {}))
        line = ""
    # Without the cause, which quotes the file: it may hold a token.
    raise invalid("configuration", printable(f"{path} is damaged{line}", 300), "it holds names and values in YAML")
