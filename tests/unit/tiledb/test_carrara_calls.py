"""What can be done on the current platform, with the embedded server's own log as the proof of what was sent."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import SecretStr

from tests.unit.tiledb.conftest import Place
from tests.unit.tiledb.raw_server import answering
from tui.services.errors import AlreadyExists, InvalidInput, NotFound, NotSupported, ProtocolError, ServiceError
from tui.systems.tiledb.calls.pages import MOST_PAGES, PageInfo, all_items, each_page
from tui.systems.tiledb.calls.token_calls import is_forgotten
from tui.systems.tiledb.client import AsyncClient
from tui.systems.tiledb.metadata_values import decoded, entry_for
from tui.systems.tiledb.models.account_models import APIToken
from tui.systems.tiledb.models.space_models import AssetMetadata, AssetProperty
from tui.systems.tiledb.models.task_models import GraphNode, Task, layers

SPACE = "forecasting"


async def some_user(client: AsyncClient, name: str) -> str:
    return next(user.user_id for user in await all_items(client.members.pages()) if user.username == name)


async def test_members_of_the_workspace(carrara: Place, client: AsyncClient) -> None:
    everyone = await all_items(client.members.pages(page_size=5))
    assert len(everyone) == 12
    assert len(carrara.requests(3, "GET /v4/workspaceusers/")) == 3
    user = await some_user(client, "ines.duarte")
    assert [found.user_id for found in await all_items(client.members.pages(search="ines"))] == [user]
    await client.members.set_role(user, "admin")
    assert (await client.members.get(user)).role == "admin"
    await client.members.remove(user)
    with pytest.raises(NotFound):
        await client.members.get(user)
    await client.members.add(user, "member")
    assert (await client.members.get(user)).role == "member"
    with pytest.raises(InvalidInput):
        await client.members.set_role(user, "editor")  # pyright: ignore[reportArgumentType] - what a person may type


async def test_invitations(client: AsyncClient) -> None:
    before = await all_items(client.members.invitation_pages())
    await client.members.invite("new@meteo.example", await client.get_workspace_id())
    [made] = [
        found
        for found in await all_items(client.members.invitation_pages())
        if found.invitation_id not in {old.invitation_id for old in before}
    ]
    assert (made.invitee_email, made.role) == ("new@meteo.example", "member")
    await client.members.withdraw(made.invitation_id)
    assert await all_items(client.members.invitation_pages()) == before
    with pytest.raises(InvalidInput):
        await client.members.invite("nobody", "ws_1")


async def test_teamspaces(carrara: Place, client: AsyncClient) -> None:
    spaces = client.teamspaces
    made = await spaces.create("lab", description="ours", visibility="public")
    assert made.name == "lab"
    with pytest.raises(ServiceError):
        await spaces.create("lab")
    await spaces.update("lab", description="theirs", visibility="private")
    found = await spaces.get("lab")
    assert (found.description, found.visibility, found.role) == ("theirs", "private", "owner")
    assert "lab" in [space.name for space in await spaces.list(memberships=True)]
    user = await some_user(client, "ines.duarte")
    await spaces.add_members("lab", {user: "viewer"})
    await spaces.set_role("lab", user, "editor")
    assert (await spaces.get_member("lab", user)).role == "editor"
    assert {member.role for member in await all_items(spaces.member_pages("lab", role="editor"))} == {"editor"}
    await spaces.remove_member("lab", user)
    with pytest.raises(NotFound):
        await spaces.get_member("lab", user)
    await spaces.delete("lab", delete_storage=False)
    assert len(carrara.requests(1, "DELETE", "/lab?delete-assets=false 204")) == 1
    with pytest.raises(NotFound):
        await spaces.get("lab")


async def test_the_call_that_wipes_every_teamspace_is_never_sent(carrara: Place, client: AsyncClient) -> None:
    before = [space.name for space in await client.teamspaces.list()]
    for name in ("", ".", "..", " ", "\t", "/", "//"):
        for storage in (True, False):
            with pytest.raises(InvalidInput):
                await client.teamspaces.delete(name, delete_storage=storage)
    for path in ("/v4/teamspaces/meteo-institute", "/v4/teamspaces/meteo-institute/", "/V4/Teamspaces/x//"):
        with pytest.raises(InvalidInput):
            await client.link.do("DELETE", path, "delete")
        with pytest.raises(InvalidInput):
            await client.link.send("DELETE", path, "delete", dict[str, str])
    assert carrara.requests(0, "DELETE") == []
    assert [space.name for space in await client.teamspaces.list()] == before


async def test_no_server_can_turn_a_deletion_into_the_one_that_wipes(carrara: Place, client: AsyncClient) -> None:
    await client.teamspaces.create("lab")
    workspace = f"/v4/teamspaces/{carrara.credentials['workspace']}"
    for place in (workspace, f"{workspace}/{SPACE}", f"{workspace}/lab?delete-assets=true"):
        carrara.fault("redirect", method="DELETE", location=carrara.server.url + place)
        with pytest.raises(ProtocolError):
            await client.teamspaces.delete("lab", delete_storage=False)
    assert len(carrara.requests(3, "DELETE")) == 3
    await client.teamspaces.get(SPACE)


async def test_no_path_of_the_client_is_the_one_that_wipes() -> None:
    """Every template that is deleted by has a name after the workspace's."""
    import re
    from pathlib import Path

    from tui.systems.tiledb import client as package

    sources = [path.read_text() for path in Path(package.__file__).parent.rglob("*.py")]
    deleted = [
        line for text in sources for line in re.findall(r'"DELETE", ([^)]*)\)', text) if '"/v4/teamspaces/{}"' in line
    ]
    assert deleted == []
    assert sum('"DELETE"' in text for text in sources) > 5


