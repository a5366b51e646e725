"""Nodes as a list: role, state, last update, lag and load of each, and what an operator asks of one."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import TYPE_CHECKING

from pydantic import BaseModel, Field

from tui.resources.actions import ChangePreview, Context, Danger, Outcome, action
from tui.resources.columns import Column
from tui.resources.detail import Detail, Link, Preview, Section, Table
from tui.resources.detail import Field as Line
from tui.resources.types import Page, Query, Scope
from tui.services.errors import NotFound
from tui.systems.arakoon.counting import counted
from tui.systems.arakoon.models import Node
from tui.systems.arakoon.resources.cluster_actions import ClusterActions
from tui.systems.arakoon.resources.node_questions import NodeQuestions
from tui.systems.arakoon.statistics_history import number

if TYPE_CHECKING:
    from tui.config.profiles import Profile
    from tui.systems.arakoon.service import ArakoonService


class LogsKept(BaseModel):
    """How many transaction logs stay."""

    keep: int = Field(1, ge=1, description="transaction logs that stay as they are, the newest ones")


class Nodes(NodeQuestions, ClusterActions):
    """The nodes of the cluster."""

    name = "nodes"
    title = "Nodes"
    aliases = ("node", "cluster")
    model = Node
    refresh = 2.0
    opens = "statistics"
    columns = (
        Column("name", priority=9),
        Column("role", priority=8, width=7),
        Column("health", kind="status", priority=9, width=10),
        Column("update", kind="count", priority=7),
        Column("lag", kind="count", priority=7),
        Column("operations", "ops/s", kind="number", priority=6, value=lambda node: _tenths(node.operations)),
        Column("latency", "ms", kind="number", priority=4, value=lambda node: _milliseconds(node.latency)),
        Column("memory", kind="bytes", priority=4),
        Column("version", priority=5),
        Column("progress", "quorum", kind="bool", priority=4),
        Column("master", "master", priority=3),
        Column("lease", kind="duration", priority=2),
        Column("state", priority=2),
        Column("address", priority=1),
        Column("problem", priority=8, stretch=True, value=lambda node: _problem(node)),
    )

    async def pages(self, service: ArakoonService, scope: Scope, query: Query) -> AsyncIterator[Page[Node]]:
        nodes = await service.nodes()
        yield Page(tuple(nodes), len(nodes))

    async def describe(self, service: ArakoonService, scope: Scope, item: Node) -> Detail:
        settings = service.settings
        fields = (
            Line("role", item.role),
            Line("health", item.health, "status"),
            Line("problem", item.problem),
            Line("state", item.state),
            Line("takes for master", item.master),
            Line(
                "update possible",
                None if item.progress is None else "yes" if item.progress else "no quorum",
            ),
            Line("last update", item.update, "count"),
            Line("behind", item.lag, "count"),
            Line("operations a second", _tenths(item.operations), "number"),
            Line("answers in, ms", _milliseconds(item.latency), "number"),
            Line("version", item.version),
            Line("address", item.address),
        )
        cluster = (
            Line("cluster", settings.cluster_id),
            Line("nodes", len(settings.nodes), "number"),
            Line("lease", settings.lease, "duration"),
            Line("tls", "yes" if settings.tls is not None else "no"),
        )
        sections = [
            Section("node", tuple(line for line in fields if line.value is not None)),
            Section("cluster", cluster),
        ]
        if item.health != "down":
            sections += await self._counters(service, item)
        if item.build:
            sections.append(Section("build", tuple(Line("", line) for line in item.build.splitlines())))
        links = (Link("its operations", "operations", Scope((item.name,))), Link("keys", "keys", Scope()))
        return Detail(
            item.name, tuple(sections), body=item, links=links, previews=(Preview("statistics", "statistics"),)
        )

    async def _counters(self, service: ArakoonService, item: Node) -> list[Section]:
        found = await service.statistics(item.name)
        seen = found.get("node_is")
        memory = [("allocated", "mem_allocated"), ("most resident", "mem_maxrss")]
        lines = [Line(label, int(size * 1024), "bytes") for label, name in memory if (size := number(found.get(name)))]
        collections = ("mem_minor_collections", "mem_major_collections", "mem_compactions")
        lines += [
            Line(name.removeprefix("mem_").replace("_", " "), int(count), "count")
            for name in collections
            if (count := number(found.get(name))) is not None
        ]
        sections = [Section("memory", tuple(lines))]
        if isinstance(seen, dict) and seen:
            rows = tuple((name, update) for name, update in sorted(seen.items()))
            sections.append(Section("updates that it has seen", table=Table(("node", "update"), rows)))
        return sections

    @action("D", "drop the master's role", danger=Danger.CHANGES, asks=True, rehearsal="whole")
    async def drop_master(self, context: Context[ArakoonService], item: Node) -> Outcome:
        await context.service.client.drop_master(item.name)
        return Outcome(f"{item.name} handed the master's role over")

    @drop_master.preview
    async def preview_drop(self, context: Context[ArakoonService], items: Sequence[Node]) -> ChangePreview:
        lease = context.service.settings.lease
        line = f"updates and consistent reads wait until there is another master, up to {lease * 1.5:.0f} s"
        return ChangePreview(f"{items[0].name} stops being the master", (line,))

    @drop_master.why_off
    def why_not_drop(self, profile: Profile, item: Node | None) -> str | None:
        if item is None or item.role != "master":
            return "it is not the master"
        return None

    @action("F", "flush the store to disk", danger=Danger.CHANGES, rehearsal="whole")
    async def flush_store(self, context: Context[ArakoonService], item: Node) -> Outcome:
        await context.service.client.flush_store(item.name)
        return Outcome(f"{item.name} wrote to disk what it held back")

    @action("K", "collapse transaction logs", danger=Danger.CHANGES, form=LogsKept, job=True, rehearsal="whole")
    async def collapse(self, context: Context[ArakoonService], item: Node, form: LogsKept) -> Outcome:
        told = 0

        def tell(done: int, total: int) -> None:
            nonlocal told
            if told == 0:
                context.progress.expect(total, "logs")
            context.progress.add(done - told)
            told = done

        found = await context.service.client.collapse_tlogs(form.keep, item.name, tell)
        return Outcome(f"{item.name} collapsed {counted(len(found), 'transaction log')}")

    @action("O", "optimise the database", danger=Danger.CHANGES, job=True, rehearsal="whole")
    async def optimize(self, context: Context[ArakoonService], item: Node) -> Outcome:
        await context.service.client.optimize_db(item.name)
        return Outcome(f"{item.name} rewrote its database")

    @optimize.why_off
    def why_not_optimize(self, profile: Profile, item: Node | None) -> str | None:
        return _only_slaves(item)

    @action("Z", "defragment the database", danger=Danger.CHANGES, job=True, rehearsal="whole")
    async def defrag(self, context: Context[ArakoonService], item: Node) -> Outcome:
        await context.service.client.defrag_db(item.name)
        return Outcome(f"{item.name} defragmented its database")

    @defrag.why_off
    def why_not_defrag(self, profile: Profile, item: Node | None) -> str | None:
        return _only_slaves(item)

    @action("H", "copy the database to head", danger=Danger.CHANGES, form=LogsKept, job=True, rehearsal="whole")
    async def copy_to_head(self, context: Context[ArakoonService], item: Node, form: LogsKept) -> Outcome:
        await context.service.client.copy_db_to_head(item.name, form.keep)
        return Outcome(f"{item.name} made its database its head")

    @copy_to_head.why_off
    def why_not_copy(self, profile: Profile, item: Node | None) -> str | None:
        return _only_slaves(item)

    @action("N", "send a nop through all nodes", danger=Danger.CHANGES, on="scope", rehearsal="whole")
    async def nop(self, context: Context[ArakoonService]) -> Outcome:
        await context.service.client.nop()
        return Outcome("a nop went through: dirty reads now show what was written before it")

    async def get(self, service: ArakoonService, scope: Scope, key: str) -> Node:
        for node in await service.nodes():
            if node.name == key:
                return node
        raise NotFound("arakoon", "get", f"there is no node {key!r}", f"there are {', '.join(service.client.nodes)}")


def _problem(node: Node) -> str | None:
    """Return what is wrong with a node, without its name, which is in the row already."""
    return None if node.problem is None else node.problem.removeprefix(f"the node {node.name} ")


def _milliseconds(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds * 1000, 1)


def _tenths(rate: float | None) -> float | None:
    return None if rate is None else round(rate, 1)


def _only_slaves(item: Node | None) -> str | None:
    return "the master refuses this; choose a slave" if item is not None and item.role == "master" else None
