"""Tasks of the last week: queries, SQL and functions that ran on the service, with their logs and timings."""

from __future__ import annotations

from collections.abc import AsyncIterator, Hashable
from contextlib import aclosing
from typing import TYPE_CHECKING

from tui.resources.actions import Context, Danger, Outcome, action
from tui.resources.cells import duration_text
from tui.resources.columns import Column
from tui.resources.detail import Detail, Field, Link, Section
from tui.resources.types import Page, Query, ResourceType, Scope
from tui.systems.tiledb.models.task_models import Task
from tui.systems.tiledb.resources.following import among_the_jobs, follow_task
from tui.systems.tiledb.resources.task_text import cost_text, state_word

if TYPE_CHECKING:
    from tui.config.profiles import Profile
    from tui.systems.tiledb.service import TileDBService

LOG_LINES = 40
"""Lines of a task's log that the details show, the last ones."""


class Tasks(ResourceType["TileDBService", Task]):
    """What ran, the newest first. A single task cannot be stopped, only a run of a task graph."""

    name = "tasks"
    title = "Tasks"
    aliases = ("task",)
    model = Task
    refresh = 5.0
    prefetch = 200
    nothing = "no task ran in the last seven days"
    enters = "logs"
    columns = (
        Column("name", priority=9, value=lambda task: task.name or task.id),
        Column("status", "state", kind="status", priority=9, width=12, value=lambda task: state_word(task.status)),
        Column("type", priority=5),
        Column("start_time", "started", kind="time", priority=7),
        Column("duration", "took", kind="duration", priority=7, value=lambda task: task.seconds),
        Column("username", "by", priority=5),
        Column("target", "on", kind="path", priority=4, value=lambda task: task.target, stretch=True),
        Column("cost", priority=3, value=lambda task: cost_text(task.cost)),
        Column("memory", kind="bytes", priority=1, wide=True),
        Column("id", priority=1, wide=True),
    )

    def key(self, item: Task) -> str:
        return item.id

    def label(self, item: Task) -> str:
        return item.name or item.id

    async def pages(self, service: TileDBService, scope: Scope, query: Query) -> AsyncIterator[Page[Task]]:
        async with aclosing(service.client.tasks.pages(page_size=100)) as pages:
            async for page in pages:
                yield Page(page.items, page.total)

    async def get(self, service: TileDBService, scope: Scope, key: str) -> Task:
        return await service.client.tasks.get(key)

    def identity(self, item: Task) -> Hashable:
        return item.id

    async def describe(self, service: TileDBService, scope: Scope, item: Task) -> Detail:
        task = await service.client.tasks.get(item.id)
        facts = (
            Field("state", state_word(task.status), "status"),
            Field("because", task.status_message, tone="bad" if task.status == "FAILED" else None),
            Field("type", task.type),
            Field("by", task.username),
            Field("on", task.target, "path"),
            Field("description", task.description),
            Field("id", task.id),
        )
        timings = (
            Field("started", task.start_time, "time"),
            Field("finished", task.finish_time, "time"),
            Field("took", task.seconds, "duration"),
            Field("cores", None if task.cpu is None else f"{task.cpu / 1000:g}"),
            Field("memory", task.memory, "bytes"),
            Field("cost", cost_text(task.cost)),
            Field("egress cost", cost_text(task.egress_cost)),
            Field("where", " ".join(filter(None, (task.cloud_provider, task.cloud_region)))),
        )
        sections = [Section("task", _told(facts)), Section("timings", _told(timings))]
        for title, text in (("SQL", task.sql_query), ("code", task.udf_code)):
            if text:
                sections.append(Section(title, tuple(Field("", line) for line in text.splitlines()[:LOG_LINES])))
        lines = (task.logs or "").splitlines()
        shown = tuple(Field("", line) for line in lines[-LOG_LINES:]) or (Field("", "none", tone="muted"),)
        sections.append(Section(f"log, the last {LOG_LINES} lines" if len(lines) > LOG_LINES else "log", shown))
        graph = task.task_graph_uuid
        links = (Link("the task graph's run", "graphs", Scope(), graph),) if graph else ()
        return Detail(task.name or task.id, tuple(sections), task, links)

    @action("L", "log", danger=Danger.READS)
    async def logs(self, context: Context[TileDBService], item: Task) -> Outcome:
        task = await context.service.client.tasks.get(item.id)
        return log_of(self.label(task), task.logs)

    @action("w", "follow it among the jobs", danger=Danger.READS)
    async def watch(self, context: Context[TileDBService], item: Task) -> Outcome:
        task = await context.service.client.tasks.get(item.id)
        return among_the_jobs(context, task, self.label(task), state_word(task.status))

    @watch.why_off
    def why_not_watch(self, profile: Profile, item: Task | None) -> str | None:
        return None if item is None or item.is_running else f"it is over: {state_word(item.status)}"

    @action("", "wait until it is over", danger=Danger.READS, job=True)
    async def follow(self, context: Context[TileDBService], item: Task) -> Outcome:
        task = await follow_task(context.service, item.id, context.progress)
        took = "" if task.seconds is None else f" after {duration_text(task.seconds)}"
        return Outcome(f"{self.label(task)} {state_word(task.status)}{took}", result={"status": task.status})


def log_of(name: str, logs: str | None) -> Outcome:
    """Return a log to be read; there is nothing to show of one that says nothing."""
    if not (logs or "").strip():
        return Outcome(f"{name} has written no log")
    return Outcome(f"the log of {name}", result=logs)


def _told(fields: tuple[Field, ...]) -> tuple[Field, ...]:
    return tuple(field for field in fields if field.value not in (None, ""))
