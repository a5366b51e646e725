"""The real clients and ours on the same embedded server: the same results, the same refusals."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable
from datetime import datetime
from typing import Any

import pytest
from pydantic import BaseModel, SecretStr

from tests.conformance.tiledb_server import NOW, RealTileDB
from tui.services.errors import AlreadyExists, Conflict, InvalidInput, NotFound, PermissionDenied, ServiceError
from tui.systems.tiledb.calls.pages import all_items
from tui.systems.tiledb.client import AsyncClient
from tui.systems.tiledb.generations import Generation
from tui.systems.tiledb.options import ServiceOptions
from tui.systems.tiledb.sample import READER, USERNAME

pytestmark = pytest.mark.conformance

STATUS: dict[int, tuple[type[ServiceError], ...]] = {
    400: (InvalidInput,),
    403: (PermissionDenied,),
    404: (NotFound,),
    409: (AlreadyExists, Conflict),
}
END = int(NOW) + 10
RADAR = {"teamspace": "radar"}
TIME = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+(Z|\+00:00)")


def options(real: RealTileDB) -> ServiceOptions:
    token, workspace = SecretStr(real.credentials["token"]), real.credentials["workspace"]
    return ServiceOptions(real.server.url, token, workspace=workspace, backoff=0.001)


@pytest.fixture
async def ours(carrara: RealTileDB) -> AsyncIterator[AsyncClient]:
    async with AsyncClient(options=options(carrara)) as client:
        yield client


@pytest.fixture
async def our_classic(classic: RealTileDB) -> AsyncIterator[AsyncClient]:
    async with AsyncClient(options=options(classic)) as client:
        yield client


def same(mine: Any, theirs: Any, where: str = "") -> None:
    """Compare what both made of an answer: every field that both know and that ours does not hide."""
    if isinstance(mine, BaseModel):
        mine = mine.model_dump(by_alias=True, exclude_none=True, mode="json")
    if isinstance(mine, dict) and isinstance(theirs, dict):
        theirs = {_plain(name): value for name, value in theirs.items()}
        mine = {_plain(name): value for name, value in mine.items()}
        both = [name for name in mine if name in theirs and theirs[name] is not None]
        assert both or not mine, where
        for name in both:
            same(mine[name], theirs[name], f"{where}.{name}")
    elif isinstance(mine, list | tuple) and isinstance(theirs, list):
        assert len(mine) == len(theirs), where
        for number, (one, other) in enumerate(zip(mine, theirs, strict=True)):
            same(one, other, f"{where}[{number}]")
    elif isinstance(mine, str) and isinstance(theirs, str) and TIME.fullmatch(mine):
        assert datetime.fromisoformat(mine) == datetime.fromisoformat(theirs), where
    elif mine != "[hidden]":
        assert mine == theirs, where


def _plain(name: str) -> str:
    """Return a name so that `fileInfo`, `file_info` and `_self`, `self` are one."""
    return name.strip("_").replace("_", "").lower()


async def test_the_same_of_everything_on_the_current_platform(carrara: RealTileDB, ours: AsyncClient) -> None:
    assert (await ours.detect()).generation is Generation.CARRARA
    user, workspaces = await ours.get_self_user()
    same([user, list(workspaces)], carrara.call("client.get_self_user"))
    theirs = carrara.call("workspaces.get_workspace")
    # Theirs has the whole user here, ours the name.
    same(await ours.get_workspace(), theirs | {"created_by": theirs["created_by"]["username"]})
    same(await all_items(ours.members.pages(page_size=5)), carrara.call("workspaces.list_workspace_members"))
    same(await ours.teamspaces.list(), carrara.call("teamspaces.list_teamspaces"))
    team = carrara.call("teamspaces.list_teamspace_members", "radar")
    same(await all_items(ours.teamspaces.member_pages("radar")), team)
    for path in ("", "sites", "sites/north"):
        theirs = carrara.call("assets.list_assets", path, teamspace="radar")
        same(await all_items(ours.assets.pages("radar", path, page_size=2)), theirs)
    array = "sites/north/velocity_2026-02"
    same(await ours.assets.get("radar", array), carrara.call("assets.get_asset", array, teamspace="radar"))
    found = await all_items(ours.assets.search_pages("README"))
    assert {one.id for one in found} == {one["id"] for one in carrara.call("assets.search_assets", query="README")}
    same(await ours.assets.get_folder("radar", "sites"), carrara.call("folders.get_folder", "sites", teamspace="radar"))
    same(await all_items(ours.storage.credential_pages()), carrara.call("credentials.list_credentials"))
    same(await all_items(ours.storage.setting_pages()), carrara.call("storagesettings.list_storage_settings"))
    for kind in ("api", "session"):
        mine = await all_items(ours.tokens.pages(kind))
        assert [one.token_id for one in mine] == [one["token_id"] for one in carrara.call("tokens.list_tokens", kind)]
    same(await ours.accounts.get_versions(), carrara.api("VersionsApi", "get_versions")["data"])


async def test_the_same_tasks_and_graphs(carrara: RealTileDB, ours: AsyncClient) -> None:
    carrara.state.clock.advance(5)
    mine = await all_items(ours.tasks.pages(end=END, page_size=4))
    same(mine, carrara.call("tasks.fetch_tasks", end={"time": END}, per_page=7))
    same(await ours.tasks.get(mine[0].id), carrara.call("tasks.task", mine[0].id))
    runs = await all_items(ours.tasks.graph_run_pages())
    theirs = carrara.api("TaskGraphLogsApi", "list_task_graph_logs", carrara.workspace)["task_graph_logs"]
    same(runs, theirs)
    one = carrara.api("TaskGraphLogsApi", "get_task_graph_log", carrara.workspace, runs[0].uuid)
    same(await ours.tasks.get_graph_run(runs[0].uuid), one)


async def test_the_same_of_everything_on_the_classic_cloud(classic: RealTileDB, our_classic: AsyncClient) -> None:
    ours = our_classic
    assert (await ours.detect()).generation is Generation.CLASSIC
    same(await ours.classic.get_user(), classic.call("user_profile"))
    same(await ours.classic.organizations(), classic.call("organizations"))
    for whose, name in (("owned", "list_arrays"), ("shared", "list_shared_arrays"), ("public", "list_public_arrays")):
        mine = await all_items(ours.classic_data.array_pages(whose, page_size=50))  # type: ignore[arg-type]
        same(mine, classic.call(name, per_page=1000)["arrays"])
    uri, names = "tiledb://meteo-institute/radar-velocity-2024", ("meteo-institute", "radar-velocity-2024")
    same(await ours.classic_data.array(*names), classic.call("array.info", uri))
    same(await ours.classic_data.array_activity(*names), classic.call("array.array_activity", uri))
    same(await ours.classic_data.array_shares(*names), classic.call("array.list_shared_with", uri))
    group = classic.call("groups.info", "tiledb://meteo-institute/radar")
    same(await ours.classic_data.group("meteo-institute", "radar"), group)
    same(await all_items(ours.classic_data.group_pages()), classic.call("list_groups", per_page=100)["groups"])
    entries = classic.call("groups.contents", "tiledb://meteo-institute/radar", per_page=100)["entries"]
    members = await all_items(ours.classic_data.group_content_pages("meteo-institute", "radar"))
    # The published client leaves out what is of another namespace.
    own = [one for one in members if "meteo-institute" in [held.namespace for held in (one.group, one.array) if held]]
    same(own, entries)
    assert {one.array.namespace for one in members if one not in own and one.array} == {"ada.vogel"}
    same(await ours.classic.tokens(), classic.api("UserApi", "tokens_get"))
    same(await all_items(ours.classic.invitation_pages()), classic.call("invites.fetch_invitations")["invitations"])
    mine = await all_items(ours.tasks.pages(end=END, page_size=5))
    same(mine, classic.call("tasks.fetch_tasks", end={"time": END}, per_page=500)["array_tasks"])


ME = "who is logged in"
NOBODY = "00000000-0000-0000-0000-000000000000"
Refusal = tuple[str, Callable[..., Any], str, tuple[str, ...], dict[str, str]]
REFUSALS: tuple[Refusal, ...] = (
    ("no such workspace", AsyncClient.get_workspace, "workspaces.get_workspace", ("nowhere",), {}),
    ("no such teamspace", lambda one, *given: one.teamspaces.get(*given), "teamspaces.get_teamspace", ("x",), {}),
    ("another's space", lambda one, *given: one.teamspaces.get(*given), "teamspaces.get_teamspace", (READER,), {}),
    ("a taken name", lambda one, *given: one.teamspaces.create(*given), "teamspaces.create_teamspace", ("radar",), {}),
    ("no such asset", lambda one, *given: one.assets.get("radar", *given), "assets.get_asset", ("x",), RADAR),
    (
        "a rename over another",
        lambda one, *given: one.assets.rename("radar", *given),
        "assets.rename_asset",
        ("sites", "nowcasts"),
        RADAR,
    ),
    ("no such token", lambda one, *given: one.tokens.revoke(*given), "tokens.revoke_token", ("tok_x",), {}),
    ("no such member", lambda one: one.members.get("usr_x"), "workspaces.get_workspace_user", (), {"user": "usr_x"}),
    (
        "the last owner",
        lambda one, *given: one.members.set_role(*given),
        "workspaces.update_workspace_member_role",
        (ME, "member"),
        {},
    ),
    ("no such task", lambda one, *given: one.tasks.get(*given), "tasks.task", (NOBODY,), {}),
)


@pytest.mark.parametrize(("case", "act", "function", "given", "keywords"), REFUSALS, ids=[one[0] for one in REFUSALS])
async def test_the_same_is_refused(
    carrara: RealTileDB,
    ours: AsyncClient,
    case: str,
    act: Callable[..., Any],
    function: str,
    given: tuple[str, ...],
    keywords: dict[str, str],
) -> None:
    me = carrara.state.people.get(USERNAME).id
    words = [me if word is ME else word for word in given]
    theirs = carrara.refused(function, *words, **keywords)
    with pytest.raises(ServiceError) as raised:
        await act(ours, *words)
    assert isinstance(raised.value, STATUS[theirs["status"]]), (theirs, raised.value)
