"""Values as JSON and as text for a pipe: nothing is lost, and nothing can steer a terminal."""

from __future__ import annotations

from tui.systems.arakoon.keys_text import key_text


def json_value(value: bytes | None) -> str | bytes | None:
    """Return a value as data: text where it is UTF-8, else the bytes, which JSON shows as `{"base64": …}`.

    Both are read back without loss, since text is never an object. None is a key that is not there.
    """
    if value is None:
        return None
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value


def line_of(key: bytes, value: bytes | None) -> str:
    """Return an entry as one line for a person: the key as it is typed, and the start of its value."""
    return f"{key_text(key)}  {'is not there' if value is None else key_text(value, 200)}"
