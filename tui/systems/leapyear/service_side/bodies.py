"""What requests may carry, field by field; anything else is refused with 422 (contract §6)."""

from __future__ import annotations

from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, FiniteFloat, StrictBool, StrictInt, ValidationError

from tui.services.printable import printable
from tui.systems.leapyear.columns import ColumnDefinition, check_columns
from tui.systems.leapyear.names import check_description, check_name
from tui.systems.leapyear.service_side.refusal import Refusal, invalid

Name = Annotated[str, AfterValidator(check_name)]
Text = Annotated[str | None, AfterValidator(check_description)]
Password = Annotated[str, Field(min_length=12, max_length=1024)]


def _check_all(columns: list[ColumnDefinition] | None) -> list[ColumnDefinition] | None:
    if columns is not None:
        check_columns(columns)
    return columns


class Body(BaseModel):
    """A body of known fields."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)


class LogIn(Body):
    username: Annotated[str, Field(max_length=128)]
    password: Annotated[str, Field(max_length=1024)]


class KeyLogIn(Body):
    assertion: Annotated[str, Field(max_length=8192)]


class NewUser(Body):
    username: Name
    password: Password
    is_admin: StrictBool = False
    enabled: StrictBool = True
    description: Text = None


class UserChange(Body):
    password: Password | None = None
    current_password: Annotated[str, Field(max_length=1024)] | None = None
    is_admin: StrictBool | None = None
    enabled: StrictBool | None = None
    description: Text = None


class NewKey(Body):
    name: Name
    public_key: Annotated[str, Field(max_length=8192)]


class NewGroup(Body):
    name: Name
    description: Text = None
    members: Annotated[list[Name], Field(max_length=10_000)] = Field(default_factory=list)


class Description(Body):
    description: Text = None


class PrivacyLimitBody(Body):
    max_exposure: Annotated[FiniteFloat, Field(gt=0)] | None = None
    window_days: Annotated[StrictInt, Field(ge=1, le=3650)] | None = None
    extra: dict[str, Any] = Field(default_factory=dict)


class PrivacyParamsBody(Body):
    max_exposure_per_computation: Annotated[FiniteFloat, Field(gt=0)]
    minimum_dataset_size: Annotated[StrictInt, Field(ge=0)]
    extra: dict[str, Any] = Field(default_factory=dict)


class NewProfile(Body):
    name: Name
    description: Text = None
    params: PrivacyParamsBody


class ProfileChange(Body):
    description: Text = None
    params: PrivacyParamsBody | None = None


class NewDatabase(Body):
    name: Name
    description: Text = None
    privacy_profile: Name = "Standard"
    privacy_limit: PrivacyLimitBody | None = None


class ProfileChoice(Body):
    name: Name


class Credentials(Body):
    """Where a data slice is: a path or an address, or an object with what it takes to read it."""

    credentials: Annotated[str, Field(max_length=4096)] | dict[str, Any]


class NewTable(Body):
    name: Name
    description: Text = None
    public: StrictBool | None = None
    columns: Annotated[list[ColumnDefinition], AfterValidator(_check_all)] | None = None
    credentials: Annotated[str, Field(max_length=65_536)] | dict[str, Any] | None = None
    watch_folder: Annotated[str, Field(max_length=4096)] | None = None


class Level(Body):
    access: str


class ColumnLevels(Body):
    columns: dict[str, str] | None = None
    all: str | None = None


B = TypeVar("B", bound=Body)


def read(kind: type[B], body: Any) -> B:
    """Return a request's body as `kind`.

    Raises:
        Refusal: 422; the text names the field and never what stood there.
    """
    if not isinstance(body, dict):
        raise Refusal(422, "validation_failed", "The body must be a JSON object.")
    try:
        return kind.model_validate(body)
    except ValidationError as error:
        found = error.errors(include_input=False, include_url=False, include_context=False)[0]
    place = [str(part) for part in found["loc"] if part not in ("str", "dict[str,any]")]
    said = found["msg"].removeprefix("Value error, ")
    field, colon, rest = said.partition(": ")
    if colon and field in ("bounds", "options", "columns"):
        # The rules of a column name the field themselves.
        raise invalid(".".join([*place, field] if field != "columns" else [field]), rest)
    raise invalid(printable(".".join(place), 100) or "body", said)
