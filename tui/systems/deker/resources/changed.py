"""Changes as the journal knows them: by the record in the trash that takes them back."""

from __future__ import annotations

from collections.abc import Mapping, Sized
from typing import TYPE_CHECKING, Any

from tui.resources.actions import ChangePreview, Context, Outcome
from tui.services.errors import NotSupported

if TYPE_CHECKING:
    from tui.resources.detail import Link
    from tui.systems.deker.changes.record import Record
    from tui.systems.deker.client import AsyncClient
    from tui.systems.deker.repairs.repair_plan import RepairPlan


def undoable(message: str, record: Record, link: Link | None = None) -> Outcome:
    """Return the outcome of a change that its record takes back."""
    return Outcome(message, undo={"record": record.id}, link=link)


async def restored(context: Context[AsyncClient], data: Mapping[str, Any]) -> str:
    """Take back what the journal kept of a change; return what was done, in words.

    Raises:
        NotFound: it was restored or purged meanwhile.
        Conflict: things were changed since.
    """
    record_id = data.get("record")
    if not isinstance(record_id, str):
        raise NotSupported("deker", "undo", "the journal does not say which change it was")
    record = await context.service.restore(record_id)
    return f"took back: {record.title}"


def repair_names() -> list[str]:
    """Return the repairs that can be chosen for a collection."""
    from tui.systems.deker.repairs import REPAIRS

    return [name for name, repair in REPAIRS.items() if repair.scope in ("collection", "both")]


def repaired(what: str, planned: RepairPlan, record: Record | None) -> Outcome:
    """Return what a repair did; notes say what it left alone."""
    notes = f"; left alone: {len(planned.notes)}" if planned.notes else ""
    if record is None:
        return Outcome(f"nothing to do in {what}{notes}", result="\n".join(planned.notes) or None)
    count = len(planned.plan.steps)
    message = f"{planned.plan.title}: {count:,} {'path' if count == 1 else 'paths'} changed{notes}"
    return Outcome(message, undo={"record": record.id}, result="\n".join(planned.notes) or None)


def repair_preview(planned: RepairPlan, root: str) -> ChangePreview:
    """Return what a repair would do: every path that changes, and what it leaves alone."""
    notes = tuple(f"left alone: {note}" for note in planned.notes)
    count = len(planned.plan.steps)
    summary = f"{planned.plan.title}: {count:,} {'path changes' if count == 1 else 'paths change'}; u takes it back"
    return ChangePreview(
        summary if count else f"{planned.plan.title}: nothing to do", (*planned.plan.lines(root), *notes)
    )


def counted_locks(locks: Sized) -> str:
    """Return how many locks these are, in words."""
    return "1 lock" if len(locks) == 1 else f"{len(locks)} locks"
