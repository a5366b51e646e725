"""Tasks and task graphs of the embedded server (contract §9, §10).

What happens to a task is fixed when it is submitted: when it starts, when it ends, and how. What state it is in follows
from what time it is, so it progresses with the clock and nothing runs in the background.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from tui.services.serving.clock import Clock
from tui.services.serving.state_database import StateDatabase
from tui.systems.tiledb.service_side.identities import Identities
from tui.systems.tiledb.service_side.refusal import Refusal, missing

STATUS = "CASE WHEN {now} < starts THEN 'QUEUED' WHEN {now} < ends THEN 'RUNNING' ELSE outcome END"
MOST_MISSED = 5
"""Runs of a schedule that are made up for at once."""
QUEUE_SECONDS = 2.0
"""What a task waits for before it starts."""


@dataclass(frozen=True)
class Node:
    """One step of a graph: what it needs before it (by id), how long it runs, how it ends at its first try.

    At a second try it completes.
    """

    id: str
    name: str
    depends_on: tuple[str, ...] = ()
    seconds: float = 30.0
    outcome: str = "COMPLETED"
    message: str = ""
    location: str = "server"
    kind: str = "GENERIC_UDF"


@dataclass(frozen=True)
class Task:
    """One execution; times in epoch seconds, `cpu` in thousandths, `memory` in bytes; `status` as it was when asked."""

    id: str
    graph: str | None
    node: str | None
    tenant: str
    space: str | None
    name: str
    person: str
    kind: str
    asset: str | None
    cpu: int
    memory: int
    submitted: float
    starts: float
    ends: float
    outcome: str
    message: str
    code: str | None
    status: str


@dataclass(frozen=True)
class Graph:
    """A run of a task graph with its steps; `kind` is `batch` or `realtime`."""

    id: str
    tenant: str
    name: str
    person: str
    kind: str
    submitted: float
    stopped: float | None
    nodes: tuple[Node, ...]


class Tasks:
    """All tasks and graphs of the state. A tenant is a workspace's id, or a namespace of the classic cloud."""

    def __init__(self, database: StateDatabase, clock: Clock, identities: Identities) -> None:
        self._database = database
        self._clock = clock
        self._identities = identities

    def now(self) -> float:
        """Return the time in epoch seconds."""
        return self._clock.now()

    def submit(
        self,
        tenant: str,
        name: str,
        person: str,
        kind: str,
        seconds: float,
        *,
        outcome: str = "COMPLETED",
        message: str = "",
        submitted: float | None = None,
        starts: float | None = None,
        space: str | None = None,
        asset: str | None = None,
        graph: str | None = None,
        node: str | None = None,
        code: str | None = None,
        cpu: int = 2000,
        memory: int = 2 * 2**30,
    ) -> str:
        """Let a task run for so many seconds and end as it shall; return its id."""
        begun = self._clock.now() if submitted is None else submitted
        first = begun + QUEUE_SECONDS if starts is None else starts
        identity = self._identities.uuid()
        self._database.add(
            "task",
            id=identity,
            graph=graph,
            node=node,
            tenant=tenant,
            space=space,
            name=name,
            person=person,
            kind=kind,
            asset=asset,
            cpu=cpu,
            memory=memory,
            submitted=begun,
            starts=first,
            ends=first + seconds,
            outcome=outcome,
            message=message,
            code=code,
        )
        return identity

    def get(self, identity: str, tenant: str | None = None) -> Task:
        """Return a task, of a tenant if one is named.

        Raises:
            Refusal: 404.
        """
        where, values = "id = ?", [identity]
        if tenant is not None:
            where, values = "id = ? AND tenant = ?", [identity, tenant]
        row = self._database.row(f"SELECT *, {self._status()} AS status FROM task WHERE {where}", values)
        if row is None:
            raise missing(f"task {identity}")
        return Task(**row)

    def find(
        self,
        tenants: Sequence[str],
        *,
        start: float,
        end: float,
        limit: int,
        offset: int,
        status: str = "",
        kinds: Sequence[str] = (),
        not_kinds: Sequence[str] = (),
        person: str = "",
        space: str = "",
        asset: str = "",
        search: str = "",
        order: str = "",
    ) -> tuple[list[Task], int]:
        """Return a page of the tasks submitted in a time, the newest first, and how many there are in all."""
        where = f"tenant IN ({_marks(tenants)}) AND submitted BETWEEN ? AND ?"
        values: list[Any] = [*tenants, start, end]
        for column, value in (("person", person), ("space", space), ("asset", asset), (self._status(), status)):
            if value:
                where += f" AND {column} = ?"
                values.append(value)
        if kinds:
            where += f" AND kind IN ({_marks(kinds)})"
            values += kinds
        if not_kinds:
            where += f" AND kind NOT IN ({_marks(not_kinds)})"
            values += not_kinds
        if search:
            where += " AND name LIKE ?"
            values.append(f"%{search}%")
        total = self._database.number(f"SELECT count(*) FROM task WHERE {where}", values)
        rows = self._database.rows(
            f"SELECT *, {self._status()} AS status FROM task WHERE {where}"
            f" ORDER BY {_order(order)}, id LIMIT ? OFFSET ?",
            [*values, limit, offset],
        )
        return [Task(**row) for row in rows], total

    def _status(self) -> str:
        return STATUS.format(now=repr(self._clock.now()))

    # Graphs

    def run(
        self,
        tenant: str,
        name: str,
        person: str,
        nodes: Sequence[Node],
        kind: str = "batch",
        submitted: float | None = None,
    ) -> str:
        """Let a graph run; return its id."""
        begun = self._clock.now() if submitted is None else submitted
        identity = self._identities.uuid()
        with self._database.together():
            self._database.add(
                "graph",
                id=identity,
                tenant=tenant,
                name=name,
                person=person,
                kind=kind,
                submitted=begun,
                nodes=json.dumps([asdict(node) for node in nodes]),
            )
            self._schedule(self.graph(identity), begun, {})
        return identity

    def _schedule(self, graph: Graph, begun: float, done: dict[str, float]) -> None:
        """Submit a task for each step that is not `done` (its end by id) and whose needs are all met."""
        again = bool(self.executions(graph))
        ends = dict(done)
        waiting = [node for node in graph.nodes if node.id not in done]
        for node in _in_order(waiting):
            if not all(need in ends for need in node.depends_on):
                continue
            starts = max([begun + QUEUE_SECONDS, *(ends[need] for need in node.depends_on)])
            outcome = "COMPLETED" if again else node.outcome
            if outcome == "COMPLETED":
                ends[node.id] = starts + node.seconds
            self.submit(
                graph.tenant,
                node.name,
                graph.person,
                node.kind,
                node.seconds,
                outcome=outcome,
                message="" if again else node.message,
                submitted=begun,
                starts=starts,
                graph=graph.id,
                node=node.id,
            )

    def repeat(self, tenant: str, name: str, person: str, nodes: Sequence[Node], every: float) -> None:
        """Let a graph run anew each so many seconds, for the first time when they have passed."""
        text = json.dumps([asdict(node) for node in nodes])
        values = (tenant, name, person, every, self._clock.now() + every, text)
        self._database.run("INSERT OR REPLACE INTO schedule VALUES (?, ?, ?, ?, ?, ?)", values)

    def catch_up(self) -> None:
        """Submit the runs that have come due; of those that were missed for long, only the last few."""
        now = self._clock.now()
        for row in self._database.rows("SELECT * FROM schedule WHERE due <= ?", (now,)):
            every, nodes = row["every"], _nodes(row["nodes"])
            times = int((now - row["due"]) // every) + 1
            with self._database.together():
                for number in range(max(times - MOST_MISSED, 0), times):
                    due = row["due"] + number * every
                    self.run(row["tenant"], row["name"], row["person"], nodes, submitted=due)
                self._database.run(
                    "UPDATE schedule SET due = ? WHERE tenant = ? AND name = ?",
                    (row["due"] + times * every, row["tenant"], row["name"]),
                )

    def graph(self, identity: str, tenant: str | None = None) -> Graph:
        """Return a graph, of a tenant if one is named.

        Raises:
            Refusal: 404.
        """
        row = self._database.row("SELECT * FROM graph WHERE id = ?", (identity,))
        if row is None or tenant not in (None, row["tenant"]):
            raise missing(f"task graph {identity}")
        return _graph(row)

    def graphs(self, tenants: Sequence[str]) -> list[Graph]:
        """Return the graphs of some tenants, the newest first."""
        rows = self._database.rows(
            f"SELECT * FROM graph WHERE tenant IN ({_marks(tenants)}) ORDER BY submitted DESC, rowid DESC", tenants
        )
        return [_graph(row) for row in rows]

    def executions(self, graph: Graph) -> list[Task]:
        """Return what was run for a graph, in the order of submission."""
        rows = self._database.rows(
            f"SELECT *, {self._status()} AS status FROM task WHERE graph = ? ORDER BY submitted, rowid", (graph.id,)
        )
        return [Task(**row) for row in rows]

    def graph_status(self, graph: Graph, executions: Sequence[Task]) -> str:
        """Return how a graph is doing: submitted, running, succeeded, failed or cancelled."""
        if graph.stopped is not None:
            return "cancelled"
        last = {task.node: task.status for task in executions}
        if all(status == "QUEUED" for status in last.values()):
            return "submitted" if last else "succeeded"
        if any(status in ("QUEUED", "RUNNING") for status in last.values()):
            return "running"
        return "succeeded" if all(status == "COMPLETED" for status in last.values()) else "failed"

    def stop(self, graph: Graph, person: str) -> None:
        """End what of a graph still runs or waits.

        Raises:
            Refusal: 409, it has ended.
        """
        if self.graph_status(graph, self.executions(graph)) not in ("submitted", "running"):
            raise Refusal(409, "the task graph does not run")
        now = self._clock.now()
        with self._database.together():
            self._database.run("UPDATE graph SET stopped = ? WHERE id = ?", (now, graph.id))
            self._database.run(
                "UPDATE task SET starts = min(starts, ?), ends = ?, outcome = 'CANCELLED', message = ?"
                " WHERE graph = ? AND ends > ?",
                (now, now, f"stopped by {person}", graph.id, now),
            )

    def retry(self, graph: Graph) -> None:
        """Run again what of a graph has not completed.

        Raises:
            Refusal: 409, it runs, or all has completed.
        """
        executions = self.executions(graph)
        if self.graph_status(graph, executions) not in ("failed", "cancelled"):
            raise Refusal(409, "only a task graph that failed or was stopped is retried")
        done = {str(task.node): task.ends for task in executions if task.status == "COMPLETED"}
        with self._database.together():
            self._database.run("UPDATE graph SET stopped = NULL WHERE id = ?", (graph.id,))
            self._schedule(self.graph(graph.id), self._clock.now(), done)

    def resubmit(self, graph: Graph, person: str) -> str:
        """Run a graph anew from its beginning; return the new run's id."""
        return self.run(graph.tenant, graph.name, person, graph.nodes, graph.kind)


def _in_order(nodes: Sequence[Node]) -> list[Node]:
    """Return nodes so that each comes after those that it needs."""
    left, ordered = list(nodes), list[Node]()
    while left:
        names = {node.id for node in left}
        ready = [node for node in left if names.isdisjoint(node.depends_on)] or left
        ordered += ready
        left = [node for node in left if node not in ready]
    return ordered


def _nodes(text: str) -> tuple[Node, ...]:
    return tuple(Node(**{**node, "depends_on": tuple(node["depends_on"])}) for node in json.loads(text))


def _graph(row: dict[str, Any]) -> Graph:
    return Graph(**{**row, "nodes": _nodes(row["nodes"])})


def _marks(values: Sequence[Any]) -> str:
    return ",".join("?" * len(values))


def _order(given: str) -> str:
    columns = {"start_time": "starts", "name": "name", "status": "status", "submitted": "submitted"}
    name, _, direction = given.strip().lower().partition(" ")
    column = columns.get(name, "submitted")
    return f"{column} {'ASC' if direction.strip() == 'asc' else 'DESC'}"
