"""Tasks and task graphs, which both platforms speak of alike (contract §9, §10).

Costs are in US dollars, `duration` in nanoseconds, `cpu` in thousandths of a core, `memory` in bytes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Annotated

from pydantic import BeforeValidator, Field

from tui.services.http.moment import Moment
from tui.services.http.values import Value
from tui.systems.tiledb.values import Foreign, Many, Whole, without_keys

RUNNING = frozenset({"QUEUED", "RUNNING"})
"""States of a task that may still change. UNKNOWN ones are looked at again by hand."""
GRAPH_RUNNING = frozenset({"submitted", "running", "idle"})
"""States of a task graph that may still change."""


def _clean(value: object) -> object:
    return without_keys(value) if isinstance(value, str) else value


Log = Annotated[str | None, BeforeValidator(_clean)]
"""Text that a task wrote, with keys of this system in it hidden."""


class TaskAsset(Value):
    """What a task worked on, where the current platform tells."""

    id: str = ""
    name: str = ""
    path: str = ""
    teamspace_name: str = ""
    workspace_name: str = ""


class Task(Value):
    """One run on the service: a query, SQL, or a function. `type` says which; `username` who started it."""

    id: str
    name: str | None = None
    username: str | None = None
    description: str | None = None
    namespace: str | None = None
    status: str = "UNKNOWN"
    status_message: Log = None
    type: str = ""
    query_type: str | None = None
    start_time: Moment | None = None
    finish_time: Moment | None = None
    duration: Whole | None = None
    cpu: Whole | None = None
    memory: Whole | None = None
    cost: float | None = None
    egress_cost: float | None = None
    access_cost: float | None = None
    logs: Log = None
    sql_query: str | None = None
    udf_code: str | None = None
    udf_language: str | None = None
    result_format: str | None = None
    task_graph_uuid: str | None = None
    client_node_uuid: str | None = None
    cloud_provider: str | None = None
    cloud_region: str | None = None
    array_metadata: Foreign = Field(default_factory=dict)
    activity: Many[Foreign] = Field(default_factory=list)
    asset: TaskAsset | None = None

    @property
    def is_running(self) -> bool:
        """Whether it may still change."""
        return self.status in RUNNING

    @property
    def seconds(self) -> float | None:
        """How long it took or has taken, as the service tells it; None if it does not, or while it waits."""
        if self.status == "QUEUED":
            return None
        if self.duration is not None:
            return self.duration / 1e9
        if self.start_time is None or self.finish_time is None:
            return None
        return (self.finish_time - self.start_time).total_seconds()

    @property
    def target(self) -> str:
        """The name of what it worked on, "" if there is none."""
        if self.asset is not None:
            return self.asset.path or self.asset.name
        found = self.array_metadata.get("name")
        return found if isinstance(found, str) else ""


class TaskSidebar(Value):
    """How many tasks there are by namespace."""

    organizations: Many[str] = Field(default_factory=list)
    result_count_for_all: Whole = 0
    result_count_by_namespace: Foreign = Field(default_factory=dict)


class GraphNode(Value):
    """A step of a task graph's run. `depends_on` are the ids of steps that come first; `executions` its tries."""

    client_node_uuid: str = ""
    name: str | None = None
    depends_on: Many[str] = Field(default_factory=list)
    run_location: str | None = None
    status: str | None = None
    status_message: Log = None
    executions: Many[Task] = Field(default_factory=list)

    @property
    def seconds(self) -> float | None:
        """How long its tries took together, None if none of them tells."""
        known = [run.seconds for run in self.executions if run.seconds is not None]
        return sum(known) if known else None


