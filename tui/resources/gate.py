"""The gate: the only caller of actions. It asks whether one may, whether one is sure, and writes down what was done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tui.resources.actions import Action, ChangePreview, Context, Danger, Outcome
from tui.resources.confirmation import Confirm, Confirmation, NotConfirmed, challenges_for
from tui.resources.json_text import to_json
from tui.services.errors import Cancelled, Conflict, InvalidInput, NotFound, NotSupported, ReadOnly, ServiceError
from tui.services.printable import printable

if TYPE_CHECKING:
    from pydantic import BaseModel

    from tui.jobs.job import Job
    from tui.jobs.progress import Progress
    from tui.jobs.runner import JobRunner
    from tui.jobs.state import StateDatabase
    from tui.resources.connections import Connection
    from tui.resources.types import ResourceType, Scope


@dataclass(frozen=True, slots=True)
class Request:
    """An action that someone asks for: on these items as they were shown, or on the scope if there are none."""

    connection: Connection
    type: ResourceType[Any, Any]
    action: Action
    scope: Scope
    items: tuple[Any, ...] = ()
    form: BaseModel | None = None

    @property
    def labels(self) -> tuple[str, ...]:
        """The targets' names, as they are typed."""
        return tuple(self.type.label(item) for item in self.items)


@dataclass(slots=True)
class Report:
    """What became of a request: an outcome for each target that was done, an error for each that was not.

    `job` is set when the work goes on in the background; the other two fill up while it runs.
    """

    done: list[tuple[str, Outcome]] = field(default_factory=list[tuple[str, Outcome]])
    failed: list[tuple[str, ServiceError]] = field(default_factory=list[tuple[str, ServiceError]])
    job: Job | None = None

    @property
    def message(self) -> str:
        """One sentence for the person who asked."""
        if self.job is not None:
            return f"started: {self.job.title}"
        if len(self.done) == 1 and not self.failed:
            return self.done[0][1].message
        parts = [f"{len(self.done)} done"] if self.done else []
        if self.failed:
            name, error = self.failed[0]
            parts.append(f"{len(self.failed)} failed, first {printable(name, 60)}: {error}")
        return ", ".join(parts) or "nothing to do"


class Gate:
    """Runs actions and takes them back. Shared by every screen and by the command line."""

    def __init__(self, state: StateDatabase, runner: JobRunner) -> None:
        self._state = state
        self._runner = runner

    def why_off(self, request: Request) -> str | None:
        """Return why the action cannot run here, None if it can."""
        action, profile = request.action, request.connection.profile
        if action.is_dangerous and profile.read_only:
            return f"the profile {profile.name} is read-only"
        if action.on == "item" and not request.items:
            return "there is no item to do it to"
        if len(request.items) > 1 and not action.bulk:
            return "it works on one item at a time"
        if action.why_off is not None:
            for item in request.items or (None,):
                reason = action.why_off(request.type, profile, item)
                if reason is not None:
                    return reason
        return None

    async def preview(self, request: Request) -> ChangePreview:
        """Return what the action would do, without doing it.

        Raises:
            ServiceError: it could not be found out, or the action would be refused.
        """
        self._admit(request)
        names = ", ".join(printable(label, 80) for label in request.labels[:3])
        more = f" and {len(request.items) - 3} more" if len(request.items) > 3 else ""
        plain = ChangePreview(f"{request.action.title} {names}{more}".strip())
        if request.action.preview is None:
            return plain
        context = await self._context(request)
        form = (request.form,) if request.action.form is not None else ()
        async with request.connection.watched(f"preview {request.action.name}"):
            return await request.action.preview(request.type, context, request.items, *form)

    async def run(self, request: Request, confirm: Confirm) -> Report:
        """Run the action on every target, after asking whatever its danger and the profile demand.

        Raises:
            ReadOnly: the profile forbids changes.
            NotConfirmed: the person turned away; nothing was changed.
            InvalidInput: the form is missing or the action cannot run here.
            ServiceError: it failed on its only target; with several, the report says which failed.
        """
        self._admit(request)
        await self._confirmed(request, confirm)
        if request.action.job:
            return self._start(request)
        context = await self._context(request)
        return await self._run_all(request, context, Report())

    async def undo(self, connection: Connection, entry_id: int) -> str:
        """Take back what the journal's entry did, and return what was done.

        Raises:
            ReadOnly: the profile forbids changes.
            NotFound: there is no such entry.
            NotSupported: the entry has nothing that could be undone.
            Conflict: it was undone already, or changed since.
        """
        if connection.profile.read_only:
            raise _read_only(connection, "undo")
        entry = await self._state.entry(entry_id)
        resource_type = connection.system.type_named(entry.type)
        data = await self._state.claim_undo(entry_id)
        try:
            context = Context(await connection.service(), connection.profile, entry.place, self._no_progress())
            async with connection.watched("undo"):
                message = await resource_type.undo(context, data)
        except BaseException:
            await self._state.release_undo(entry_id)
            raise
        await self._state.finish_undo(entry_id, message)
        return message
