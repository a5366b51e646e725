"""What is known of users, groups, databases, tables, views and profiles: plain data, as the server has it.

`objects` gives them verbs for asyncio, `sync` for everybody else.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, ClassVar, Self, cast

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, model_validator

from tui.services.errors import InvalidInput
from tui.services.http.moment import Moment
from tui.services.http.session import route
from tui.services.http.values import without_unknown_secrets
from tui.services.printable import printable
from tui.systems.leapyear.columns import ColumnDefinition
from tui.systems.leapyear.errors import SYSTEM
from tui.systems.leapyear.models import PrivacyLimit, PrivacyParams
from tui.systems.leapyear.names import check_name


def _as_secret(value: object) -> object:
    """Return JSON-able data with every text in it a secret: what reads a table's data is one as a whole."""
    if isinstance(value, str):
        return SecretStr(value)
    if isinstance(value, Mapping):
        return {key: _as_secret(inner) for key, inner in cast("Mapping[str, object]", value).items()}
    if isinstance(value, list | tuple):
        return [_as_secret(inner) for inner in cast("Sequence[object]", value)]
    return value


Credentials = Annotated[Any, BeforeValidator(_as_secret)]


class Fields(BaseModel):
    """The base. `kind` is what it is called; what is not known here is kept. `load` of the objects changes it."""

    model_config = ConfigDict(extra="allow", hide_input_in_errors=True, ser_json_inf_nan="strings")

    kind: ClassVar[str]
    updates: ClassVar[frozenset[str]] = frozenset()
    """The keywords that `update` takes."""

    @model_validator(mode="before")
    @classmethod
    def _hide_unknown(cls, values: Any) -> Any:
        return without_unknown_secrets(cls, values)

    @property
    def key(self) -> str:
        """What it is known by among its like."""
        return str(self.__dict__["name"])

    @property
    def collection(self) -> str:
        """The path of its like."""
        raise NotImplementedError

    @property
    def path(self) -> str:
        """Its own path."""
        return self.collection + route("/{}", _checked(self.key))

    def creation(self) -> dict[str, Any]:
        """Return what is sent to create it."""
        raise NotImplementedError

    def take(self, newer: Self) -> None:
        """Become what the server says of it now."""
        for name in type(self).model_fields:
            if name in newer.model_fields_set:
                setattr(self, name, getattr(newer, name))


class UserFields(Fields):
    """A user."""

    kind = "user"
    updates = frozenset({"password", "current_password", "is_admin", "enabled", "description"})

    id: int | None = None
    username: str
    password: SecretStr | None = Field(default=None, exclude=True, repr=False)
    is_admin: bool = False
    enabled: bool = True
    description: str | None = None
    groups: list[str] = Field(default_factory=list)
    created_at: Moment | None = None
    last_login_at: Moment | None = None
    revision: int = 0

    @property
    def key(self) -> str:
        return self.username

    @property
    def name(self) -> str:
        """The user's name."""
        return self.username

    @property
    def collection(self) -> str:
        return "/users"

    def creation(self) -> dict[str, Any]:
        body = {"username": self.username, "password": self.password or ""}
        return {**body, **_given(self, "is_admin", "enabled", "description")}


class GroupFields(Fields):
    """A group of users."""

    kind = "group"
    updates = frozenset({"description", "members"})

    id: int | None = None
    name: str
    description: str | None = None
    members: list[str] = Field(default_factory=list)
    created_at: Moment | None = None
    revision: int = 0

    @property
    def collection(self) -> str:
        return "/groups"

    def creation(self) -> dict[str, Any]:
        return {"name": self.name, **_given(self, "description", "members")}


class PrivacyProfileFields(Fields):
    """A privacy profile. `databases` are those that use it; only one that was looked up has them."""

    kind = "privacy profile"
    updates = frozenset({"description", "params"})

    name: str
    description: str | None = None
    builtin: bool = False
    params: PrivacyParams = Field(default_factory=PrivacyParams)
    used_by: int | None = None
    databases: list[str] = Field(default_factory=list)
    revision: int = 0

    @property
    def collection(self) -> str:
        return "/privacy-profiles"

    def creation(self) -> dict[str, Any]:
        return {"name": self.name, "params": written(self.params), **_given(self, "description")}


