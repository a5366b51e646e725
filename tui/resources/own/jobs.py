"""Jobs as a resource type: what runs in the background here and in other arraydecks, and what ran."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from tui.jobs.job import Job, JobState
from tui.resources.actions import Context, Danger, Outcome, action
from tui.resources.columns import Column
from tui.resources.detail import Detail, Field, Section, Table
from tui.resources.forms import read_form
from tui.resources.types import Page, Query, ResourceType, Scope
from tui.services.errors import NotSupported

if TYPE_CHECKING:
    from tui.config.profiles import Profile
    from tui.resources.deck import Deck


def _percent(job: Job) -> str:
    return "" if job.share is None else f"{job.share:.0%}"


class Jobs(ResourceType["Deck", Job]):
    """Background jobs, the newest first."""

    name = "jobs"
    title = "Jobs"
    aliases = ("job",)
    model = Job
    refresh = 1.0
    columns = (
        Column("id", kind="number", width=6, priority=6),
        Column("title", priority=9),
        Column("state", kind="status", priority=9),
        Column("progress", priority=8, width=8, value=_percent),
        Column("remaining", kind="duration", priority=5, value=lambda job: job.remaining(datetime.now(UTC))),
        Column("took", kind="duration", priority=4, value=lambda job: job.seconds(datetime.now(UTC))),
        Column("profile", priority=6),
        Column("created", kind="time", priority=5),
        Column("message", priority=3),
    )

    def key(self, item: Job) -> str:
        return str(item.id)

    async def pages(self, service: Deck, scope: Scope, query: Query) -> AsyncIterator[Page[Job]]:
        jobs = await service.runner.list()
        yield Page(tuple(jobs), len(jobs))

    async def describe(self, service: Deck, scope: Scope, item: Job) -> Detail:
        now = datetime.now(UTC)
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
        context.service.runner.cancel(job.id)
        return Outcome(f"asked job {job.id} to stop")

    @cancel.why_off
    def why_not_cancel(self, profile: Profile, item: Job | None) -> str | None:
        return "it is over" if item is not None and item.state.is_over else None

    @action("e", "run again", danger=Danger.READS)
    async def restart(self, context: Context[Deck], job: Job) -> Outcome:
        return Outcome(f"started again as job {(await restart_job(context.service, job)).id}")

    @restart.why_off
    def why_not_restart(self, profile: Profile, item: Job | None) -> str | None:
        if item is None or item.restart is None:
            return "it does not say how to run it again"
        return None if item.state.is_over else "it still runs"

    @action("ctrl+d", "forget", danger=Danger.CHANGES, bulk=True)
    async def forget(self, context: Context[Deck], job: Job) -> Outcome:
        await asyncio.to_thread(context.service.state.jobs.forget, job.id)
        return Outcome(f"forgot job {job.id}")

    @forget.why_off
    def why_not_forget(self, profile: Profile, item: Job | None) -> str | None:
        return "it still runs" if item is not None and not item.state.is_over else None

    def identity(self, item: Job) -> Any:
        return item.id


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
