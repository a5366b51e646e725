"""Jobs as a resource type: what runs in the background here, in other arraydecks and at the servers, and what ran."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from tui.jobs.job import Job, JobState
from tui.jobs.remote import RemoteJob
from tui.resources.actions import Context, Danger, Outcome, action
from tui.resources.columns import Column
from tui.resources.detail import Detail, Field, Link, Section, Table
from tui.resources.forms import read_form
from tui.resources.types import Page, Query, ResourceType, Scope
from tui.services.errors import NotSupported

if TYPE_CHECKING:
    from tui.config.profiles import Profile
    from tui.resources.deck import Deck


def _percent(job: Job) -> str:
    return "" if job.share is None else f"{job.share:.0%}"


class Jobs(ResourceType["Deck", Job]):
    """Background jobs, the newest first: those of this machine, and those of the servers that are connected."""

    name = "jobs"
    title = "Jobs"
    aliases = ("job",)
    nothing = "no job was run yet: what takes more than a moment is run as one, from any list"
    model = Job
    refresh = 1.0
    columns = (
        Column("id", kind="number", width=6, priority=2, value=lambda job: job.id or None),
        Column("title", priority=9),
        Column("state", kind="status", priority=9),
        Column("progress", priority=8, width=8, value=_percent),
        Column("remaining", kind="duration", priority=5, value=lambda job: job.remaining(datetime.now(UTC))),
        Column("took", kind="duration", priority=4, value=lambda job: job.seconds(datetime.now(UTC))),
        Column("profile", priority=6),
        Column("created", kind="time", priority=5),
        Column("submitted_by", "by", priority=4),
        Column("message", priority=3, stretch=True),
    )

    def key(self, item: Job) -> str:
        return f"{item.profile}:{item.remote}" if isinstance(item, RemoteJob) else str(item.id)

    async def pages(self, service: Deck, scope: Scope, query: Query) -> AsyncIterator[Page[Job]]:
        jobs = await service.runner.list()
        for connection in service.connections:
            if connection.jobs is not None:
                connection.jobs.look()
                jobs += connection.jobs.jobs()
        # The numbers of this machine's jobs keep their order where two began in the same moment.
        jobs.sort(key=lambda job: job.created, reverse=True)
        jobs = [job for job in jobs if self.shows(job)]
        yield Page(tuple(jobs), len(jobs))

    def shows(self, job: Job) -> bool:
        """Whether a job is one of this list."""
        return True

    async def describe(self, service: Deck, scope: Scope, item: Job) -> Detail:
        now = datetime.now(UTC)
        if isinstance(item, RemoteJob):
            return _describe_remote(item, now)
        lines = await asyncio.to_thread(service.state.jobs.lines, item.id)
        progress = f"{item.done:,}" + (f" of {item.total:,}" if item.total is not None else "") + f" {item.unit}"
        fields = (
            Field("state", item.state, "status"),
            Field("message", item.message),
            Field("progress", progress.strip()),
            Field("rate", item.rate(now), "number"),
            Field("remaining", item.remaining(now), "duration"),
            Field("profile", item.profile),
            Field("created", item.created, "time"),
            Field("started", item.started, "time"),
            Field("ended", item.ended, "time"),
        )
        log = Section("log", table=Table(("line",), tuple((line,) for line in lines[-200:]))) if lines else None
        sections = (Section("job", fields), *((log,) if log else ()))
        return Detail(item.title, sections, body=item)

    @action("ctrl+k", "stop", danger=Danger.CHANGES, bulk=True)
    async def cancel(self, context: Context[Deck], job: Job) -> Outcome:
        if isinstance(job, RemoteJob):
            return await _cancel_remote(context, job)
        await context.service.runner.stop(job.id)
        return Outcome(f"asked job {job.id} to stop")

    @cancel.why_off
    def why_not_cancel(self, profile: Profile, item: Job | None) -> str | None:
        if isinstance(item, RemoteJob) and not item.cancelled_by:
            return "its server stops no single one of this kind"
        return "it is over" if item is not None and item.state.is_over else None

    @action("e", "run again", danger=Danger.READS)
    async def restart(self, context: Context[Deck], job: Job) -> Outcome:
        return Outcome(f"started again as job {(await restart_job(context.service, job)).id}")

    @restart.why_off
    def why_not_restart(self, profile: Profile, item: Job | None) -> str | None:
        if isinstance(item, RemoteJob):
            return "it is its server's: do again what began it"
        if item is None or item.restart is None:
            return "it does not say how to run it again"
        return None if item.state.is_over else "it still runs"

    @action("ctrl+d", "forget", danger=Danger.CHANGES, bulk=True)
    async def forget(self, context: Context[Deck], job: Job) -> Outcome:
        await asyncio.to_thread(context.service.state.jobs.forget, job.id)
        return Outcome(f"forgot job {job.id}")

    @forget.why_off
    def why_not_forget(self, profile: Profile, item: Job | None) -> str | None:
        if isinstance(item, RemoteJob):
            return "it is its server's, which forgets it in time"
        return "it still runs" if item is not None and not item.state.is_over else None

    @action("w", "those that run", danger=Danger.READS, on="scope")
    async def running(self, context: Context[Deck]) -> Outcome:
        return Outcome("the jobs that run", link=Link("the jobs that run", "jobs-running", Scope()), goes=True)

    @running.why_off
    def why_not_running(self, profile: Profile, item: Job | None) -> str | None:
        return "these are they" if self.name == "jobs-running" else None

    @action("f", "those that are over", danger=Danger.READS, on="scope")
    async def finished(self, context: Context[Deck]) -> Outcome:
        return Outcome(
            "the jobs that are over", link=Link("the jobs that are over", "jobs-finished", Scope()), goes=True
        )

    @finished.why_off
    def why_not_finished(self, profile: Profile, item: Job | None) -> str | None:
        return "these are they" if self.name == "jobs-finished" else None

    def identity(self, item: Job) -> Any:
        return self.key(item)


class RunningJobs(Jobs):
    """The background jobs that wait or run."""

    name = "jobs-running"
    title = "Jobs that run"
    aliases = ()
    searched = False
    nothing = "no job runs now: what takes more than a moment is run as one, from any list"

    def shows(self, job: Job) -> bool:
        return not job.state.is_over


class FinishedJobs(Jobs):
    """The background jobs that are over, however they ended."""

    name = "jobs-finished"
    title = "Jobs that are over"
    aliases = ()
    searched = False
    nothing = "no job has ended yet"

    def shows(self, job: Job) -> bool:
        return job.state.is_over


def _describe_remote(job: RemoteJob, now: datetime) -> Detail:
    fields = (
        Field("state", job.state, "status"),
        Field("message", job.message),
        Field("progress", _percent(job)),
        Field("profile", job.profile),
        Field("submitted by", job.submitted_by),
        Field("target", job.target),
        Field("submitted", job.created, "time"),
        Field("started", job.started, "time"),
        Field("ended", job.ended, "time"),
        Field("took", job.seconds(now), "duration"),
        Field("the server's name", job.remote),
    )
    links = [Link(f"the job at {job.profile}", job.listed_in, Scope(), job.remote, job.profile)]
    if job.target_type:
        target = Link(job.target, job.target_type, Scope(job.target_scope), job.target_key, job.profile)
        links.insert(0, target)
    return Detail(job.title, (Section("job", fields),), job, tuple(links))


async def _cancel_remote(context: Context[Deck], job: RemoteJob) -> Outcome:
    """Cancel a server's job through the gate of its own profile, which may be read-only or ask for more."""
    from tui.resources.confirmation import nobody
    from tui.resources.gate import Request

    deck = context.service
    connection = deck.connection(job.profile)
    kind, service = connection.system.type_named(job.listed_in), await connection.service()
    item = await kind.get(service, Scope(), job.remote)
    request = Request(connection, kind, kind.actions[job.cancelled_by], Scope(), (item,))
    report = await deck.gate.run(request, context.confirm or nobody)
    return Outcome(report.message)


async def restart_job(deck: Deck, job: Job) -> Job:
    """Ask for the job's action again, on the items of the same names as they are now.

    Raises:
        NotSupported: the action destroys, so it must be asked for where it can be confirmed.
        ServiceError: an item is gone, or the action is refused.
    """
    from tui.resources.confirmation import nobody
    from tui.resources.gate import Request

    again = job.restart or {}
    connection = deck.connection(job.profile)
    kind = connection.system.type_named(again["type"])
    made = kind.actions[again["action"]]
    if made.danger is Danger.DESTROYS or job.state is JobState.RUNNING:
        raise NotSupported("arraydeck", "restart", f"{made.title} must be asked for again from its list")
    scope, service = Scope(tuple(again["scope"])), await connection.service()
    items = tuple([await kind.get(service, scope, key) for key in again["keys"]])
    form = None if made.form is None else read_form(made.form, again["form"] or {}, made.name)
    report = await deck.gate.run(Request(connection, kind, made, scope, items, form), nobody)
    if report.job is None:
        raise NotSupported("arraydeck", "restart", f"{made.title} is not a job")
    return report.job
