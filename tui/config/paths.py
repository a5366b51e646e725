"""The folders of this user, and where the style sheets are."""

from __future__ import annotations

import os
from pathlib import Path

from tui.services.errors import NotFound, Unavailable

HOME_VARIABLE = "ARRAYDECK_HOME"


def config_folder() -> Path:
    """Return the folder of profiles.toml and settings.toml, made if need be, for this user's eyes only."""
    return _folder("config")


def state_folder() -> Path:
    """Return the folder of the state database and the logs."""
    return _folder("state")


def cache_folder() -> Path:
    """Return the folder of what can be made again."""
    return _folder("cache")


def styles_folder() -> Path:
    """Return the folder of the .tcss files: beside the package in a checkout, inside it in an installed wheel.

    Raises:
        NotFound: the installation lacks it.
    """
    package = Path(__file__).parent.parent
    # A folder of that name beside an installed package is somebody else's: only a checkout has pyproject.toml there.
    beside = [package.parent / "styles"] if (package.parent / "pyproject.toml").is_file() else []
    for folder in (package / "styles", *beside):
        if folder.is_dir():
            return folder
    raise NotFound("arraydeck", "styles", "the style sheets are missing", "install arraydeck again")


def _folder(kind: str) -> Path:
    override = os.environ.get(HOME_VARIABLE)
    if override:
        path = Path(override).expanduser() / kind
    else:
        import platformdirs

        finders = {
            "config": platformdirs.user_config_path,
            "state": platformdirs.user_state_path,
            "cache": platformdirs.user_cache_path,
        }
        path = finders[kind]("arraydeck", appauthor=False)
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        message = f"the folder {path} cannot be made: {error.strerror or error}"
        raise Unavailable("arraydeck", "folders", message, f"set {HOME_VARIABLE} to a folder of yours") from error
    return path
