"""The gate: the only caller of actions. It asks whether one may, whether one is sure, and writes down what was done."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from tui.jobs.journal import Ending, Entry
from tui.jobs.progress import Progress
from tui.resources.actions import Action, ChangePreview, Context, Danger, Outcome
from tui.resources.command_line import run_line
from tui.resources.confirmation import Challenge, Confirm, Confirmation, NotConfirmed, challenges_for, nobody
from tui.resources.json_text import to_json
from tui.resources.sending import Sending, find_out
from tui.resources.types import Scope
from tui.services.errors import Cancelled, Conflict, InvalidInput, NotSupported, ReadOnly, ServiceError
from tui.services.printable import printable

if TYPE_CHECKING:
    from pydantic import BaseModel

    from tui.jobs.job import Job
    from tui.jobs.runner import JobRunner
    from tui.jobs.state import StateDatabase
    from tui.resources.connections import Connection
    from tui.resources.types import ResourceType


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
    error: ServiceError | None = None
    """Why the job failed, once it has."""

    @property
    def message(self) -> str:
        """One sentence for the person who asked."""
        return f"started: {self.job.title}" if self.job is not None else self.outcome

    @property
    def outcome(self) -> str:
        """What was done, in one sentence."""
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
        missing = unavailable(request.connection, request.type, action.name)
        if missing is not None:
            return missing
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

    async def sending(self, request: Request) -> Sending:
        """Return what the action would send, without sending it. What cannot be found out, it says in words.

        Raises:
            ServiceError: the action would be refused here already.
        """
        self._admit(request)

        async def rehearse(item: Any) -> None:
            context = replace(await self._context(request), confirmed=_destroys(request))
            form = (request.form,) if request.action.form is not None else ()
            async with request.connection.watched(f"rehearse {request.action.name}"):
                current = (await self._same_as_shown(request, context, item),) if item is not None else ()
                await request.action.handler(request.type, context, *current, *form)

        return await find_out(request, rehearse)

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
            return await self._start(request)
        context = replace(await self._context(request), confirm=confirm, confirmed=_destroys(request))
        return await self._run_all(request, context, Report())

    async def undo(self, connection: Connection, entry_id: int, confirm: Confirm = nobody) -> str:
        """Take back what the journal's entry did, and return what was done. A prod profile asks for its name.

        Raises:
            ReadOnly: the profile forbids changes.
            NotConfirmed: the person turned away; nothing was changed.
            NotFound: there is no such entry.
            NotSupported: the entry has nothing that could be undone.
            Conflict: it was undone already, or changed since.
        """
        if connection.profile.read_only:
            raise _read_only(connection, "undo")
        journal = self._state.journal
        entry = await asyncio.to_thread(journal.entry, entry_id)
        kind = connection.system.type_named(entry.type)
        await self._undo_confirmed(connection, entry, confirm)
        service = await connection.service()
        data = await asyncio.to_thread(journal.claim_undo, entry_id)
        try:
            context = Context(service, connection.profile, Scope(entry.scope), Progress())
            async with connection.watched(f"undo {entry.action} {entry.type}", f"arraydeck undo {entry_id}"):
                message = await kind.undo(context, data)
        except BaseException:
            await asyncio.shield(asyncio.to_thread(journal.release_undo, entry_id))
            raise
        await asyncio.shield(asyncio.to_thread(journal.finish_undo, entry_id, printable(message, 500)))
        return message

    async def _undo_confirmed(self, connection: Connection, entry: Entry, confirm: Confirm) -> None:
        profile = connection.profile
        if profile.tag == "prod":
            summary = f"takes back: {entry.action} {entry.type} {entry.target}"
            challenge = Challenge("profile", "the name of the profile", profile.name)
            asked = Confirmation("undo", profile, summary, (), (entry.target,), (challenge,))
            await _ask(asked, confirm)

    def _admit(self, request: Request) -> None:
        if request.action.is_dangerous and request.connection.profile.read_only:
            raise _read_only(request.connection, request.action.name)
        reason = self.why_off(request)
        system = request.connection.system.name
        if reason is not None:
            raise NotSupported(system, request.action.name, f"cannot {request.action.title}: {reason}")
        if request.action.form is not None and not isinstance(request.form, request.action.form):
            raise InvalidInput(system, request.action.name, f"{request.action.title} needs its form filled in")

    def asks(self, request: Request) -> bool:
        """Return whether the action is confirmed before it runs."""
        action = request.action
        return action.asks or bool(challenges_for(action, request.connection.profile, request.labels))

    async def _confirmed(self, request: Request, confirm: Confirm) -> None:
        if not self.asks(request):
            return
        profile = request.connection.profile
        challenges = challenges_for(request.action, profile, request.labels)
        preview = await self.preview(request)
        confirmation = Confirmation(
            title=request.action.title,
            profile=profile,
            summary=printable(preview.summary, 500),
            lines=tuple(printable(line, 500) for line in preview.lines),
            names=tuple(printable(label) for label in request.labels),
            challenges=challenges,
            command=run_line(request),
            sending=partial(self.sending, request),
        )
        await _ask(confirmation, confirm)

    async def _run_all(self, request: Request, context: Context[Any], report: Report) -> Report:
        """Run on one target after another. Of several, one that fails does not keep the others from being done."""
        targets = request.items or (None,)
        for item in targets:
            context.progress.check()
            label = request.type.label(item) if item is not None else request.scope.parent or request.type.name
            try:
                report.done.append((label, await self._run_one(request, context, item, label)))
            except Cancelled:
                raise
            except ServiceError as error:
                if len(targets) == 1:
                    raise
                report.failed.append((label, error))
            if len(targets) > 1:
                context.progress.advance()
        return report

    async def _run_one(self, request: Request, context: Context[Any], item: Any, label: str) -> Outcome:
        action, form = request.action, (request.form,) if request.action.form is not None else ()
        command = run_line(request, [] if item is None else [item])
        async with request.connection.watched(f"{action.name} {request.type.name}", command):
            current = (await self._same_as_shown(request, context, item),) if item is not None else ()
            if not action.is_dangerous:
                return await action.handler(request.type, context, *current, *form)
            entry = await self._begin(request, label)
            try:
                outcome = await action.handler(request.type, context, *current, *form)
            except BaseException as error:
                words = printable(str(error) or type(error).__name__, 500)
                ending = Ending.FAILED if isinstance(error, ServiceError) else Ending.UNKNOWN
                undo = error.undo if isinstance(error, ServiceError) else None
                await asyncio.shield(asyncio.to_thread(self._state.journal.finish, entry, ending, words, undo))
                raise
            message = printable(outcome.message, 500)
            finishing = asyncio.to_thread(self._state.journal.finish, entry, Ending.OK, message, outcome.undo)
            await asyncio.shield(finishing)
            return outcome

    async def _same_as_shown(self, request: Request, context: Context[Any], item: Any) -> Any:
        """Fetch the item again; what is about to be changed must be the thing that was shown."""
        if not request.action.is_dangerous:
            return item
        kind, system = request.type, request.connection.system.name
        async with request.connection.watched(f"check {kind.name}"):
            current = await kind.get(context.service, request.scope, kind.key(item))
        if kind.identity(current) != kind.identity(item):
            name = printable(kind.label(item), 80)
            hint = "refresh the list and look at it again"
            raise Conflict(system, request.action.name, f"{name} is not the one that was shown any more", hint)
        return current

    async def _begin(self, request: Request, label: str) -> int:
        profile = request.connection.profile
        return await asyncio.to_thread(
            self._state.journal.begin,
            profile=profile.name,
            uri=profile.uri,
            system=profile.system,
            type=request.type.name,
            scope=request.scope.parents,
            action=request.action.name,
            target=printable(label, 500),
            parameters={} if request.form is None else json.loads(to_json(request.form)),
        )

    async def _start(self, request: Request) -> Report:
        profile, report = request.connection.profile, Report()

        async def work(progress: Progress) -> Any:
            if len(request.items) > 1:
                progress.expect(len(request.items), request.type.name)
            service = await request.connection.service()
            context = Context(
                service,
                profile,
                request.scope,
                progress,
                executor=self._runner.executor,
                confirmed=_destroys(request),
            )
            try:
                await self._run_all(request, context, report)
            except ServiceError as error:
                report.error = error
                raise
            for name, error in report.failed:
                progress.log(f"{name}: {error}")
            if report.failed:
                report.error = report.failed[0][1]
                raise report.error
            progress.message = report.outcome
            results = [outcome.result for _, outcome in report.done if outcome.result is not None]
            return json.loads(to_json(results[0] if len(results) == 1 else results)) if results else None

        names = ", ".join(printable(label, 60) for label in request.labels[:3])
        title = f"{request.action.title} {names}".strip()
        report.job = await self._runner.start(title, profile.name, profile.system, work, _restart_of(request))
        return report

    async def _context(self, request: Request) -> Context[Any]:
        service = await request.connection.service()
        profile, executor = request.connection.profile, self._runner.executor
        return Context(service, profile, request.scope, Progress(), executor=executor)


def unavailable(connection: Connection, kind: ResourceType[Any, Any], action: str) -> str | None:
    """Return why an action can never be done there, None if it may or the store has not been opened yet."""
    return None if connection.opened is None else kind.unavailable(connection.opened, action)


async def _ask(confirmation: Confirmation, confirm: Confirm) -> None:
    answers = await confirm(confirmation)
    if answers is None:
        raise NotConfirmed("not confirmed; nothing was changed")
    if not confirmation.accepts(answers):
        raise NotConfirmed("what was typed is not what was asked for; nothing was changed")


def _restart_of(request: Request) -> dict[str, Any]:
    """Return what would ask for the same again: names only, so that the items are looked at anew."""
    return {
        "type": request.type.name,
        "action": request.action.name,
        "scope": list(request.scope.parents),
        "keys": [request.type.key(item) for item in request.items],
        "form": None if request.form is None else json.loads(to_json(request.form)),
    }


def _destroys(request: Request) -> bool:
    """Whether what was asked for had to be confirmed by typing."""
    return request.action.danger is Danger.DESTROYS


def _read_only(connection: Connection, operation: str) -> ReadOnly:
    name = connection.profile.name
    hint = f"set read_only = false for profiles.{name} in profiles.toml if you mean it"
    return ReadOnly(connection.system.name, operation, f"the profile {name} is read-only", hint)
