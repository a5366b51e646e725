"""The folders of this user, and where the style sheets are."""

from __future__ import annotations

import os
from pathlib import Path

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
    """Return the folder of the .tcss files: beside the package in a checkout, inside it in an installed wheel."""
    package = Path(__file__).parent.parent
    installed = package / "styles"
    return installed if installed.is_dir() else package.parent / "styles"


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
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path
