"""What TileDB's embedded server does with time and with much: tasks that progress, pages of thousands, trees."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import closing

import pytest

from tests.unit.tiledb.conftest import HTTP
from tui.services.serving.clock import Clock
from tui.systems.tiledb import sample
from tui.systems.tiledb.sample import ingest
from tui.systems.tiledb.server import prepare
from tui.systems.tiledb.service_side.refusal import Refusal
from tui.systems.tiledb.service_side.service import EmbeddedTileDB
from tui.systems.tiledb.service_side.state import State

NOW = 1_790_000_000.0


@pytest.fixture
def state() -> Iterator[State]:
    made = State(clock=Clock(NOW), seed=1)
    with closing(made.database):
        yield made


def statuses(state: State, graph: str) -> tuple[str, dict[str, str]]:
    found = state.tasks.graph(graph)
    tasks = state.tasks.executions(found)
    return state.tasks.graph_status(found, tasks), {task.name: task.status for task in tasks}


def test_a_graph_progresses_with_the_clock(state: State) -> None:
    graph = state.tasks.run("w", "ingest", "p", ingest("a", 10))
    assert statuses(state, graph)[0] == "submitted"
    state.clock.advance(5)
    assert statuses(state, graph) == (
        "running",
        {"fetch": "RUNNING"}
        | dict.fromkeys([*(f"regrid part {n}" for n in range(4)), "join", "statistics", "publish"], "QUEUED"),
    )
    state.clock.advance(10)
    assert statuses(state, graph)[1]["regrid part 3"] == "RUNNING"
    state.clock.advance(100)
    assert set(statuses(state, graph)[1].values()) == {"COMPLETED"}
    assert statuses(state, graph)[0] == "succeeded"
    with pytest.raises(Refusal, match="does not run"):
        state.tasks.stop(state.tasks.graph(graph), "ada")


def test_what_needs_a_failed_step_is_not_run_until_it_is_retried(state: State) -> None:
    graph = state.tasks.run("w", "ingest", "p", ingest("a", 10, failing="join"))
    state.clock.advance(200)
    status, tasks = statuses(state, graph)
    assert status == "failed"
    assert tasks["join"] == "FAILED" and "publish" not in tasks
    state.tasks.retry(state.tasks.graph(graph))
    assert statuses(state, graph)[1]["fetch"] == "COMPLETED"
    state.clock.advance(200)
    assert statuses(state, graph)[0] == "succeeded"
    assert len(state.tasks.executions(state.tasks.graph(graph))) == 9


def test_a_graph_that_is_stopped_runs_no_further(state: State) -> None:
    graph = state.tasks.run("w", "ingest", "p", ingest("a", 10))
    state.clock.advance(15)
    state.tasks.stop(state.tasks.graph(graph), "ada")
    state.clock.advance(500)
    status, tasks = statuses(state, graph)
    assert (status, tasks["fetch"], tasks["join"]) == ("cancelled", "COMPLETED", "CANCELLED")
    again = state.tasks.resubmit(state.tasks.graph(graph), "p")
    assert statuses(state, again)[0] == "submitted"


def test_graphs_come_again_and_not_without_end(state: State) -> None:
    state.tasks.repeat("w", "ingest", "p", ingest("a", 10), every=300)
    state.tasks.catch_up()
    assert state.tasks.graphs(["w"]) == []
    state.clock.advance(700)
    state.tasks.catch_up()
    assert [graph.submitted - NOW for graph in state.tasks.graphs(["w"])] == [600, 300]
    state.clock.advance(30 * 86400)
    state.tasks.catch_up()
    assert len(state.tasks.graphs(["w"])) == 7


def test_thousands_of_assets_and_tasks_in_pages() -> None:
    with EmbeddedTileDB(clock=Clock(NOW), seed=sample.SEED) as server:
        headers = {"X-TILEDB-REST-API-KEY": prepare(server, empty=False, assets=124, tasks=1950)["token"]}
        institute = server.state.workspaces.get("meteo-institute").id
        folders = [
            asset
            for asset in server.state.assets.in_workspace(
                institute, [space.id for space in server.state.teamspaces.all(institute)]
            )
            if asset.type == "folder"
        ]
        assert len(folders) == 40

        def pages(path: str, key: str, first: int, size: int) -> list[str]:
            found: list[str] = []
            for number in itertools.count(first):
                mark = "&" if "?" in path else "?"
                answer = HTTP.get(f"{server.url}{path}{mark}page={number}&per_page={size}", headers=headers).json()
                found += [one["id"] for one in answer[key]]
                if number - first + 1 >= answer["pagination_metadata"]["total_pages"]:
                    assert len(found) == answer["pagination_metadata"]["total_items"]
                    return found
            raise AssertionError

        search = pages("/v4/assets/search/meteo-institute?sort=name", "data", 1, 1000)
        assert len(search) == len(set(search)) == 40 * 124 + 40 + 8
        folder = pages("/v4/assets/list/meteo-institute/climate/projections%2Fssp245", "data", 1, 50)
        assert len(set(folder)) == 124
        tasks = pages("/v1/tasks/meteo-institute", "array_tasks", 0, 500)
        assert len(set(tasks)) == len(tasks) > 1950
        too_many = HTTP.get(f"{server.url}/v4/assets/search/meteo-institute?per_page=100000", headers=headers).json()
        assert len(too_many["data"]) == too_many["pagination_metadata"]["per_page"] == 1000


def test_a_tree_that_is_moved_keeps_its_order(state: State) -> None:
    for path in ("a", "a/b", "a/b/c", "ab", "ab/c"):
        state.assets.add("w", "t", path, "folder", "p")
    state.assets.relocate(state.assets.get("t", "a"), "ab/a")
    paths = sorted(asset.path for asset in state.assets.in_workspace("w", ["t"]))
    assert paths == ["ab", "ab/a", "ab/a/b", "ab/a/b/c", "ab/c"]
    assert state.assets.get("t", "ab/a/b/c").parent == "ab/a/b"
    for source, target in (("ab", "ab/a/x"), ("ab/a", "nowhere/a"), ("ab/a", "ab/c"), ("ab/a", "ab/../x")):
        with pytest.raises(Refusal):
            state.assets.relocate(state.assets.get("t", source), target)
    assert len(state.assets.delete(state.assets.get("t", "ab/a"))) == 3
    assert len(state.assets.in_workspace("w", ["t"])) == 2


def test_the_sample_is_the_same_each_time() -> None:
    def told() -> str:
        state = State(clock=Clock(NOW), seed=sample.SEED)
        with closing(state.database) as database:
            sample.fill(state, assets_per_folder=2, tasks=5)
            tables = ("person", "teamspace", "asset", "task", "graph", "record", "token")
            return str([database.rows(f"SELECT * FROM {table}") for table in tables])

    assert told() == told()


def test_secrets_are_not_foreseeable_once_the_sample_is_made() -> None:
    def token() -> str:
        with EmbeddedTileDB(clock=Clock(NOW), seed=sample.SEED) as server:
            prepare(server, empty=True, assets=0, tasks=0)
            return server.state.people.add_token(server.state.people.everybody()[0], "new")[1]

    assert token() != token()
