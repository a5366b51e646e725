"""What the vendor's own tools left on this machine: a log-in, or a key in the environment."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from tui.config.profiles import Profile
from tui.services.errors import ServiceError
from tui.systems.arraylake.errors import SYSTEM
from tui.systems.arraylake.options import DEFAULT_URI, service_options
from tui.systems.arraylake.uri import SCHEME, read_uri

MOST = 50


def found_profiles() -> Sequence[Profile]:
    """Return a profile for the service that the vendor's tools are set to, if there is a log-in or a key for it,
    and one for every other service that has a log-in of its own."""
    return list(_found())[:MOST]


def _found() -> Iterator[Profile]:
    seen: set[Path] = set()
    try:
        usual = service_options()
    except ServiceError:
        usual = None
    if usual is not None and (usual.api_key is not None or usual.token_file.is_file()):
        seen.add(usual.token_file)
        options = {} if usual.service_uri == DEFAULT_URI else {"service_uri": usual.service_uri}
        yield Profile(name=SYSTEM, system=SYSTEM, uri=f"{SCHEME}://", options=options)
    folder = Path.home() / ".arraylake" / "tokens"
    try:
        files = sorted(folder.glob("*.json"))
    except OSError:
        return
    for path in files:
        uri = f"{SCHEME}://@{_host(path.stem)}"
        if path in seen or not _is_address(uri):
            continue
        yield Profile(name=f"{SYSTEM} {path.stem}"[:64], system=SYSTEM, uri=uri, options={"token_file": str(path)})


def _host(stem: str) -> str:
    """Return the host that a file is named after: `127.0.0.1_8000` for `127.0.0.1:8000`."""
    return re.sub(r"_(\d{1,5})\Z", r":\1", stem)


def _is_address(uri: str) -> bool:
    try:
        read_uri(uri)
    except ServiceError:
        return False
    return os.sep not in uri.partition("@")[2]
