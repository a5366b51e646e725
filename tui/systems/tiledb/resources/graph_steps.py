"""The steps of a task graph's run as rows: in layers, with the names of what each waits for."""

from __future__ import annotations

from tui.systems.tiledb.models.common_models import Row
from tui.systems.tiledb.models.task_models import GraphRun, layers
from tui.systems.tiledb.resources.task_text import state_word


class GraphStep(Row):
    """A step. `layer` counts from 1; `after` are the names of those it waits for; `seconds` all its tries together."""

    id: str
    name: str
    layer: int
    state: str
    seconds: float | None = None
    after: tuple[str, ...] = ()
    tries: int = 0
    where: str = ""
    message: str = ""


def steps_of(run: GraphRun) -> tuple[GraphStep, ...]:
    """Return a run's steps, layer by layer."""
    names = {node.client_node_uuid: node.name or node.client_node_uuid for node in run.nodes}
    return tuple(
        GraphStep(
            id=node.client_node_uuid,
            name=names[node.client_node_uuid],
            layer=number,
            state=state_word(node.status),
            seconds=node.seconds,
            after=tuple(names.get(other, other) for other in node.depends_on),
            tries=len(node.executions),
            where=node.run_location or "",
            message=node.status_message or "",
        )
        for number, layer in enumerate(layers(run.nodes), 1)
        for node in layer
    )