class GraphRun(Value):
    """A run of a task graph: its log. `uuid` is what it is stopped and tried again by."""

    uuid: str
    name: str | None = None
    namespace: str | None = None
    workspace: str | None = None
    created_by: str | None = None
    created_at: Moment | None = None
    start_time: Moment | None = None
    end_time: Moment | None = None
    status: str | None = None
    status_message: Log = None
    total_cost: float | None = None
    access_cost: float | None = None
    egress_cost: float | None = None
    execution_time: str | float | None = None
    status_count: dict[str, Whole] | None = None
    nodes: Many[GraphNode] = Field(default_factory=list)
    task_graph_type: str | None = None
    task_graph_id: str | None = None
    root_task_graph_uuid: str | None = None
    children_task_graph_uuids: Many[str] = Field(default_factory=list)
    cloud_provider: str | None = None
    cloud_region: str | None = None

    @property
    def is_running(self) -> bool:
        """Whether it may still change."""
        return self.status in GRAPH_RUNNING

    @property
    def seconds(self) -> float | None:
        """How long it took, None while it runs or if it is not told."""
        if self.start_time is None or self.end_time is None:
            return None
        return (self.end_time - self.start_time).total_seconds()

    @property
    def progress(self) -> tuple[int, int]:
        """How many steps are over, and how many there are."""
        if self.nodes:
            over = sum(node.status is not None and node.status not in RUNNING for node in self.nodes)
            return over, len(self.nodes)
        counts = self.status_count or {}
        return sum(count for state, count in counts.items() if state.upper() not in RUNNING), sum(counts.values())


def layers(nodes: Sequence[GraphNode]) -> list[list[GraphNode]]:
    """Return a run's steps in layers, each after all that it depends on: the picture of the graph, from the left.

    Steps that depend on themselves, by a server's mistake, come last; unknown dependencies do not count.
    """
    known = {node.client_node_uuid for node in nodes}
    missing = {node.client_node_uuid: len({other for other in node.depends_on if other in known}) for node in nodes}
    after: dict[str, list[str]] = defaultdict(list)
    for node in {node.client_node_uuid: node for node in nodes}.values():
        for other in set(node.depends_on) & known:
            after[other].append(node.client_node_uuid)
    level: dict[str, int] = {}
    ready = [name for name, count in missing.items() if count == 0]
    for number in range(len(nodes)):
        level |= dict.fromkeys(ready, number)
        following: list[str] = []
        for name in ready:
            for next_one in after[name]:
                missing[next_one] -= 1
                if missing[next_one] == 0:
                    following.append(next_one)
        ready = following
        if not ready:
            break
    last = max(level.values(), default=-1) + 1
    found: dict[int, list[GraphNode]] = defaultdict(list)
    for node in nodes:
        found[level.get(node.client_node_uuid, last)].append(node)
    return [found[number] for number in sorted(found)]


class GraphDefinition(Value):
    """A task graph that was uploaded and may be submitted."""

    uuid: str
    name: str | None = None
    namespace: str | None = None
    created_by: str | None = None
    created_at: Moment | None = None
    nodes: Many[Foreign] = Field(default_factory=list)
    parallelism: Whole | None = None
    task_graph_type: str | None = None


class GraphDefinitions(Value):
    """The task graphs that were uploaded."""

    graphs: Many[GraphDefinition] = Field(default_factory=list)


class NotebookServer(Value):
    """A person's notebook server: what it uses, and may use. `uptime` is in seconds, memory and storage in bytes."""

    namespace: str | None = None
    uptime: Whole | None = None
    cpu_usage: Whole | None = None
    gpu_usage: Whole | None = None
    memory_usage: Whole | None = None
    memory_limit: Whole | None = None
    storage_usage: Whole | None = None
    storage_limit: Whole | None = None
    cpu_count: Whole | None = None
    gpu_limit: Whole | None = None
    cost: float | None = None
    pod_status: str | None = None


class ArrayEvent(Value):
    """Something that was done to an array (contract §10)."""

    id: str | None = None
    event_at: Moment | None = None
    action: str = ""
    username: str | None = None
    bytes_sent: Whole | None = None
    bytes_received: Whole | None = None
    array_task_id: str | None = None
    query_ranges: str | None = None
    query_stats: str | None = None
