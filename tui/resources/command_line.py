"""Command lines: what a screen does, as the `arraydeck …` that does the same in a shell."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, SecretStr

from tui.resources.forms import FormField, form_fields
from tui.resources.printed import TerminalForm
from tui.services.secrecy import is_secret_name
from tui.services.shell_words import command_line, shell_word, variable_name, variable_word

if TYPE_CHECKING:
    from tui.resources.actions import Action
    from tui.resources.connections import Connection
    from tui.resources.gate import Request
    from tui.resources.types import ResourceType, Scope

MOST_NAMES = 20
"""Names of one command line that are shown."""


def get_line(connection: Connection, kind: ResourceType[Any, Any], scope: Scope) -> str:
    """Return the command line that lists what is in a scope."""
    return _line(["get", kind.name], scope.parents, [], connection)


def describe_line(connection: Connection, kind: ResourceType[Any, Any], scope: Scope, key: str) -> str:
    """Return the command line that tells of one item."""
    return _line(["describe", kind.name], (*scope.parents, key), [], connection)


def action_line(
    connection: Connection, kind: ResourceType[Any, Any], action: str, scope: Scope, keys: Sequence[str] = ()
) -> str:
    """Return the command line that runs an action on the items of these keys, its fields left as they are."""
    return _line(["run", kind.name, action], (*scope.parents, *keys[:MOST_NAMES]), [], connection, len(keys))


def run_line(request: Request, items: Sequence[Any] | None = None) -> str:
    """Return the command line that asks for the same action with the same fields, on some of its items.

    A secret is a shell variable named after its field.
    """
    keys = [request.type.key(item) for item in (request.items if items is None else items)]
    fields = [] if request.form is None else [*_fields(request.action, request.form, is_filled_in=bool(keys))]
    names = (*request.scope.parents, *keys[:MOST_NAMES])
    return _line(["run", request.type.name, request.action.name], names, fields, request.connection, len(keys))


def _line(
    verb: Sequence[str], names: Sequence[str], fields: Sequence[str], connection: Connection, count: int = 0
) -> str:
    words, options = [shell_word(name) for name in names], ["-p", shell_word(connection.where), *fields]
    if any(name.startswith("-") for name in names):
        # Twice for an action: what comes behind the first are words, and behind the second names and no fields.
        made = [*options, "--", *(["--"] if verb[0] == "run" else []), *words]
    else:
        made = [*words, *options]
    more = f" # and {count - MOST_NAMES:,} more names" if count > MOST_NAMES else ""
    return command_line(["arraydeck", *verb, *made]) + more


def _fields(action: Action, form: BaseModel, *, is_filled_in: bool) -> Iterator[str]:
    """Yield the options for what differs from what the command line would take by itself."""
    for field in form_fields(type(form)):
        value = getattr(form, field.name)
        if field.name in TerminalForm.model_fields and isinstance(form, TerminalForm):
            continue
        if is_filled_in and action.defaults is not None and not _is_secret(field, value):
            # It would take the item's own value, which may be another by then.
            yield from _option(field, value)
        elif value is not None and (field.required or value != field.default):
            yield from _option(field, value)


def _option(field: FormField, value: Any) -> Iterator[str]:
    if _is_secret(field, value):
        if value not in (None, ""):
            yield field.option
            yield variable_word("", variable_name(field.name))
        return
    text = field.write(value)
    if text.startswith("-"):
        yield f"{field.option}={shell_word(text)}"
    else:
        yield field.option
        yield shell_word(text)


def _is_secret(field: FormField, value: Any) -> bool:
    named = isinstance(value, str) and is_secret_name(field.name)
    return isinstance(value, SecretStr) or field.kind == "secret" or named
