"""Deker's URIs: what names a storage, and what is wrong with a text that does not (contract §2)."""

from __future__ import annotations

import os
import re
from urllib.parse import urlsplit

from tui.services.errors import InvalidInput, NotFound, PermissionDenied
from tui.systems.deker.format.names import SYSTEM

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+\Z")
_HINT = "give a directory, such as file:///data/weather or /data/weather"


def root_of(uri: object) -> str:
    """Return the absolute path of the storage that `uri` names. Looks at the text alone.

    `file:///path` is Deker's form: nothing is decoded (`%20` stays), the scheme may be in any case, a query and a
    fragment are dropped. A host, and text after `;`, which Deker drops silently, are refused here. A plain path is
    taken as it is, `~` meaning the home directory. Relative ones count from the working directory.

    Raises:
        InvalidInput: the text names no local storage; the message says why.
    """
    if not isinstance(uri, str):
        raise _invalid(f"a URI is text, not {type(uri).__name__}")
    if not uri.strip():
        raise _invalid("the URI is empty")
    scheme, colon, rest = uri.partition(":")
    is_uri = bool(colon) and _SCHEME.match(scheme) is not None
    if is_uri and scheme.lower() == "file":
        path = _path_of_file_uri(uri, rest)
    elif is_uri and (rest.startswith("//") or scheme.lower() in ("http", "https")):
        if scheme.lower() in ("http", "https"):
            raise InvalidInput(SYSTEM, "open", "Deker servers are not supported here", _HINT)
        raise _invalid(f"the scheme {scheme}: is not Deker's")
    else:
        path = os.path.expanduser(uri)
    if "\0" in path:
        raise _invalid("the path holds a NUL")
    if any(len(os.fsencode(part)) > 255 for part in path.split("/")):
        raise _invalid("a part of the path is longer than 255 bytes")
    return os.path.abspath(path)


def _path_of_file_uri(uri: str, rest: str) -> str:
    try:
        parts = urlsplit(uri)
    except ValueError as problem:
        raise _invalid(f"the URI is malformed: {problem}") from problem
    if rest.startswith("//") and parts.netloc:
        raise _invalid(f"{parts.netloc} is taken for a host and not as a part of the path; use three slashes")
    if ";" in parts.path:
        raise _invalid("Deker drops what stands after a semicolon; give the path without file:")
    if not parts.path:
        raise _invalid("the URI has no path")
    return parts.path


def check_root(root: str) -> None:
    """See that a storage is there. Creates nothing, unlike Deker, for which a typing error is a new storage.

    An empty directory is a storage without collections.

    Raises:
        NotFound: there is nothing at `root`, or it is a directory of other things.
        InvalidInput: `root` is not a directory.
        PermissionDenied: it may not be looked at.
    """
    try:
        with os.scandir(root) as entries:
            first = next(entries, None)
        has_collections = os.path.isdir(os.path.join(root, "collections"))
    except FileNotFoundError as problem:
        raise NotFound(
            SYSTEM, "open", f"there is no directory {root}", "check the path; it is not created"
        ) from problem
    except NotADirectoryError as problem:
        raise _invalid(f"{root} is not a directory") from problem
    except PermissionError as problem:
        hint = "ask its owner for the right to read it"
        raise PermissionDenied(SYSTEM, "open", f"{root} may not be read", hint) from problem
    except OSError as problem:
        raise _invalid(f"{root} cannot be opened: {problem.strerror}") from problem
    if first is not None and not has_collections:
        hint = "a Deker storage has a directory named collections"
        if os.path.basename(root) == "collections":
            hint = f"the storage is the directory above, {os.path.dirname(root)}"
        raise NotFound(SYSTEM, "open", f"{root} is not a Deker storage", hint)


def _invalid(problem: str) -> InvalidInput:
    return InvalidInput(SYSTEM, "open", f"uri: {problem}", _HINT)