class DatabaseFields(Fields):
    """A database. `privacy_profile` is the profile's name, `privacy_profile_pending` the one that is being set.

    The counts are None where the server does not tell: behind a bridge a list has none.
    """

    kind = "database"
    updates = frozenset({"description", "privacy_profile", "privacy_limit"})

    id: int | None = None
    name: str
    description: str | None = None
    privacy_profile: str | None = None
    privacy_params: PrivacyParams = Field(default_factory=PrivacyParams)
    privacy_limit: PrivacyLimit | None = None
    table_count: int | None = None
    view_count: int | None = None
    my_access: str = ""
    privacy_profile_pending: str | None = None
    created_at: Moment | None = None
    revision: int = 0

    @property
    def collection(self) -> str:
        return "/databases"

    def creation(self) -> dict[str, Any]:
        body = {"name": self.name, **_given(self, "description", "privacy_profile")}
        return body if self.privacy_limit is None else {**body, "privacy_limit": written(self.privacy_limit)}


class TableColumn(BaseModel):
    """A column of a table that is stored, with the level that who asks has on it.

    Unlike a `ColumnDefinition` it is not checked: a real server may have types that are not known here.
    """

    model_config = ConfigDict(frozen=True, extra="allow", hide_input_in_errors=True, ser_json_inf_nan="strings")

    name: str
    type: str
    nullable: bool = False
    bounds: tuple[Any, Any] | None = None
    options: tuple[str, ...] | None = None
    description: str | None = None
    my_access: str = ""


AnyColumn = Annotated[ColumnDefinition | TableColumn, Field(union_mode="left_to_right")]


class TableFields(Fields):
    """A table. `source` says where its data is, as far as that may be shown; `credentials` never come back.

    A table of a list has no `columns`; one that was looked up has.
    """

    kind = "table"
    updates = frozenset({"description"})

    id: int | None = None
    database: str
    name: str
    description: str | None = None
    public: bool | None = None
    columns: list[AnyColumn] = Field(default_factory=list)
    credentials: Credentials = Field(default=None, exclude=True, repr=False)
    source: str = ""
    watch_folder: str | None = None
    slice_count: int | None = None
    state: str = ""
    my_access: dict[str, str] = Field(default_factory=dict)
    created_at: Moment | None = None
    revision: int = 0

    @property
    def collection(self) -> str:
        return route("/databases/{}/tables", _checked(self.database))

    def creation(self) -> dict[str, Any]:
        body = {"name": self.name, **_given(self, "description", "public", "watch_folder")}
        if self.columns:
            body["columns"] = [column.model_dump(mode="json", exclude_none=True) for column in self.columns]
        return body if self.credentials is None else {**body, "credentials": self.credentials}


class View(Fields):
    """A view of a database, which only its administrators see. How one is made was never published."""

    kind = "view"

    database: str
    name: str
    description: str | None = None
    source_tables: list[str] = Field(default_factory=list)
    columns: list[str] = Field(default_factory=list)
    created_at: Moment | None = None
    revision: int = 0

    @property
    def collection(self) -> str:
        return route("/databases/{}/views", _checked(self.database))


class SessionUser(BaseModel):
    """Who is logged in, within a session."""

    user: UserFields


def written(value: BaseModel) -> dict[str, Any]:
    """Return a model as it is sent: without what nobody gave."""
    return value.model_dump(mode="json", exclude_unset=True)


def _given(fields: Fields, *names: str) -> dict[str, Any]:
    """Return the fields of these names that somebody gave a value."""
    values = {name: getattr(fields, name) for name in names if name in fields.model_fields_set}
    return {name: value for name, value in values.items() if value is not None}


def _checked(name: str) -> str:
    try:
        return check_name(name)
    except ValueError as error:
        raise InvalidInput(SYSTEM, "name", f"{printable(name, 80)!r}: {error}") from None
