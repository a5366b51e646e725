"""The settings as a resource type: each with its value, where that is from, and what it means; changed by a form."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, Field, create_model

from tui.config.settings import AT_ONCE, TABLES, Settings, Value, applies_of, check_setting, plain_settings, variable_of
from tui.resources.actions import ChangePreview, Context, Outcome, action
from tui.resources.cells import sign_of
from tui.resources.columns import Column
from tui.resources.settings_check import new_problem
from tui.resources.types import Page, Query, ResourceType, Scope
from tui.services.errors import Conflict, InvalidInput
from tui.services.printable import printable

if TYPE_CHECKING:
    from pydantic.fields import FieldInfo

    from tui.config.profiles import Profile
    from tui.resources.deck import Deck

Table = Literal["keys", "aliases", "columns"]


class SettingRow(BaseModel):
    """A setting as it is listed. `origin` is the file, the environment's variable, or the default."""

    name: str
    value: Value
    default: Value | None
    origin: str
    applies: str
    problem: str
    description: str


class SettingForm(BaseModel):
    """The value of one setting."""

    value: str = Field(description="as settings.toml says it, without quotes")


class EntryForm(BaseModel):
    """An entry of a table of settings."""

    table: Table = Field("keys", description="keys: of an action; aliases: of places; columns: of a list")
    name: str = Field(description="an action's name, an alias, or system.type", min_length=1, max_length=200)
    value: str = Field(description="keys with commas, a place, or columns with commas", min_length=1)


class SettingsList(ResourceType["Deck", SettingRow]):
    """How the program behaves for this user."""

    name = "settings"
    title = "Settings"
    aliases = ("setting", "options")
    model = SettingRow
    refresh = 2.0
    enters = "edit"
    columns = (
        Column("name", priority=10),
        Column("value", priority=9, value=lambda row: _text(row.value)),
        Column("default", priority=5, value=lambda row: None if row.default is None else _text(row.default)),
        Column("origin", "from", priority=7, tone=lambda row: None if row.origin == "default" else "accent"),
        Column("applies", priority=3),
        Column(
            "description",
            priority=6,
            stretch=True,
            value=lambda row: f"{sign_of('bad')} {row.problem}" if row.problem else row.description,
            tone=lambda row: "bad" if row.problem else None,
        ),
    )

    async def pages(self, service: Deck, scope: Scope, query: Query) -> AsyncIterator[Page[SettingRow]]:
        problems = await asyncio.to_thread(service.setting_problems)
        rows = _rows(service, problems)
        yield Page(tuple(rows), len(rows))

    def form_of(self, action: str, item: SettingRow) -> type[BaseModel] | None:
        return _form_of(item) if action == "edit" else None

    async def choices(self, context: Context[Deck], field: str) -> Sequence[str]:
        return context.service.theme_names

    @action("e", "edit", form=SettingForm)
    async def edit(self, context: Context[Deck], row: SettingRow, form: BaseModel) -> Outcome:
        value: Any = getattr(form, "value")  # noqa: B009 - the form of each setting has a value of its own type
        return await _change(context.service, row.name, _meant(row.name, value))

    @edit.defaults
    async def edit_defaults(self, context: Context[Deck], row: SettingRow) -> Mapping[str, Any]:
        return {"value": ", ".join(row.value) if isinstance(row.value, list) else row.value}

    @edit.why_off
    def why_not_edit(self, profile: Profile, item: SettingRow | None) -> str | None:
        if item is None or item.origin in ("default", "file"):
            return None
        return f"{item.origin} in the environment wins over the file"

    @action("R", "back to the default")
    async def reset(self, context: Context[Deck], row: SettingRow) -> Outcome:
        return await _change(context.service, row.name, None)

    @reset.preview
    async def preview_reset(self, context: Context[Deck], items: Sequence[SettingRow]) -> ChangePreview:
        return ChangePreview("takes the setting out of settings.toml", tuple(row.name for row in items))

    @reset.why_off
    def why_not_reset(self, profile: Profile, item: SettingRow | None) -> str | None:
        return None if item is None or item.origin == "file" else "the file does not give it"

    @action("n", "add a key, an alias or columns", on="scope", form=EntryForm)
    async def add(self, context: Context[Deck], form: EntryForm) -> Outcome:
        name = f"{form.table}.{form.name}"
        return await _change(context.service, name, _meant(name, form.value))

    async def undo(self, context: Context[Deck], data: Mapping[str, Any]) -> str:
        deck, name = context.service, str(data["name"])
        now = await asyncio.to_thread(deck.settings_file.written, _path(name))
        if now != data["after"]:
            raise Conflict("arraydeck", "undo", f"the setting {name} was changed again since", "edit it instead")
        await _change(deck, name, data["before"])
        return f"{name} is {_said(data['before'])} again"


