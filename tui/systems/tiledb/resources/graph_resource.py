"""Runs of task graphs with a picture of each, and the steps of a run as a list below it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Hashable
from contextlib import aclosing
from typing import TYPE_CHECKING

from tui.resources.actions import Context, Danger, Outcome, action
from tui.resources.cells import duration_text
from tui.resources.columns import Column
from tui.resources.detail import Detail, Field, Link, Section, Table
from tui.resources.types import Page, Query, ResourceType, Scope
from tui.services.errors import NotFound
from tui.services.printable import printable
from tui.systems.tiledb.errors import SYSTEM
from tui.systems.tiledb.models.task_models import GraphNode, GraphRun
from tui.systems.tiledb.resources.graph_actions import GraphActions, run_of
from tui.systems.tiledb.resources.graph_steps import GraphStep, steps_of
from tui.systems.tiledb.resources.task_resource import log_of
from tui.systems.tiledb.resources.task_text import cost_text, few_text, graph_picture, state_word

if TYPE_CHECKING:
    from tui.systems.tiledb.service import TileDBService


def _progress(run: GraphRun) -> str:
    over, total = run.progress
    return f"{over}/{total}" if total else ""


class Graphs(GraphActions):
    """Runs of task graphs, the newest first."""

    name = "graphs"
    title = "Task graphs"
    aliases = ("graph", "taskgraphs")
    model = GraphRun
    refresh = 5.0
    prefetch = 200
    nothing = "no task graph ran"
    columns = (
        Column("name", priority=9, value=lambda run: run.name or run.uuid),
        Column("status", "state", kind="status", priority=9, width=12, value=lambda run: state_word(run.status)),
        Column("progress", "steps", priority=8, value=_progress),
        Column("start_time", "started", kind="time", priority=7, value=lambda run: run.start_time or run.created_at),
        Column("took", kind="duration", priority=7, value=lambda run: run.seconds),
        Column("created_by", "by", priority=5),
        Column("total_cost", "cost", priority=3, value=lambda run: cost_text(run.total_cost)),
        Column("status_message", "because", priority=4, stretch=True),
        Column("uuid", "id", priority=1, wide=True),
    )

    def key(self, item: GraphRun) -> str:
        return item.uuid

    def label(self, item: GraphRun) -> str:
        return item.name or item.uuid

    def identity(self, item: GraphRun) -> Hashable:
        return item.uuid

    async def pages(self, service: TileDBService, scope: Scope, query: Query) -> AsyncIterator[Page[GraphRun]]:
        async with aclosing(service.client.tasks.graph_run_pages(page_size=100)) as pages:
            async for page in pages:
                yield Page(page.items, page.total)

    async def get(self, service: TileDBService, scope: Scope, key: str) -> GraphRun:
        return await run_of(service, key)

    async def describe(self, service: TileDBService, scope: Scope, item: GraphRun) -> Detail:
        run = await run_of(service, item.uuid, item.namespace)
        facts = (
            Field("state", state_word(run.status), "status"),
            Field("because", run.status_message, tone="bad" if run.status == "failed" else None),
            Field("steps", _progress(run)),
            Field("by", run.created_by),
            Field("submitted", run.created_at, "time"),
            Field("started", run.start_time, "time"),
            Field("ended", run.end_time, "time"),
            Field("took", run.seconds, "duration"),
            Field("cost", cost_text(run.total_cost)),
            Field("in", run.namespace or run.workspace),
            Field("id", run.uuid),
        )
        told = tuple(field for field in facts if field.value not in (None, ""))
        rows = tuple(
            (step.name, step.state, "" if step.seconds is None else duration_text(step.seconds), few_text(step.after))
            for step in steps_of(run)
        )
        sections = (
            Section("task graph", told),
            # As a table, whose lines are not broken where the pane is narrow.
            Section(
                "picture",
                table=Table(
                    ("each right of all that it waits for; P: the whole",),
                    tuple((line,) for line in graph_picture(run.nodes, times=False)),
                ),
            ),
            Section("steps", table=Table(("step", "state", "took", "after"), rows)),
        )
        links = (Link("steps, with their logs", "steps", Scope((run.uuid,))),)
        return Detail(run.name or run.uuid, sections, run, links)


class Steps(ResourceType["TileDBService", GraphStep]):
    """The steps of a run, each after all that it waits for."""

    name = "steps"
    title = "Steps"
    aliases = ("step", "nodes")
    parent = Graphs
    model = GraphStep
    refresh = 3.0
    nothing = "the run has no steps"
    enters = "logs"
    columns = (
        Column("layer", kind="number", priority=6),
        Column("name", priority=9),
        Column("state", kind="status", priority=9, width=12),
        Column("seconds", "took", kind="duration", priority=8),
        Column("after", priority=7, stretch=True, value=lambda step: ", ".join(step.after)),
        Column("tries", kind="count", priority=4),
        Column("where", priority=2),
        Column("message", "because", priority=5, stretch=True),
    )

    def key(self, item: GraphStep) -> str:
        return item.id

    def label(self, item: GraphStep) -> str:
        return item.name

    async def pages(self, service: TileDBService, scope: Scope, query: Query) -> AsyncIterator[Page[GraphStep]]:
        found = steps_of(await run_of(service, scope.parent))
        yield Page(found, len(found))

    async def describe(self, service: TileDBService, scope: Scope, item: GraphStep) -> Detail:
        node = await _node(service, scope, item)
        facts = (
            Field("state", item.state, "status"),
            Field("because", item.message, tone="bad" if item.state == "failed" else None),
            Field("after", ", ".join(item.after) or "nothing: it comes first"),
            Field("took", item.seconds, "duration"),
            Field("tries", item.tries, "count"),
        )
        sections = [Section("step", tuple(field for field in facts if field.value not in (None, "")))]
        links: list[Link] = []
        for number, each in enumerate(node.executions, 1):
            lines = (each.logs or "").splitlines()[-20:]
            fields = (
                Field("state", state_word(each.status), "status"),
                Field("started", each.start_time, "time"),
                Field("took", each.seconds, "duration"),
                *(Field("log" if first == 0 else "", line) for first, line in enumerate(lines)),
            )
            sections.append(Section(f"try {number}", fields))
            links.append(Link(f"try {number} as a task", "tasks", Scope(), each.id))
        return Detail(item.name, tuple(sections), node, tuple(links))

    @action("L", "log", danger=Danger.READS)
    async def logs(self, context: Context[TileDBService], item: GraphStep) -> Outcome:
        node = await _node(context.service, context.scope, item)
        if not node.executions:
            return Outcome(f"{item.name} has not begun, and has no log")
        last = node.executions[-1]
        logs = last.logs
        if not logs:
            # The run tells of its steps without what they wrote; each try is a task, which does.
            logs = (await context.service.client.tasks.get(last.id)).logs
        return log_of(item.name, logs)


async def _node(service: TileDBService, scope: Scope, item: GraphStep) -> GraphNode:
    run = await run_of(service, scope.parent)
    node = next((node for node in run.nodes if node.client_node_uuid == item.id), None)
    if node is None:
        raise NotFound(SYSTEM, "get step", f"the run has no step {printable(item.id, 60)!r} any more")
    return node
