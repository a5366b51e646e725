"""What can be asked of one node without changing anything, each question under its name in the client (contract §4)."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from tui.resources.actions import Context, Danger, Outcome, action
from tui.resources.types import ResourceType
from tui.systems.arakoon.models import Node

if TYPE_CHECKING:
    from tui.systems.arakoon.service import ArakoonService

CLIENT_ID = "arraydeck"
"""What `hello` says who we are."""


class NodeQuestions(ResourceType["ArakoonService", Node]):
    """The actions of the list of nodes that only ask."""

    @action("i", "ask what it is at", danger=Danger.READS)
    async def ask(self, context: Context[ArakoonService], item: Node) -> Outcome:
        service, name = context.service, item.name
        client = service.client
        hello, master, possible, state, version, update = await asyncio.gather(
            client.hello(CLIENT_ID, service.settings.cluster_id, name),
            client.who_master(name),
            client.expect_progress_possible(name),
            client.get_current_state(name),
            client.version(name),
            client.get_tx_id(name),
        )
        answers: dict[str, Any] = {
            "hello": hello,
            "who_master": master,
            "expect_progress_possible": possible,
            "get_current_state": state,
            "version": list(version),
            "get_tx_id": update.i,
        }
        return Outcome(f"{name} answered", result=answers, text="\n".join(_lines(answers)))

    @action("", "hello", danger=Danger.READS)
    async def hello(self, context: Context[ArakoonService], item: Node) -> Outcome:
        service = context.service
        said = await service.client.hello(CLIENT_ID, service.settings.cluster_id, item.name)
        return Outcome(f"{item.name} says hello", result=said)

    @action("", "who is the master", danger=Danger.READS)
    async def who_master(self, context: Context[ArakoonService], item: Node) -> Outcome:
        master = await context.service.client.who_master(item.name)
        words = f"{item.name} knows of no master" if master is None else f"{item.name} takes {master} for the master"
        return Outcome(words, result={"node": item.name, "master": master}, text=master or "none")

    @action("", "would an update go through", danger=Danger.READS)
    async def expect_progress_possible(self, context: Context[ArakoonService], item: Node) -> Outcome:
        possible = await context.service.client.expect_progress_possible(item.name)
        return Outcome("an update would go through" if possible else "no quorum", result=possible)

    @action("", "what state is it in", danger=Danger.READS)
    async def current_state(self, context: Context[ArakoonService], item: Node) -> Outcome:
        return Outcome(item.name, result=await context.service.client.get_current_state(item.name))

    @action("", "which version is it", danger=Danger.READS)
    async def version(self, context: Context[ArakoonService], item: Node) -> Outcome:
        major, minor, patch, build = await context.service.client.version(item.name)
        number = f"{major}.{minor}.{patch}"
        result = {"major": major, "minor": minor, "patch": patch, "build": build}
        return Outcome(item.name, result=result, text=f"{number}\n{build.strip()}")

    @action("", "number of the last update", danger=Danger.READS)
    async def tx_id(self, context: Context[ArakoonService], item: Node) -> Outcome:
        return Outcome(item.name, result=(await context.service.client.get_tx_id(item.name)).i)

    @action("", "all counters", danger=Danger.READS)
    async def statistics(self, context: Context[ArakoonService], item: Node) -> Outcome:
        found = await context.service.statistics(item.name)
        return Outcome(f"what {item.name} counted", result=found, text="\n".join(_lines(found)))


def _lines(values: Any, indent: str = "") -> list[str]:
    made: list[str] = []
    for name, value in values.items():
        if isinstance(value, dict):
            made += [f"{indent}{name}", *_lines(value, indent + "  ")]
        else:
            made.append(f"{indent}{name}  {value}")
    return made
