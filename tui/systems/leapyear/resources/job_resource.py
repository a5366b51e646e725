"""The jobs of a server as lists of its own: all, those that run, and those that are over."""

from __future__ import annotations

from collections.abc import AsyncIterator, Hashable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from tui.resources.actions import Context, Danger, Outcome, action
from tui.resources.columns import Column
from tui.resources.detail import Detail, Field, Link, Section
from tui.resources.types import Page, Query, Scope
from tui.systems.leapyear.features import why_not
from tui.systems.leapyear.job_source import ending_text, target_place, target_text
from tui.systems.leapyear.models import AsyncJobInformation, JobState
from tui.systems.leapyear.resources.shared_list import ServerList
from tui.systems.leapyear.service import LeapYearService

if TYPE_CHECKING:
    from tui.config.profiles import Profile


def _percent(job: AsyncJobInformation) -> str | None:
    return None if job.progress is None else f"{job.progress:.0%}"


class RemoteJobs(ServerList[AsyncJobInformation]):
    """The jobs of the server, the newest first: one's own, and everybody's for an administrator."""

    name = "remote-jobs"
    title = "Jobs of the server"
    aliases = ("remote-job", "ly-jobs")
    model = AsyncJobInformation
    refresh = 1.0
    columns = (
        Column("state", kind="status", priority=9, width=12),
        Column("kind", priority=8),
        Column("target", priority=9, stretch=True, value=target_text),
        Column("progress", "done", priority=7, width=5, value=_percent),
        Column("submitted_by", "by", priority=7),
        Column("took", kind="duration", priority=6, value=lambda job: job.seconds(datetime.now(UTC))),
        Column("submitted_at", "submitted", kind="time", priority=5),
        Column("error", priority=5, stretch=True, value=ending_text),
        Column("id", priority=2, wide=True),
    )
    nothing = "there are no jobs"

    def key(self, item: AsyncJobInformation) -> str:
        return item.id

    def identity(self, item: AsyncJobInformation) -> Hashable:
        return item.id

    async def pages(
        self, service: LeapYearService, scope: Scope, query: Query
    ) -> AsyncIterator[Page[AsyncJobInformation]]:
        # What is known is shown again and again; the server is asked by the follower alone, as seldom as it can.
        jobs = [job for job in await service.job_source.known() if self._shows(job)]
        yield Page(tuple(jobs), len(jobs))

    def _shows(self, job: AsyncJobInformation) -> bool:
        return True

    async def get(self, service: LeapYearService, scope: Scope, key: str) -> AsyncJobInformation:
        return await service.client.job_information(key)

    async def describe(self, service: LeapYearService, scope: Scope, item: AsyncJobInformation) -> Detail:
        fields = (
            Field("state", item.state, "status"),
            *((Field("error", ending_text(item), tone="bad"),) if ending_text(item) else ()),
            Field("kind", item.kind),
            Field("target", target_text(item)),
            Field("progress", _percent(item)),
            Field("submitted by", item.submitted_by),
            Field("submitted", item.submitted_at, "time"),
            Field("started", item.started_at, "time"),
            Field("finished", item.finished_at, "time"),
            Field("took", item.seconds(datetime.now(UTC)), "duration"),
            Field("id", item.id),
        )
        kind, scope_of, key = target_place(item)
        links = (Link(target_text(item), kind, Scope(scope_of), key),) if kind else ()
        return Detail(f"{item.kind} {target_text(item)}".strip(), (Section("job", fields),), item, links)

    @action("ctrl+k", "cancel", bulk=True, rehearsal="whole")
    async def cancel(self, context: Context[LeapYearService], item: AsyncJobInformation) -> Outcome:
        await context.service.client.cancel_job(item.id)
        context.service.follower.look()
        return Outcome(f"cancelled {item.kind} {target_text(item)}")

    @cancel.why_off
    def why_not_cancel(self, profile: Profile, item: AsyncJobInformation | None) -> str | None:
        over = "it is over" if item is not None and item.state.is_over else None
        return over or why_not(profile, "job_cancel")

    @action("t", "open target", danger=Danger.READS)
    async def target(self, context: Context[LeapYearService], item: AsyncJobInformation) -> Outcome:
        kind, scope, key = target_place(item)
        return Outcome(target_text(item), link=Link(target_text(item), kind, Scope(scope), key), goes=True)

    @target.why_off
    def why_not_target(self, profile: Profile, item: AsyncJobInformation | None) -> str | None:
        return "it has no target that could be shown" if item is not None and not target_place(item)[0] else None

    @action("i", "result", danger=Danger.READS)
    async def result(self, context: Context[LeapYearService], item: AsyncJobInformation) -> Outcome:
        found = await context.service.client.job_result(item.id)
        return Outcome(f"what {item.kind} came to", result={"result": found})

    @result.why_off
    def why_not_result(self, profile: Profile, item: AsyncJobInformation | None) -> str | None:
        return None if item is None or item.state is JobState.SUCCEEDED else "it has no result"

    @action("w", "those that run", danger=Danger.READS, on="scope")
    async def running(self, context: Context[LeapYearService]) -> Outcome:
        return Outcome("the jobs that run", link=Link("the jobs that run", "running-jobs", Scope()), goes=True)

    @running.why_off
    def why_not_running(self, profile: Profile, item: AsyncJobInformation | None) -> str | None:
        return "these are they" if self.name == "running-jobs" else None

    @action("f", "those that are over", danger=Danger.READS, on="scope")
    async def finished(self, context: Context[LeapYearService]) -> Outcome:
        return Outcome(
            "the jobs that are over", link=Link("the jobs that are over", "finished-jobs", Scope()), goes=True
        )

    @finished.why_off
    def why_not_finished(self, profile: Profile, item: AsyncJobInformation | None) -> str | None:
        return "these are they" if self.name == "finished-jobs" else None


class RunningJobs(RemoteJobs):
    """The jobs of the server that are queued or run."""

    name = "running-jobs"
    title = "Running jobs"
    aliases = ("running",)
    searched = False
    nothing = "nothing runs, and nothing is polled while that is so"

    def _shows(self, job: AsyncJobInformation) -> bool:
        return not job.state.is_over


class FinishedJobs(RemoteJobs):
    """The last jobs of the server that are over."""

    name = "finished-jobs"
    title = "Finished jobs"
    aliases = ("finished",)
    searched = False

    def _shows(self, job: AsyncJobInformation) -> bool:
        return job.state.is_over
