"""Taking back an edit: an object gets the values that it had, if it still has those that the edit gave it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from tui.services.errors import Conflict
from tui.systems.leapyear.errors import SYSTEM
from tui.systems.leapyear.fields import Fields, TableFields
from tui.systems.leapyear.models import PrivacyLimit, PrivacyParams
from tui.systems.leapyear.objects import Database, Group, PrivacyProfile, Table, User

if TYPE_CHECKING:
    from tui.systems.leapyear.client import AsyncClient

_MADE: Mapping[str, type[BaseModel]] = {"privacy_limit": PrivacyLimit, "params": PrivacyParams}
"""What a field that is more than a word or a number is read back into; none at all is one that limits nothing."""


def undo_of(item: Fields, changes: Mapping[str, tuple[Any, Any]]) -> dict[str, Any]:
    """Return what the journal keeps of an edit, to take it back: each field before and after it."""
    kept = {name: [_kept(name, before), _kept(name, after)] for name, (before, after) in changes.items()}
    found = {"object": item.kind, "name": item.key, "changes": kept}
    return {**found, "database": item.database} if isinstance(item, TableFields) else found


async def take_back(client: AsyncClient, data: Mapping[str, Any]) -> str:
    """Give an object the values that it had before an edit; return what was done, in words.

    Raises:
        Conflict: a field was changed again since; nothing was sent.
        ServiceError: the server refuses.
    """
    found = await client.read(_named(data))
    changes: Mapping[str, tuple[Any, Any]] = data["changes"]
    for field, (_, after) in changes.items():
        if _kept(field, getattr(found, field)) != after:
            message = f"{field.replace('_', ' ')} of {data['name']} was changed again since"
            raise Conflict(SYSTEM, "undo", message, "edit it as it is now")
    before = {field: _read(field, pair[0]) for field, pair in changes.items()}
    job = await client.update(found, revision=found.revision, **before)
    words = ", ".join(field.replace("_", " ") for field in changes)
    begun = "" if job is None else "; its profile is being set back, which is a job of the server"
    return f"{words} of {data['name']} as before{begun}"


def _named(data: Mapping[str, Any]) -> Any:
    name = data["name"]
    match data["object"]:
        case "user":
            return User(username=name)
        case "group":
            return Group(name=name)
        case "table":
            return Table(name=name, database=data["database"])
        case "database":
            return Database(name=name)
        case _:
            return PrivacyProfile(name=name)


def _kept(field: str, value: Any) -> Any:
    """Return a field's value as JSON has it, the same for two that mean the same."""
    if field in _MADE:
        return (_MADE[field]() if value is None else value).model_dump(mode="json")
    return sorted(value) if isinstance(value, list | tuple) else value


def _read(field: str, value: Any) -> Any:
    return _MADE[field].model_validate(value) if field in _MADE else value