async def test_joining_and_leaving(client: AsyncClient, carrara: Place) -> None:
    await client.teamspaces.create("open-lab", visibility="public")
    other = replace(carrara.by_password, username="ines.duarte")
    async with AsyncClient(options=other) as guest:
        assert "open-lab" in [space.name for space in await guest.teamspaces.list(memberships=False)]
        await guest.teamspaces.join("open-lab")
        assert (await guest.teamspaces.get("open-lab")).role
        await guest.teamspaces.leave("open-lab")
        assert "open-lab" in [space.name for space in await guest.teamspaces.list(memberships=False)]


async def test_folders_and_what_lies_in_them(carrara: Place, client: AsyncClient) -> None:
    assets = client.assets
    await assets.create_folder(SPACE, "mine", description="of tests")
    with pytest.raises(ServiceError):
        await assets.create_folder(SPACE, "mine")
    await assets.create_folder(SPACE, "mine/below")
    assert carrara.requests(1, "POST /v4/folders/", "/forecasting/mine%2Fbelow 201")
    await assets.register(SPACE, "mine/below/grid", "s3://meteo-arrays/grid", credential="aws-frankfurt")
    with pytest.raises(AlreadyExists):
        await assets.register(SPACE, "mine/below/grid", "s3://meteo-arrays/other")
    [found] = await all_items(assets.pages(SPACE, "/mine/below/"))
    assert (found.path.strip("/"), found.name, found.uri) == ("mine/below/grid", "grid", "s3://meteo-arrays/grid")
    renamed = await assets.rename(SPACE, "mine/below/grid", "field")
    assert (renamed.id, renamed.path.strip("/")) == (found.id, "mine/below/field")
    await assets.move(SPACE, [found.id], "mine")
    assert (await assets.get(SPACE, found.id)).path.strip("/") == "mine/field"
    await assets.update(SPACE, "mine/field", description="a field")
    assert (await assets.get(SPACE, "mine/field")).description == "a field"
    names = [asset.name for asset in await all_items(assets.search_pages("field", teamspaces=[SPACE]))]
    assert "field" in names
    await assets.deregister(SPACE, "mine/field")
    assert carrara.requests(1, "DELETE", "/mine%2Ffield?delete-assets=false 204")
    await assets.delete_storage(SPACE, "mine/below")
    assert carrara.requests(1, "DELETE", "/mine%2Fbelow?delete-assets=true 204")
    with pytest.raises(NotFound):
        await assets.get(SPACE, "mine/field")
    for name in ("", "a/b", "..", "a\nb"):
        with pytest.raises(InvalidInput):
            await assets.rename(SPACE, "mine", name)
    for path in ("", "/", " ", ".", ".."):
        with pytest.raises(InvalidInput):
            await assets.delete_storage(SPACE, path)


async def an_array(client: AsyncClient) -> str:
    found = [
        asset for asset in await all_items(client.assets.search_pages("", teamspaces=[SPACE])) if asset.type == "array"
    ]
    return found[0].path.strip("/")


async def test_metadata_and_properties(carrara: Place, client: AsyncClient) -> None:
    array = await an_array(client)
    before = await client.assets.metadata(SPACE, array)
    await client.assets.save_metadata(SPACE, array, [entry_for("level", "850"), entry_for("unit", "hPa")])
    values = {entry.key: decoded(entry) for entry in await client.assets.metadata(SPACE, array)}
    assert (values["level"], values["unit"]) == (850, "hPa")
    await client.assets.delete_metadata(SPACE, array, ["level", "unit"])
    assert carrara.requests(1, "DELETE", "metadata_key=level&metadata_key=unit")
    assert await client.assets.metadata(SPACE, array) == before
    await client.assets.save_properties(SPACE, array, [AssetProperty(key="default_region", value="eu-west-1")])
    [found] = [entry for entry in await client.assets.properties(SPACE, array) if entry.key == "default_region"]
    assert found.value == "eu-west-1"
    with pytest.raises(InvalidInput):
        await client.assets.delete_metadata(SPACE, array, [])


