"""Forms: a pydantic model read as a list of fields; the dialog and the command line's options are made from it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Any, Literal, TypeVar, Union, cast, get_args, get_origin

from pydantic import BaseModel, SecretStr, ValidationError

from tui.services.errors import InvalidInput
from tui.services.printable import printable

if TYPE_CHECKING:
    from pydantic.fields import FieldInfo

M = TypeVar("M", bound=BaseModel)

FieldKind = Literal["text", "secret", "number", "bool", "choice", "list", "json"]


@dataclass(frozen=True, slots=True)
class FormField:
    """One field of a form.

    `choices` are the only values it takes; a resource type's `choices` method may know more at run time when
    `asks` is set. `multiline` text is edited in a box of its own. `default` is None where there is none.
    """

    name: str
    label: str
    help: str
    kind: FieldKind
    required: bool
    default: Any = None
    choices: tuple[str, ...] = ()
    asks: bool = False
    multiline: bool = False

    @property
    def option(self) -> str:
        """The command line's option for it."""
        return "--" + self.name.replace("_", "-")

    def write(self, value: Any) -> str:
        """Return `value` as it is typed into the field."""
        if value is None:
            return ""
        if isinstance(value, SecretStr):
            return ""
        if isinstance(value, Enum):
            return str(value.value)
        if self.kind == "list" and all(_is_plain(part) for part in value):
            return ", ".join(value)
        if self.kind in ("list", "json"):
            return json.dumps(value, default=str)
        if isinstance(value, bool):
            return "true" if value else "false"
        return str(value)

    def read(self, text: str) -> Any:
        """Return what was typed as a value for the model to validate; empty text means the default.

        Raises:
            ValueError: the text is not JSON where JSON is meant.
        """
        if self.kind == "list":
            stripped = text.strip()
            if stripped.startswith("["):
                return json.loads(stripped)
            return [part.strip() for part in stripped.split(",") if part.strip()]
        if self.kind == "json":
            return json.loads(text)
        if self.kind in ("text", "secret"):
            return text
        return text.strip()


def _is_plain(part: object) -> bool:
    return isinstance(part, str) and part == part.strip() != "" and "," not in part and not part.startswith("[")


def form_fields(model: type[BaseModel]) -> tuple[FormField, ...]:
    """Return the fields of a form model in the order in which they are asked."""
    return tuple(_field(name, info) for name, info in model.model_fields.items())


def _field(name: str, info: FieldInfo) -> FormField:
    extra = cast("Mapping[str, object]", {} if callable(info.json_schema_extra) else info.json_schema_extra or {})
    kind, choices = _kind(info.annotation)
    default = None if info.is_required() else info.get_default(call_default_factory=True)
    return FormField(
        name=name,
        label=info.title or name.replace("_", " "),
        help=info.description or "",
        kind=kind,
        required=info.is_required(),
        default=default,
        choices=choices,
        asks=bool(extra.get("asks")),
        multiline=bool(extra.get("multiline")),
    )


def _kind(annotation: Any) -> tuple[FieldKind, tuple[str, ...]]:
    origin = get_origin(annotation)
    if origin in (Union, UnionType):
        parts = [part for part in get_args(annotation) if part is not NoneType]
        return _kind(parts[0]) if len(parts) == 1 else ("text", ())
    if origin is Literal:
        return "choice", tuple(str(value) for value in get_args(annotation))
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return "choice", tuple(str(member.value) for member in annotation)
    if annotation is bool:
        return "bool", ()
    if annotation in (int, float):
        return "number", ()
    if annotation is SecretStr:
        return "secret", ()
    if origin in (list, tuple, set, frozenset):
        return "list", ()
    if origin is dict or annotation is dict or (isinstance(annotation, type) and issubclass(annotation, BaseModel)):
        return "json", ()
    return "text", ()


def read_form(model: type[M], values: Mapping[str, Any], operation: str = "form") -> M:
    """Validate typed `values` (texts, or values of the right type) into the form's model.

    Raises:
        InvalidInput: names each wrong field and what is wrong with it; no secret is repeated.
    """
    fields = {field.name: field for field in form_fields(model)}
    problems: dict[str, str] = {}
    read: dict[str, Any] = {}
    for name, value in values.items():
        if name not in fields:
            problems[name] = "no such field; there are " + ", ".join(fields)
        elif not isinstance(value, str):
            read[name] = value
        elif value != "":
            try:
                read[name] = fields[name].read(value)
            except ValueError as error:
                problems[name] = f"is not JSON: {error}"
    if not problems:
        try:
            return model.model_validate(read)
        except ValidationError as error:
            problems = form_problems(error)
    text = "; ".join(f"{name}: {problem}" if name else problem for name, problem in problems.items())
    raise FormInvalid(operation, text, problems)


class FormInvalid(InvalidInput):
    """A form that was filled in wrongly; `problems` says what is wrong by field name ("" for the whole)."""

    def __init__(self, operation: str, message: str, problems: Mapping[str, str]) -> None:
        super().__init__("arraydeck", operation, message)
        self.problems = dict(problems)

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.operation, self.message, self.problems)


def form_problems(error: ValidationError) -> dict[str, str]:
    """Return pydantic's findings as one sentence a field, without the values that were given."""
    problems: dict[str, str] = {}
    for finding in error.errors(include_input=False, include_url=False):
        path = [str(part) for part in finding["loc"]]
        message = finding["msg"].removeprefix("Value error, ")
        inner = f"{'.'.join(path[1:])}: " if len(path) > 1 else ""
        problems.setdefault(path[0] if path else "", printable(inner + message, 300))
    return problems
