"""A request as a `curl` command that does the same once the secrets are put in its variables."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import cast

from pydantic import SecretStr

from tui.services.http.secrets import is_secret_header
from tui.services.printable import printable
from tui.services.secrecy import is_secret_name
from tui.services.shell_words import command_line, shell_word, variable_name, variable_word

BODY = 2000
"""Characters of a body that are shown."""
_SCHEMES = ("basic", "bearer", "digest", "token")
# httpx sends its own of these, and curl must.
_BY_ITSELF = ("host", "content-length", "connection")
# Private signs around the name of a variable, until the text around it is quoted.
_OPEN, _CLOSE = "\ue000", "\ue001"
_MARK = re.compile(f"{_OPEN}([A-Z0-9_]+){_CLOSE}")
_CUT_MARK = re.compile(f"{_OPEN}[A-Z0-9_]*$")


def curl(method: str, url: str, headers: Mapping[str, str], body: object, form: Mapping[str, object] | None) -> str:
    """Return a request as a command line. Secrets are shell variables: `-H "Authorization: Bearer $TOKEN"`."""
    words = ["curl"]
    match method:
        case "GET":
            pass
        case "HEAD":
            words.append("--head")
        case _:
            words += ["-X", method]
    words.append(shell_word(url))
    for name, value in headers.items():
        if name.lower() not in _BY_ITSELF:
            words += ["-H", _header(name, value)]
    for name, value in (form or {}).items():
        words += ["--data-urlencode", _field(name, value)]
    if body is not None:
        text, remark = _body(body)
        words += ["--data-raw", text]
        return command_line(words) + remark
    return command_line(words)


def with_variables(value: object) -> object:
    """Return JSON-able data with `$NAME` in the place of each secret in it, those that only their name tells too."""
    return _marked(value, "$", "")


def _header(name: str, value: str) -> str:
    if not is_secret_header(name):
        return shell_word(f"{name}: {value}")
    scheme, blank, _ = value.partition(" ")
    if name.lower() == "authorization":
        known = f"{scheme} " if blank and scheme.lower() in _SCHEMES else ""
        return variable_word(f"{name}: {known}", "CREDENTIALS" if scheme.lower() == "basic" else "TOKEN")
    return variable_word(f"{name}: ", variable_name(name.lower().removeprefix("x-")))


def _field(name: str, value: object) -> str:
    if isinstance(value, SecretStr) or (isinstance(value, str) and is_secret_name(name)):
        return variable_word(f"{name}=", variable_name(name))
    return shell_word(f"{name}={value}")


def _body(body: object) -> tuple[str, str]:
    """Return a JSON body as one word, and a remark where it is cut."""
    marked = json.dumps(_marked(body, _OPEN, _CLOSE), ensure_ascii=False, default=str)
    text = "".join(letter if printable(letter) == letter else _escaped(letter) for letter in marked)
    remark = ""
    if len(text) > BODY:
        remark = f" # the body is cut: it has {len(text):,} characters"
        text = _CUT_MARK.sub("", text[:BODY])
    # What is in single quotes is left as it is: they end before a variable and begin again behind it.
    parts = _MARK.split(text)
    return "".join(f'"${part}"' if at % 2 else shell_word(part) for at, part in enumerate(parts)), remark


def _escaped(letter: str) -> str:
    units = letter.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at]:02x}{units[at + 1]:02x}" for at in range(0, len(units), 2))


def _marked(value: object, before: str, after: str, key: str = "secret") -> object:
    if isinstance(value, SecretStr):
        return f"{before}{variable_name(key)}{after}"
    if isinstance(value, Mapping):
        pairs = cast("Mapping[str, object]", value).items()
        return {
            name: f"{before}{variable_name(name)}{after}"
            if isinstance(inner, str) and inner and is_secret_name(name)
            else _marked(inner, before, after, name)
            for name, inner in pairs
        }
    if isinstance(value, list | tuple):
        return [_marked(inner, before, after, key) for inner in cast("Sequence[object]", value)]
    return value
