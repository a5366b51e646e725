"""Tasks, task graphs and notebook servers, on both platforms: their paths differ, what they speak does not (§9, §10).

A single task cannot be stopped on either; only a run of a task graph can.
"""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, Mapping, Sequence
from datetime import UTC, datetime

from tui.services.errors import NotFound, NotSupported
from tui.services.http.session import route
from tui.systems.tiledb.calls.pages import PAGE, ListPage, Named, named_pages
from tui.systems.tiledb.connection import CallGroup, without_nothing
from tui.systems.tiledb.errors import SYSTEM
from tui.systems.tiledb.generations import Generation
from tui.systems.tiledb.models.task_models import (
    GraphDefinition,
    GraphDefinitions,
    GraphRun,
    NotebookServer,
    Task,
    TaskSidebar,
)
from tui.systems.tiledb.values import Many

WEEK = 7 * 86_400
"""Seconds back from now that are listed where nothing else is asked for, as the servers do."""


class _TaskPage(Named):
    array_tasks: Many[Task]


class _GraphRunPage(Named):
    task_graph_logs: Many[GraphRun]


class TaskCalls(CallGroup):
    """Methods on tasks and task graphs.

    `space` is a workspace on Carrara, by default the configured one. On the classic cloud it is a namespace: None asks
    for all of them where the service can, and is refused where it cannot.
    """

    async def pages(
        self,
        *,
        space: str | None = None,
        teamspace: str | None = None,
        created_by: str | None = None,
        array: str | None = None,
        start: int | None = None,
        end: int | None = None,
        status: str | None = None,
        type: str | None = None,
        search: str | None = None,
        order_by: str | None = None,
        page_size: int = PAGE,
    ) -> AsyncGenerator[ListPage[Task]]:
        """Yield tasks page by page.

        Args:
            space: the workspace or namespace.
            teamspace: only on assets of this one; of Carrara.
            created_by: only those of this user.
            array: only those on this array.
            start: when the first began, in seconds since 1970; by default a week ago.
            end: when the last did; by default now. It is always sent: the published client remembers an old one.
            status: only those in this state, such as `FAILED`.
            type: only those of this type, such as `SQL`.
            search: part of a name.
            order_by: what they are in the order of, such as `start_time`.
            page_size: how many are asked for at a time.
        """
        until = round(time.time()) + 1 if end is None else end
        query = without_nothing(
            teamspace=teamspace,
            created_by=created_by,
            array=array,
            start=until - WEEK if start is None else start,
            end=until,
            status=status,
            type=type,
            search=search,
            orderby=order_by,
        )
        path, first = "/v1/tasks", None
        if await self._is_carrara():
            # These pages count from 0, unlike all others of this platform (contract §3).
            path, first = route("/v1/tasks/{}", await self.link.workspace(space)), 0
        elif space is not None:
            query["namespace"] = space
        async for page in named_pages(
            self.link, path, "list tasks", _TaskPage, lambda found: found.array_tasks, query, page_size, first
        ):
            yield page

    async def get(self, task_id: str, space: str | None = None) -> Task:
        """Return a task with its logs.

        Raises:
            NotFound: there is none of that id.
        """
        if await self._is_carrara():
            path = route("/v1/task/{}/{}", await self.link.workspace(space), task_id)
        else:
            path = route("/v1/task/{}", task_id)
        return await self.link.get(path, "get task", Task)

    async def counts(
        self, space: str | None = None, *, start: int | None = None, end: int | None = None
    ) -> TaskSidebar:
        """Return how many tasks there are by namespace. Times as of `pages`."""
        path = "/v1/tasks/sidebar"
        if await self._is_carrara():
            path = route("/v1/tasks/{}/sidebar", await self.link.workspace(space))
        return await self.link.get(path, "count tasks", TaskSidebar, without_nothing(start=start, end=end))

    async def graph_run_pages(
        self,
        *,
        space: str | None = None,
        created_by: str | None = None,
        status: str | None = None,
        search: str | None = None,
        start: datetime | None = None,
        end: datetime | None = None,
        page_size: int = PAGE,
    ) -> AsyncGenerator[ListPage[GraphRun]]:
        """Yield runs of task graphs page by page; their steps come with `get_graph_run`. Arguments as of `pages`."""
        query: Mapping[str, str | int] = without_nothing(
            created_by=created_by,
            status=status,
            search=search,
            start_time=None if start is None else start.astimezone(UTC).isoformat(),
            end_time=None if end is None else end.astimezone(UTC).isoformat(),
        )
        path = "/v1/taskgraphs/logs"
        if await self._is_carrara():
            path = route("/v1/taskgraphs/{}/logs", await self.link.workspace(space))
        elif space is not None:
            query = {**query, "namespace": space}
        async for page in named_pages(
            self.link, path, "list task graphs", _GraphRunPage, lambda found: found.task_graph_logs, query, page_size
        ):
            yield page

    async def get_graph_run(self, run_id: str, space: str | None = None) -> GraphRun:
        """Return a run of a task graph with its steps. Raises NotFound if there is none of that id."""
        path = route("/v1/taskgraphs/{}/logs/{}", await self._space(space), run_id)
        return await self.link.get(path, "get task graph", GraphRun)

    async def stop(self, run_id: str, space: str | None = None) -> None:
        """Stop a run of a task graph; steps that are under way may still end well."""
        await self.link.do("POST", await self._run(run_id, "stop", space), "stop task graph")

    async def retry(self, run_id: str, space: str | None = None) -> GraphRun:
        """Run the steps that failed once more, and return the run."""
        return await self.link.send("POST", await self._run(run_id, "retry", space), "retry task graph", GraphRun)

    async def resubmit(self, run_id: str, space: str | None = None) -> GraphRun:
        """Run the whole graph anew, and return the new run."""
        return await self.link.send("POST", await self._run(run_id, "resubmit", space), "resubmit task graph", GraphRun)

    async def graphs(self, space: str | None = None) -> Sequence[GraphDefinition]:
        """Return the task graphs that were uploaded.

        Raises:
            NotSupported: this server does not tell.
        """
        path = route("/v1/taskgraphs/{}/graphs", await self._space(space))
        try:
            return (await self.link.get(path, "list graphs", GraphDefinitions)).graphs
        except NotFound as error:
            message = f"this server does not list task graphs: {error.message}"
            raise NotSupported(SYSTEM, "list graphs", message) from error

    async def submit(self, graph_id: str, space: str | None = None) -> GraphRun:
        """Run a task graph that was uploaded, and return the run."""
        path = route("/v1/taskgraphs/{}/graphs/{}/submit", await self._space(space), graph_id)
        return await self.link.send("POST", path, "submit task graph", GraphRun)

    async def notebook_server(self, user: str, space: str | None = None) -> NotebookServer | None:
        """Return a person's notebook server, None if none is running. On the classic cloud it is the namespace's."""
        path = await self._notebook(user, space) + "/status"
        try:
            return await self.link.get(path, "notebook server", NotebookServer)
        except NotFound:
            return None

    async def shut_down_notebook_server(self, user: str, space: str | None = None) -> None:
        """End a person's notebook server; what is not saved in it is lost."""
        await self.link.do("DELETE", await self._notebook(user, space), "shut down notebook server")

    async def _notebook(self, user: str, space: str | None) -> str:
        if await self._is_carrara():
            return route("/v1/notebooks/server/{}/{}", await self.link.workspace(space), user)
        return route("/v1/notebooks/server/{}", space or user)

    async def _run(self, run_id: str, verb: str, space: str | None) -> str:
        return route("/v1/taskgraphs/{}/executions/{}/" + verb, await self._space(space), run_id)

    async def _space(self, space: str | None) -> str:
        return await self.link.workspace(space)

    async def _is_carrara(self) -> bool:
        return (await self.link.detect()).generation is Generation.CARRARA
