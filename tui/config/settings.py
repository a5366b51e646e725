"""Settings: how the program behaves for this user. Kept in settings.toml; environment variables win."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping, MutableMapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, cast

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from tui.config.characters import has_only_ascii
from tui.config.paths import config_folder
from tui.config.toml_file import TomlText, closest, edit_toml, line_of, read_toml
from tui.services.errors import InvalidInput
from tui.services.printable import printable

if TYPE_CHECKING:
    from pydantic.config import JsonDict
    from pydantic.fields import FieldInfo
    from pydantic_core import ErrorDetails


def _check_executor(where: str) -> str:
    if where in ("process", "thread") or re.fullmatch(r"dask://[^\s/:]+:\d{1,5}", where):
        return where
    raise ValueError('use "process", "thread" or "dask://host:port"')


def _check_alias(name: str) -> str:
    if re.fullmatch(r"[A-Za-z][A-Za-z0-9_-]{0,39}", name):
        return name
    raise ValueError("an alias is letters, digits, - and _, and begins with a letter")


def _check_list_name(name: str) -> str:
    if re.fullmatch(r"[^\s.]+\.[^\s.]+", name):
        return name
    raise ValueError('name a list as system.type, such as "deker.arrays"')


def _check_meaning(text: str) -> str:
    if text.strip() and text.isprintable() and len(text) <= 1_000:
        return text
    raise ValueError('say what it stands for, such as "arrays weather /temp @lab"')


AT_ONCE = "at once"
_AT_START: JsonDict = {"applies": "at the next start"}
_OPENED_LATER: JsonDict = {"applies": "to lists opened from now on"}
"""When a changed setting is heeded; `applies_of` reads it."""


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ListSettings(_Table):
    """How lists are loaded and refreshed."""

    refresh: float = Field(1.0, gt=0, le=100, description="multiplies every list's own refresh interval")
    load_limit: int = Field(
        100_000, ge=1_000, description="rows that a filter or a sort may load", json_schema_extra=_OPENED_LATER
    )
    moved_seconds: float = Field(
        3.0, ge=0, le=60, description="how long a changed cell stays marked", json_schema_extra=_OPENED_LATER
    )


class JobSettings(_Table):
    """How background work is run."""

    executor: Annotated[str, AfterValidator(_check_executor)] = Field(
        "process", description='"process", "thread" or "dask://host:port"', json_schema_extra=_AT_START
    )
    workers: int = Field(
        0, ge=0, le=256, description="worker processes or threads; 0 means one a core", json_schema_extra=_AT_START
    )


class Settings(_Table):
    """All settings, each with its default."""

    theme: str = Field("textual-dark", description="the colours; `T` shows all themes")
    mouse: Literal["auto", "on", "off"] = Field(
        "auto", description="auto: on locally, off over ssh", json_schema_extra=_AT_START
    )
    clipboard: Literal["auto", "tmux", "osc52", "none"] = Field("auto", description="where copied text goes")
    display: Literal["auto", "plain"] = Field(
        "auto",
        description="auto: only what differs is written, at the line's pace; plain: Textual's own writing",
        json_schema_extra=_AT_START,
    )
    line: Literal["auto", "fast", "slow"] = Field(
        "auto",
        description="auto: over ssh the line is measured; a slow one gets 256 colours and refreshes less",
        json_schema_extra=_AT_START,
    )
    separators: Literal["", ",", ".", "_", " ", "'"] = Field(",", description="between thousands, as in 12,480")
    ascii: bool = Field(False, description="only ASCII signs and borders; unless said, as the locale and TERM tell")
    default_profile: str = Field("", description="the profile that -p means, and that is opened at the start")
    default_screen: str = Field(
        "",
        max_length=1_000,
        description='the list that is opened at the start, such as "arrays weather @lab"',
        json_schema_extra=_AT_START,
    )
    resume: Literal["hangup", "always", "never"] = Field(
        "hangup",
        description="when to go on where one was: after a lost line, after every end, or never",
        json_schema_extra=_AT_START,
    )
    keys: dict[str, str] = Field(default_factory=dict, description="action name = keys, separated by commas")
    aliases: dict[Annotated[str, AfterValidator(_check_alias)], Annotated[str, AfterValidator(_check_meaning)]] = Field(
        default_factory=dict, description='name = a place as typed behind `:`, such as "arrays weather /temp @lab"'
    )
    columns: dict[Annotated[str, AfterValidator(_check_list_name)], tuple[str, ...]] = Field(
        default_factory=dict,
        description='system.type = the columns that are shown, in order: ["name", "dtype"]',
    )
    lists: ListSettings = ListSettings()  # pyright: ignore[reportCallIssue]
    jobs: JobSettings = JobSettings()  # pyright: ignore[reportCallIssue]

    def wants_mouse(self) -> bool:
        """Whether to take the mouse: over ssh the terminal's own selection is worth more."""
        if self.mouse == "auto":
            return not (os.environ.get("SSH_CONNECTION") or os.environ.get("SSH_TTY"))
        return self.mouse == "on"

    def wants_ascii(self) -> bool:
        """Whether to draw with ASCII alone: as the setting says, else as the terminal and the locale do."""
        return self.ascii if "ascii" in self.model_fields_set else has_only_ascii(os.environ)


