"""Rows of what both platforms send in one form: credentials, and what was done to an array."""

from __future__ import annotations

from tui.systems.tiledb.models.common_models import CredentialRow, Event
from tui.systems.tiledb.models.storage_models import AccessCredential
from tui.systems.tiledb.models.task_models import ArrayEvent


def array_event(entry: ArrayEvent, path: str) -> Event:
    """Return what was done to an array in the common words."""
    return Event(
        id=entry.id or "",
        when=entry.event_at,
        who=entry.username or "",
        action=entry.action,
        what=path,
        kind="array",
        task=entry.array_task_id or "",
    )


def credential_row(found: AccessCredential, level: str) -> CredentialRow:
    """Return a credential in the common words; `level` is where it is kept."""
    return CredentialRow(
        name=found.name,
        provider=found.provider,
        kind=found.kind,
        level=level,
        status=found.status or "",
        is_default=found.provider_default,
        allowed_in_tasks=found.allowed_in_tasks,
        created=found.created_at,
        updated=found.updated_at,
    )