async def test_an_arrays_schema_and_activity(client: AsyncClient) -> None:
    array = await an_array(client)
    schema = await client.assets.schema(SPACE, array)
    assert schema.array_type in ("dense", "sparse")
    first = schema.domain.dimensions[0]
    assert first.name and first.type and first.bounds is not None
    assert schema.attributes[0].name
    assert any(event.action for event in await client.assets.array_activity(SPACE, array))


@pytest.mark.parametrize(
    ("type", "text", "value"),
    [
        ("INT64", "42", 42),
        ("FLOAT64", "2.5", 2.5),
        ("FLOAT32", "[1, 2.5]", [1.0, 2.5]),
        ("STRING_UTF8", "42", "42"),
        ("INT32", "many", "many"),
        ("BOOL", "true", True),
        ("UINT8", "[" * 2000, "[" * 2000),
        ("DATETIME_DAY", "19000", "19000"),
    ],
)
def test_the_value_of_metadata(type: str, text: str, value: object) -> None:
    assert decoded(AssetMetadata(key="k", value=text, type=type)) == value


async def test_storage_settings_and_credentials(carrara: Place, client: AsyncClient) -> None:
    storage = client.storage
    aws = {"aws": {"access_key_id": "AKIA", "secret_access_key": SecretStr("canary")}}
    await storage.verify_credential("cloud", "AWS", "credential", aws)
    await storage.create_credential("cloud", "AWS", "credential", aws)
    found = await storage.get_credential("cloud")
    assert found.kind == "credential (aws)" and "canary" not in found.model_dump_json()
    await storage.update_credential("cloud", allowed_in_tasks=True)
    assert (await storage.get_credential("cloud")).allowed_in_tasks is True
    made = await storage.create_setting("archive", "s3://archive/", "cloud")
    await storage.update_setting(made.storage_setting_id, path="s3://archive/2")
    assert (await storage.get_setting(made.storage_setting_id)).path.rstrip("/") == "s3://archive/2"
    assert "archive" in [entry.name for entry in await all_items(storage.setting_pages())]
    await storage.delete_setting(made.storage_setting_id)
    await storage.delete_credential("cloud")
    with pytest.raises(NotFound):
        await storage.get_credential("cloud")
    space = (await client.teamspaces.get(SPACE)).teamspace_id
    await all_items(storage.credential_pages(space, providers=("AWS", "GCP"), verify=True))
    assert carrara.requests(1, f"provider=AWS&provider=GCP&verify=True&teamspace_id={space}")
    with pytest.raises(InvalidInput):
        await storage.update_credential("cloud", means="role")


async def test_tokens(client: AsyncClient) -> None:
    made = await client.tokens.create(
        "mine", await client.get_workspace_id(), expires_at=datetime.now(UTC) + timedelta(days=2)
    )
    assert made.api_key.get_secret_value().startswith("tiledb-ws_")
    listed = {token.token_id: token for token in await all_items(client.tokens.pages())}
    assert not listed[made.token_id].api_key.get_secret_value()
    await client.tokens.revoke(made.token_id)
    assert made.token_id not in {token.token_id for token in await all_items(client.tokens.pages())}
    await all_items(client.tokens.pages("session"))


def test_which_tokens_were_forgotten() -> None:
    now = datetime(2026, 1, 10, tzinfo=UTC)
    young, old = now - timedelta(hours=1), now - timedelta(days=3)
    assert is_forgotten(APIToken(token_id="t", name="login-session-1", created_at=old), now)
    assert not is_forgotten(APIToken(token_id="t", name="login-session-1", created_at=young), now)
    assert not is_forgotten(APIToken(token_id="t", name="mine", created_at=old), now)


async def test_activity(client: AsyncClient) -> None:
    await client.teamspaces.create("traced")
    await client.assets.create_folder("traced", "one")
    found = await all_items(client.activity.pages("traced", actions=["create"]))
    assert found and {entry.action for entry in found} == {"create"}
    assert found[0].who == "ada.vogel" and found[0].what
    assert await all_items(client.activity.pages("traced", before=datetime(2000, 1, 1, tzinfo=UTC))) == []