def _rows(deck: Deck, problems: Sequence[str]) -> list[SettingRow]:
    """Return a row for each setting that is one value, and for each entry of the tables."""
    rows: list[SettingRow] = []
    for path, field in plain_settings().items():
        value: Any = deck.settings_kept
        for part in path:
            value = getattr(value, part)
        rows.append(
            SettingRow(
                name=".".join(path),
                value=value,
                default=field.get_default(),
                origin=_origin(deck, path),
                applies=applies_of(field),
                problem=_problem(".".join(path), problems),
                description=field.description or "",
            )
        )
    settings = deck.settings_kept
    entries: dict[tuple[str, str], Value] = {("keys", name): keys for name, keys in settings.keys.items()}
    entries |= {("aliases", name): place for name, place in settings.aliases.items()}
    entries |= {("columns", name): list(columns) for name, columns in settings.columns.items()}
    for (table, name), value in entries.items():
        rows.append(
            SettingRow(
                name=f"{table}.{name}",
                value=value,
                default=None,
                origin=_origin(deck, (table, name)),
                applies=AT_ONCE,
                problem=_problem(f"{table}.{name}", problems),
                description=Settings.model_fields[table].description or "",
            )
        )
    return rows


def _problem(name: str, problems: Sequence[str]) -> str:
    """Return what is wrong with a setting, as it is told at the start, "" if nothing."""
    start = f"settings.toml: {printable(name, 80)}: "
    short = start.replace("keys.action.", "keys.")
    found = next((text for text in problems if text.startswith((start, short))), "")
    return found.removeprefix(start).removeprefix(short)


def _origin(deck: Deck, path: tuple[str, ...]) -> str:
    origin = deck.settings_file.origins.get(path)
    return variable_of(path) if origin == "environment" else origin or "default"


def _path(name: str) -> tuple[str, ...]:
    """Return the path of a setting. An action's name has dots of its own."""
    table, dot, rest = name.partition(".")
    return (table, rest) if dot else (table,)


def _meant(name: str, value: Any) -> Value:
    """Return a value as the file says it: columns are a list, though they are typed with commas."""
    if name.startswith("columns.") and isinstance(value, str):
        return [part.strip() for part in value.split(",") if part.strip()]
    return value


def _form_of(row: SettingRow) -> type[BaseModel] | None:
    """Return a form whose field takes what this setting can be, None where that is any text."""
    path = _path(row.name)
    field = plain_settings().get(path)
    if field is None:
        return None
    extra = {"asks": True} if path == ("theme",) else {}
    return create_model(
        "SettingForm", __base__=SettingForm, value=(field.rebuild_annotation(), _asked(row, field, extra))
    )


def _asked(row: SettingRow, field: FieldInfo, extra: dict[str, Any]) -> Any:
    empty = "" if isinstance(row.value, str) and _may_be_empty(row.name) else field.get_default()
    words = f"{field.description}; the default is {_said(row.default)}; {row.applies}"
    return Field(empty, title=row.name, description=words, json_schema_extra=extra)


def _may_be_empty(name: str) -> bool:
    """Whether nothing is a value of its own; else it stands for the default."""
    return name in ("separators", "default_profile", "default_screen")


async def _change(deck: Deck, name: str, value: Value | None) -> Outcome:
    """Write a setting, or take it out with None, and let it hold.

    Raises:
        InvalidInput: it cannot have that value, or would be heeded nowhere.
        Unavailable: the file cannot be written.
    """
    path = _path(name)
    if value is not None:
        # Read as the environment's texts are: a command line gives every value as one.
        given = check_setting(path, value)
        if path in plain_settings():
            value = _at(given, path)
        problem = await asyncio.to_thread(new_problem, deck, _with(deck.settings_kept, path, given))
        if problem:
            raise InvalidInput("arraydeck", "settings", f"{printable(name, 80)}: {problem}")
    before = await asyncio.to_thread(deck.settings_file.written, path)
    await asyncio.to_thread(deck.settings_file.save, path, value)
    await asyncio.to_thread(deck.read_settings)
    deck.settings_changed()
    when = applies_of(plain_settings()[path]) if path in plain_settings() else AT_ONCE
    later = "" if when == AT_ONCE else f" ({when})"
    return Outcome(f"{name} is {_said(value)}{later}", undo={"name": name, "before": before, "after": value})


def _with(settings: Settings, path: tuple[str, ...], given: Settings) -> Settings:
    """Return the settings with the one value at `path` that is given."""
    inner: Any = getattr(given, path[0])
    before: Any = getattr(settings, path[0])
    if path[0] in TABLES:
        inner = before | inner
    elif len(path) == 2:
        inner = before.model_copy(update={path[1]: getattr(inner, path[1])})
    return settings.model_copy(update={path[0]: inner})


def _at(settings: Settings, path: tuple[str, ...]) -> Any:
    value: Any = settings
    for part in path:
        value = getattr(value, part)
    return value


def _text(value: Value) -> str:
    return (
        ", ".join(value) if isinstance(value, list) else str(value).lower() if isinstance(value, bool) else str(value)
    )


def _said(value: Value | None) -> str:
    return "its default" if value is None else printable(_text(value), 200) or "empty"