TABLES = ("keys", "aliases", "columns")
"""The settings that are tables of as many entries as one likes."""

Value = str | bool | int | float | list[str]
Origin = Literal["file", "environment"]


class SettingsFile:
    """settings.toml. A wrong value is reported with its key, falls back to its default, and hides no other."""

    def __init__(self, path: Path | None = None) -> None:
        self.path = path if path is not None else config_folder() / "settings.toml"
        self.problems: list[str] = []
        self.origins: dict[tuple[str, ...], Origin] = {}
        """Where the value of each setting is from that is not the default, by its path."""

    def load(self) -> Settings:
        """Return the settings of the file and the environment; what was wrong is in `problems`."""
        found = read_toml(self.path)
        self.problems, self.origins = list(found.problems), {}
        values = {key: value for key, value in found.data.items() if (key,) not in found.broken}
        from_file = self._valid(values, lambda keys: self._place(found, keys))
        self.origins = dict.fromkeys(_paths(values), "file")
        given = {keys: os.environ[name] for name, keys in ENVIRONMENT.items() if os.environ.get(name)}
        if not given:
            return from_file
        values = from_file.model_dump(exclude_unset=True)
        for keys, text in given.items():
            _set(values, keys, text)
        before = len(self.problems)
        settings = self._valid(values, lambda keys: f"environment: {variable_of(keys)}", from_file)
        wrong = " ".join(self.problems[before:])
        self.origins |= {keys: "environment" for keys in given if f" {variable_of(keys)}:" not in wrong}
        return settings

    def written(self, keys: tuple[str, ...]) -> Any:
        """Return what the file says of a setting as it stands there, None if nothing."""
        value: Any = read_toml(self.path).data
        for key in keys:
            value = cast("dict[str, Any]", value).get(key) if isinstance(value, dict) else None
        return value

    def save(self, key: str | tuple[str, ...], value: Value | None) -> None:
        """Change one setting in the file, such as `theme` or `jobs.workers`; comments stay. None takes it out, so that
        its default holds again. The path of one with dots in its name is given as a tuple.

        Raises:
            InvalidInput: there is no such setting, it cannot have that value, or the file is damaged.
            Unavailable: the file cannot be written; the old content is still there.
        """
        keys = tuple(key.split(".")) if isinstance(key, str) else key
        if value is None:
            edit_toml(self.path, "settings", lambda data: _unset(data, keys))
            return
        check_setting(keys, value)
        edit_toml(self.path, "settings", lambda data: _set(data, keys, value))

    def _valid(
        self, values: dict[str, Any], where: Callable[[tuple[str, ...]], str], fallback: Settings | None = None
    ) -> Settings:
        """Return the settings with whatever is wrong left at the fallback's value, by default the default."""
        while True:
            try:
                return Settings.model_validate(values)
            except ValidationError as error:
                for finding in error.errors(include_input=False, include_url=False):
                    keys = tuple(str(part) for part in finding["loc"] if not isinstance(part, int))
                    self.problems.append(f"{where(keys)}: {_words(finding)}")
                    _drop(values, keys, None if fallback is None else fallback.model_dump())

    def _place(self, found: TomlText, keys: tuple[str, ...]) -> str:
        line = line_of(found.text, keys)
        where = f"{self.path}:{line}" if line is not None else str(self.path)
        return f"{where}: {printable('.'.join(keys), 80)}"


