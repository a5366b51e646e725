"""What can be done with runs of task graphs: stop, try again, run anew, follow, and submit one that was uploaded."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from pydantic import BaseModel, Field

from tui.resources.actions import ChangePreview, Context, Danger, Outcome, action
from tui.resources.cells import duration_text
from tui.resources.detail import Link
from tui.resources.types import ResourceType, Scope
from tui.services.errors import NotSupported
from tui.services.printable import printable
from tui.systems.tiledb.models.task_models import GraphRun
from tui.systems.tiledb.resources.following import among_the_jobs, follow_graph
from tui.systems.tiledb.resources.offers import is_classic
from tui.systems.tiledb.resources.task_text import graph_picture, picture_legend, state_word

if TYPE_CHECKING:
    from tui.config.profiles import Profile
    from tui.systems.tiledb.service import TileDBService


class SubmitForm(BaseModel):
    """A task graph that was uploaded."""

    graph: str = Field(min_length=1, description="its id, after its name", json_schema_extra={"asks": True})


async def run_of(service: TileDBService, run_id: str, namespace: str | None = None) -> GraphRun:
    """Return a run with its steps. On the classic cloud its namespace is looked for among the runs if it is not given.

    Raises:
        NotFound: there is none of that id.
    """
    return await service.client.tasks.get_graph_run(run_id, await _space(service, run_id, namespace))


async def _space(service: TileDBService, run_id: str, namespace: str | None = None) -> str | None:
    """Return the namespace of a run, None where the configured workspace is meant."""
    if not await is_classic(service):
        return None
    if namespace:
        return namespace
    pages = service.client.tasks.graph_run_pages(page_size=100)
    try:
        async for page in pages:
            for run in page.items:
                if run.uuid == run_id:
                    return run.namespace
    finally:
        await pages.aclose()
    return await service.client.classic.namespace()


class GraphActions(ResourceType["TileDBService", GraphRun]):
    """The actions of the list of runs."""

    @action("P", "picture", danger=Danger.READS)
    async def picture(self, context: Context[TileDBService], item: GraphRun) -> Outcome:
        run = await run_of(context.service, item.uuid, item.namespace)
        text = "\n".join((*graph_picture(run.nodes), "", picture_legend(run.nodes)))
        return Outcome(f"{self.label(run)}, {state_word(run.status)}", result=text)

    @action("w", "follow it among the jobs", danger=Danger.READS)
    async def watch(self, context: Context[TileDBService], item: GraphRun) -> Outcome:
        run = await run_of(context.service, item.uuid, item.namespace)
        return among_the_jobs(context, run, self.label(run), state_word(run.status))

    @watch.why_off
    def why_not_watch(self, profile: Profile, item: GraphRun | None) -> str | None:
        return None if item is None or item.is_running else f"it is over: {state_word(item.status)}"

    @action("", "wait until it is over", danger=Danger.READS, job=True)
    async def follow(self, context: Context[TileDBService], item: GraphRun) -> Outcome:
        space = await _space(context.service, item.uuid, item.namespace)
        run = await follow_graph(context.service, item.uuid, context.progress, space)
        took = "" if run.seconds is None else f" after {duration_text(run.seconds)}"
        return Outcome(f"{self.label(run)} {state_word(run.status)}{took}", result={"status": run.status})

    @action("K", "stop", asks=True, rehearsal="whole")
    async def stop(self, context: Context[TileDBService], item: GraphRun) -> Outcome:
        space = await _space(context.service, item.uuid, item.namespace)
        await context.service.client.tasks.stop(item.uuid, space)
        return Outcome(f"asked {self.label(item)} to stop; steps that are under way may still end")

    @stop.preview
    async def preview_stop(self, context: Context[TileDBService], items: Sequence[GraphRun]) -> ChangePreview:
        over, total = items[0].progress
        lines = (f"{over} of {total} steps are over", "what stopped can be tried again") if total else ()
        return ChangePreview(f"stops {self.label(items[0])} ({items[0].uuid})", lines)

    @stop.why_off
    def why_not_stop(self, profile: Profile, item: GraphRun | None) -> str | None:
        return None if item is None or item.is_running else f"it is over: {state_word(item.status)}"

    @action("e", "try what failed again", rehearsal="whole")
    async def retry(self, context: Context[TileDBService], item: GraphRun) -> Outcome:
        space = await _space(context.service, item.uuid, item.namespace)
        run = await context.service.client.tasks.retry(item.uuid, space)
        context.service.jobs.begun()
        return Outcome(f"tries again what failed in {self.label(item)}", link=_link(run))

    @retry.why_off
    def why_not_retry(self, profile: Profile, item: GraphRun | None) -> str | None:
        if item is None:
            return None
        if item.is_running:
            return "it runs"
        return "nothing of it failed; `B` runs it anew" if state_word(item.status) == "succeeded" else None

    @action("B", "run the whole graph anew", asks=True, rehearsal="whole")
    async def resubmit(self, context: Context[TileDBService], item: GraphRun) -> Outcome:
        space = await _space(context.service, item.uuid, item.namespace)
        run = await context.service.client.tasks.resubmit(item.uuid, space)
        context.service.jobs.begun()
        return Outcome(f"{self.label(item)} runs anew as {run.uuid}", link=_link(run))

    @resubmit.preview
    async def preview_resubmit(self, context: Context[TileDBService], items: Sequence[GraphRun]) -> ChangePreview:
        return ChangePreview(f"runs {self.label(items[0])} anew, all its steps; that costs what it costs")

    @action("n", "run an uploaded graph", on="scope", form=SubmitForm, rehearsal="whole")
    async def submit(self, context: Context[TileDBService], form: SubmitForm) -> Outcome:
        run = await context.service.client.tasks.submit(form.graph.split()[-1])
        context.service.jobs.begun()
        return Outcome(f"{self.label(run)} runs as {run.uuid}", link=_link(run))

    async def choices(self, context: Context[TileDBService], field: str) -> Sequence[str]:
        try:
            graphs = await context.service.client.tasks.graphs()
        except NotSupported:
            return ()
        return [f"{printable(graph.name or '', 60)} {graph.uuid}".strip() for graph in graphs]


def _link(run: GraphRun) -> Link:
    return Link(run.name or run.uuid, "graphs", Scope(), run.uuid)
