"""Settings: how the program behaves for this user. Kept in settings.toml; environment variables win."""

from __future__ import annotations

import difflib
import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, cast

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from tui.config.atomic import sole_writer, write_atomically
from tui.config.paths import config_folder
from tui.services.printable import printable


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ListSettings(_Table):
    """How lists are loaded and refreshed."""

    refresh: float = Field(1.0, gt=0, le=100, description="multiplies every list's own refresh interval")
    load_limit: int = Field(100_000, ge=1_000, description="rows that a filter or a sort may load")
    moved_seconds: float = Field(3.0, ge=0, le=60, description="how long a changed cell stays marked")


class JobSettings(_Table):
    """How background work is run."""

    executor: str = Field("process", description='"process", "thread" or "dask://host:port"')
    workers: int = Field(0, ge=0, le=256, description="worker processes or threads; 0 means one a core")


class Settings(_Table):
    """All settings, each with its default."""

    theme: str = Field("textual-dark", description="a Textual theme")
    mouse: Literal["auto", "on", "off"] = Field("auto", description="auto: on locally, off over ssh")
    clipboard: Literal["auto", "tmux", "osc52", "none"] = Field("auto", description="where copied text goes")
    ascii: bool = Field(False, description="only ASCII signs and borders")
    default_profile: str = Field("", description="the profile that is opened instead of the home screen")
    keys: dict[str, str] = Field(default_factory=dict, description="action name = keys, separated by commas")
    lists: ListSettings = ListSettings()  # pyright: ignore[reportCallIssue]
    jobs: JobSettings = JobSettings()  # pyright: ignore[reportCallIssue]

    def wants_mouse(self) -> bool:
        """Whether to take the mouse: over ssh the terminal's own selection is worth more."""
        if self.mouse == "auto":
            return not (os.environ.get("SSH_CONNECTION") or os.environ.get("SSH_TTY"))
        return self.mouse == "on"


ENVIRONMENT = {
    "ARRAYDECK_THEME": "theme",
    "ARRAYDECK_MOUSE": "mouse",
    "ARRAYDECK_CLIPBOARD": "clipboard",
    "ARRAYDECK_ASCII": "ascii",
    "ARRAYDECK_DEFAULT_PROFILE": "default_profile",
}


class SettingsFile:
    """settings.toml. A wrong value is reported with its key, falls back to its default, and hides no other."""

    def __init__(self, path: Path | None = None) -> None:
        self.path = path if path is not None else config_folder() / "settings.toml"
        self.problems: list[str] = []

    def load(self) -> Settings:
        """Return the settings of the file and the environment; what was wrong is in `problems`."""
        self.problems = []
        values = self._read()
        for variable, key in ENVIRONMENT.items():
            if variable in os.environ:
                values[key] = os.environ[variable]
        while True:
            try:
                return Settings.model_validate(values)
            except ValidationError as error:
                for finding in error.errors(include_input=False, include_url=False):
                    self._drop(values, tuple(finding["loc"]), finding["type"], finding["msg"])

    def save(self, key: str, value: str | bool) -> None:
        """Change one plain setting in the file; comments stay.

        Raises:
            OSError: the file cannot be written.
            ValueError: the file is not TOML, so that writing would lose what is in it.
        """
        import tomlkit

        with sole_writer(self.path):
            document = tomlkit.parse(self.path.read_text(encoding="utf-8") if self.path.exists() else "")
            document[key] = value
            write_atomically(self.path, tomlkit.dumps(document))  # pyright: ignore[reportUnknownMemberType]

    def _read(self) -> dict[str, Any]:
        try:
            return tomllib.loads(self.path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            self.problems.append(f"{self.path}: {printable(str(error), 300)}")
            return {}

    def _drop(self, values: dict[str, Any], path: tuple[Any, ...], kind: str, message: str) -> None:
        """Take what is wrong out of `values` and say so."""
        name = ".".join(str(part) for part in path)
        if kind == "extra_forbidden":
            close = difflib.get_close_matches(str(path[-1]), _known(path[:-1]), 1)
            message = "unknown key" + (f"; do you mean {close[0]}?" if close else "")
        self.problems.append(f"{self.path}: {printable(name, 80)}: {printable(message, 200)}")
        table: Any = values
        for part in path[:-1]:
            if not isinstance(cast("object", table[part]), dict):
                break
            table = table[part]
        else:
            table.pop(path[-1], None)
            return
        values.pop(path[0], None)


def _known(path: tuple[Any, ...]) -> list[str]:
    model: Mapping[str, Any] = Settings.model_fields
    for part in path:
        field = model.get(str(part))
        annotation = None if field is None else field.annotation
        model = getattr(annotation, "model_fields", {})
    return list(model)