def check_setting(keys: tuple[str, ...], value: object) -> Settings:
    """Return the defaults with this one setting.

    Raises:
        InvalidInput: there is no such setting, or it cannot have that value.
    """
    wanted: dict[str, Any] = {}
    _set(wanted, keys, value)
    try:
        return Settings.model_validate(wanted)
    except ValidationError as error:
        message = f"{printable('.'.join(keys), 80)}: {_words(error.errors()[0])}"
        raise InvalidInput("arraydeck", "settings", message) from None


def variable_of(keys: tuple[str, ...]) -> str:
    """Return the environment variable of a plain setting: `ARRAYDECK_JOBS_WORKERS` for `jobs.workers`."""
    return "_".join(("ARRAYDECK", *keys)).upper()


def plain_settings() -> dict[tuple[str, ...], FieldInfo]:
    """Return every setting that is one value, by its path, in the order of the documentation."""
    found: dict[tuple[str, ...], FieldInfo] = {}
    for name, field in Settings.model_fields.items():
        model = field.annotation
        if isinstance(model, type) and issubclass(model, BaseModel):
            found.update({(name, inner): info for inner, info in model.model_fields.items()})
        elif name not in TABLES:
            found[(name,)] = field
    return found


def applies_of(field: FieldInfo) -> str:
    """Return when a changed setting is heeded."""
    extra = cast("object", field.json_schema_extra)
    return str(cast("dict[str, object]", extra).get("applies", AT_ONCE)) if isinstance(extra, dict) else AT_ONCE


ENVIRONMENT = {variable_of(keys): keys for keys in plain_settings()}
"""The environment variables that win over the file, with the setting of each."""


def _words(finding: ErrorDetails) -> str:
    if finding["type"] == "extra_forbidden":
        keys = finding["loc"]
        return f"unknown key{closest(str(keys[-1]), _known(keys[:-1]))}"
    return printable(finding["msg"].removeprefix("Value error, "), 200)


def _set(data: MutableMapping[str, Any], keys: tuple[str, ...], value: object) -> None:
    """Set a value in nested tables, made where they are missing."""
    for key in keys[:-1]:
        if not isinstance(data.get(key), MutableMapping):
            data[key] = {}
        data = data[key]
    data[keys[-1]] = value


def _unset(data: MutableMapping[str, Any], keys: tuple[str, ...]) -> None:
    """Take a value out of nested tables, if it is there."""
    for key in keys[:-1]:
        inner: object = data.get(key)
        if not isinstance(inner, MutableMapping):
            return
        data = cast("MutableMapping[str, Any]", inner)
    data.pop(keys[-1], None)


def _paths(values: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """Return the path of each setting that a file gives."""
    paths: list[tuple[str, ...]] = []
    for name, value in values.items():
        if isinstance(value, dict):
            paths += [(name, str(inner)) for inner in cast("dict[str, Any]", value)]
        else:
            paths.append((name,))
    return paths


def _drop(values: dict[str, Any], keys: tuple[str, ...], fallback: Mapping[str, Any] | None) -> None:
    """Take what is wrong out of `values`, down to the innermost table that is there, or put the fallback's in."""
    table: dict[str, Any] = values
    for depth, key in enumerate(keys, 1):
        inner: object = table.get(key)
        fallback = fallback if depth == 1 or fallback is None else fallback.get(keys[depth - 2])
        if depth < len(keys) and isinstance(inner, dict):
            table = cast("dict[str, Any]", inner)
            continue
        table.pop(key, None)
        if fallback is not None and key in fallback:
            table[key] = fallback[key]
        return


def _known(path: tuple[Any, ...]) -> list[str]:
    model: Mapping[str, FieldInfo] = Settings.model_fields
    for part in path:
        field = model.get(str(part))
        model = getattr(None if field is None else field.annotation, "model_fields", {})
    return list(model)
