"""States of tasks and task graphs as words with a tone, costs, and the picture of a graph."""

from __future__ import annotations

from collections.abc import Sequence

from tui.resources.cells import duration_text, sign_of, tone_of
from tui.services.printable import printable
from tui.systems.tiledb.models.task_models import GraphNode, layers

_WORDS = {
    "completed": "succeeded",
    "submitted": "queued",
    "idle": "pending",
    "waiting": "pending",
    "abandoned": "cancelled",
    "unknown": "unknown",
    "": "pending",
}
NAME = 20
"""Cells of a step's name in the picture."""
MOST = 60
"""Steps that the picture shows of a layer."""
RUNNING = "◆"
"""The picture's sign of a step that runs: of one that succeeded only the word would differ, and it has no words."""


def state_word(state: str | None) -> str:
    """Return a state as this program says it, so that its colour and its sign are those of every list."""
    word = (state or "").lower()
    return _WORDS.get(word, word)


def cost_text(cost: float | None) -> str:
    """Return a cost in US dollars, "" if it is not told."""
    return "" if cost is None else f"${cost:,.4f}".rstrip("0").rstrip(".") if cost else "$0"


def few_text(names: Sequence[str], most: int = 2) -> str:
    """Return the first names and how many more there are."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


def graph_picture(nodes: Sequence[GraphNode], *, times: bool = True) -> list[str]:
    """Return a run's steps as lines of text: layers from the left, each to the right of all that it waits for.

    The lines between two layers are those of the dependencies where each step waits for the whole layer before it or
    for one step of it; the list of steps says exactly what each waits for. With
    `times` each says how long it took.
    """
    columns = [[_step(node, times=times) for node in layer[:MOST]] for layer in layers(nodes)]
    if not columns:
        return ["no steps are known"]
    height = max(map(len, columns))
    lines = [""] * height
    for number, column in enumerate(columns):
        width = max(map(len, column))
        last = number == len(columns) - 1
        following = 0 if last else len(columns[number + 1])
        for row in range(height):
            text = column[row] if row < len(column) else ""
            joint = "" if last else _joint(row, len(column), following)
            filler = " " if not joint.strip() or row >= len(column) else "─"
            lines[row] += text.ljust(width, " ") if last else f"{text} ".ljust(width + 1, filler) + joint
    return [line.rstrip() for line in lines]


def _joint(row: int, before: int, after: int) -> str:
    """Return what stands between two layers on one line: it joins `before` steps to `after` steps."""
    count = max(before, after)
    if row >= count:
        return "   "
    if count == 1:
        return "─▶ "
    corners = "┬" if row == 0 else "┴" if row == count - 1 else "┼"
    if row >= before:
        corners = "└" if row == count - 1 else "├"
    elif row >= after:
        corners = "┘" if row == count - 1 else "┤"
    elif row == count - 1:
        corners = "┴"
    return f"{corners}▶ " if row < after else f"{corners}  "


def picture_legend(nodes: Sequence[GraphNode]) -> str:
    """Return what the signs of a picture mean, those that are in it."""
    words = dict.fromkeys(state_word(node.status) for node in nodes)
    return "   ".join(f"{_sign(word)} {word}" for word in words)


def _sign(word: str) -> str:
    tone = tone_of(word)
    return RUNNING if word == "running" else sign_of(tone) if tone is not None else "○"


def _step(node: GraphNode, *, times: bool) -> str:
    sign = _sign(state_word(node.status))
    name = printable(node.name or node.client_node_uuid, NAME)
    took = "" if node.seconds is None or not times else f" {duration_text(node.seconds)}"
    return f"{sign} {name}{took}"