async def test_tasks_and_task_graphs(carrara: Place, client: AsyncClient) -> None:
    tasks = await all_items(client.tasks.pages(page_size=50))
    assert carrara.requests(1, "GET /v1/tasks/", "&page=0 ")
    assert len({task.id for task in tasks}) == len(tasks) > 10
    assert (await client.tasks.get(tasks[0].id)).id == tasks[0].id
    assert {task.status for task in await all_items(client.tasks.pages(status="FAILED"))} == {"FAILED"}
    assert (await client.tasks.counts()).result_count_for_all > 0
    runs = await all_items(client.tasks.graph_run_pages())
    running = next(run for run in runs if run.is_running)
    whole = await client.tasks.get_graph_run(running.uuid)
    assert sum(len(layer) for layer in layers(whole.nodes)) == len(whole.nodes) > 1
    await client.tasks.stop(running.uuid)
    assert not (await client.tasks.get_graph_run(running.uuid)).is_running
    again = await client.tasks.retry(running.uuid)
    assert again.uuid
    assert (await client.tasks.resubmit(running.uuid)).uuid != running.uuid
    (uploaded, *_) = await client.tasks.graphs()
    run = await client.tasks.submit(uploaded.uuid)
    assert run.uuid != uploaded.uuid and run.name == uploaded.name and run.is_running


def test_the_picture_of_a_graph_never_loops() -> None:
    def node(name: str, *others: str) -> GraphNode:
        return GraphNode(client_node_uuid=name, name=name, depends_on=list(others))

    drawn = layers([node("c", "a", "b"), node("a"), node("b", "a", "unknown"), node("x", "y"), node("y", "x")])
    assert [[step.name for step in layer] for layer in drawn] == [["a"], ["b"], ["c"], ["x", "y"]]
    assert layers([]) == []
    assert layers([node("a", "a")]) == [[node("a", "a")]]


def test_a_long_chain_and_a_long_log_take_no_time_to_speak_of() -> None:
    """Both once took the square of their length, which is minutes here and more than a test may take."""
    count = 30_000
    chain = [GraphNode(client_node_uuid=str(number), depends_on=[str(number - 1)]) for number in range(count)]
    assert len(layers(chain)) == count
    task = Task(id="t", logs="ey" * 2_000_000 + " tiledb-ws_1-canary done " + "tiledb-ws_" * 200_000)
    assert task.logs is not None and "canary" not in task.logs and "done" in task.logs


@pytest.mark.parametrize(
    ("path", "call"),
    [
        ("/v4/tokens", lambda client: all_items(client.tokens.pages())),
        ("/v4/activities/", lambda client: all_items(client.activity.pages())),
        ("/v4/storagesettings/", lambda client: all_items(client.storage.setting_pages())),
        ("/v4/assets/search/", lambda client: all_items(client.assets.search_pages("x"))),
        ("/v1/taskgraphs/[^/]*/graphs", lambda client: client.tasks.graphs()),
    ],
)
async def test_a_feature_that_a_server_lacks_is_unsupported(
    carrara: Place, client: AsyncClient, path: str, call
) -> None:
    carrara.fault("status", path=path, status=404)
    with pytest.raises(NotSupported):
        await call(client)


@pytest.mark.parametrize(
    "body",
    [
        '{"data": [{"id": "a", "name": "n", "path": "p", "type": "t", "created_at": "0001-01-01T00:00:00+14:00"}]}',
        '{"data": [{"id": 1}]}',
        '{"data": {"a": 1}}',
        "[" * 50_000,
        "\x00",
        '{"data": [null]}',
        '{"data": [], "pagination_metadata": {"page": 1e308, "per_page": 0, "total_pages": 1, "total_items": -1}}',
    ],
)
async def test_what_a_hostile_server_sends_is_an_error_in_words(body: str) -> None:
    """Raw answers, which the embedded server would never give."""
    async with answering(body) as options, AsyncClient(options=options) as client:
        with pytest.raises(ServiceError) as caught:
            await all_items(client.assets.pages(SPACE))
        assert len(str(caught.value)) < 600


async def test_a_list_without_end_is_left() -> None:
    asked: list[int | None] = []

    async def ask(number: int | None) -> tuple[list[int], PageInfo]:
        asked.append(number)
        return [1], PageInfo(page=7, per_page=1, total_pages=10**15, total_items=10**15)

    with pytest.raises(ProtocolError, match="does not end"):
        async for _ in each_page(ask, None, "list"):
            pass
    assert asked[:3] == [None, 8, 9] and len(asked) == MOST_PAGES


async def test_an_empty_page_ends_a_list() -> None:
    body = '{"data": [], "pagination_metadata": {"page": 1, "per_page": 1, "total_pages": 1e15, "total_items": 1e15}}'
    async with answering(body) as options, AsyncClient(options=options) as client:
        assert await all_items(client.assets.pages(SPACE)) == []
