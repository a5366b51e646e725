"""What the vendor's own tools left on this machine: a log-in, or a key in the environment."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

from tui.config.profiles import Profile
from tui.resources.discovery import Found, entries_of, home, is_file, shown_path
from tui.services.errors import ServiceError
from tui.systems.arraylake.errors import SYSTEM
from tui.systems.arraylake.options import DEFAULT_URI, ServiceOptions, service_options
from tui.systems.arraylake.uri import SCHEME, read_uri
from tui.systems.arraylake.vendor_config import PREFIX, config_file

KEY_VARIABLE = f"{PREFIX}TOKEN"

MOST = 50


def found_profiles() -> Sequence[Found]:
    """Return a profile for the service that the vendor's tools are set to, if there is a log-in or a key for it,
    and one for every other service that has a log-in of its own."""
    return list(islice(_found(), MOST))


def _found() -> Iterator[Found]:
    seen: set[Path] = set()
    try:
        usual = service_options()
    except ServiceError:
        usual = None
    if usual is not None and (usual.api_key is not None or is_file(usual.token_file)):
        seen.add(usual.token_file)
        options = {} if usual.service_uri == DEFAULT_URI else {"service_uri": usual.service_uri}
        yield Found(Profile(name=SYSTEM, system=SYSTEM, uri=f"{SCHEME}://", options=options), _told_by(usual))
    own = home()
    if own is None:
        return
    for path in entries_of(own / ".arraylake" / "tokens"):
        uri = f"{SCHEME}://@{_host(path.stem)}"
        if path.suffix != ".json" or path in seen or not _is_address(uri) or not is_file(path):
            continue
        profile = Profile(name=f"{SYSTEM} {path.stem}"[:64], system=SYSTEM, uri=uri, options={"token_file": str(path)})
        yield Found(profile, shown_path(path))


def _told_by(usual: ServiceOptions) -> str:
    """Return what holds the proof of who one is: the key, which wins, or the log-in's file."""
    if usual.api_key is None:
        return shown_path(usual.token_file)
    if KEY_VARIABLE in os.environ:
        return f"{KEY_VARIABLE} in the environment"
    return shown_path(config_file(os.environ))


def _host(stem: str) -> str:
    """Return the host that a file is named after: `127.0.0.1_8000` for `127.0.0.1:8000`."""
    return re.sub(r"_(\d{1,5})\Z", r":\1", stem)


def _is_address(uri: str) -> bool:
    try:
        read_uri(uri)
    except ServiceError:
        return False
    return os.sep not in uri.partition("@")[2]
