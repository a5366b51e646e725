"""What can be done on the classic cloud."""

from __future__ import annotations

import pytest

from tests.unit.tiledb.conftest import Place
from tui.services.errors import InvalidInput, NotFound
from tui.systems.tiledb.calls.pages import all_items
from tui.systems.tiledb.client import AsyncClient

ORG = "meteo-institute"


async def own_array(client: AsyncClient) -> tuple[str, str]:
    found = [entry for entry in await all_items(client.classic_data.array_pages("owned")) if entry.file_type is None]
    assert found[0].namespace is not None
    return found[0].namespace, found[0].name


async def test_organisations_and_members(old_client: AsyncClient) -> None:
    calls = old_client.classic
    assert ORG in [found.name for found in await calls.organizations()]
    await calls.update_organization(ORG, description="new")
    found = await calls.organization(ORG)
    assert found.description == "new"
    someone = next(user for user in found.users if user.role != "owner")
    assert someone.username is not None
    await calls.set_role(ORG, someone.username, "read_only")
    assert (await calls.member(ORG, someone.username)).role == "read_only"
    await calls.remove_member(ORG, someone.username)
    with pytest.raises(NotFound):
        await calls.member(ORG, someone.username)
    await calls.add_member(ORG, someone.username, "admin")
    assert (await calls.member(ORG, someone.username)).role == "admin"
    with pytest.raises(InvalidInput):
        await calls.set_role(ORG, someone.username, "viewer")


async def test_arrays(classic: Place, old_client: AsyncClient) -> None:
    data = old_client.classic_data
    namespace, name = await own_array(old_client)
    assert (await data.schema(namespace, name)).domain.dimensions
    assert isinstance(await data.array_metadata(namespace, name), dict)
    assert await data.array_activity(namespace, name)
    await data.update_array(namespace, name, description="new", tags=["a", "b"])
    found = await data.array(namespace, name)
    assert (found.description, found.tags) == ("new", ["a", "b"])
    made = await data.register_array(namespace, "s3://meteo-arrays/x", "mine")
    assert made.name == "mine"
    assert classic.requests(1, "/s3%3A%2F%2Fmeteo-arrays%2Fx/register")
    await data.deregister_array(namespace, "mine")
    assert classic.requests(1, f"DELETE /v1/arrays/{namespace}/mine/deregister 204")
    await data.register_array(namespace, "s3://meteo-arrays/x", "mine")
    await data.delete_array(namespace, "mine")
    assert classic.requests(1, f"DELETE /v1/arrays/{namespace}/mine 204")
    with pytest.raises(NotFound):
        await data.array(namespace, "mine")
    for whose in ("shared", "public"):
        await all_items(data.array_pages(whose))
    assert await all_items(data.array_pages("owned", file_types=["notebook"], search="no such thing")) == []
    with pytest.raises(InvalidInput):
        await all_items(data.array_pages("mine"))  # pyright: ignore[reportArgumentType] - what a person may type
    assert await data.last_accessed()


async def test_sharing(old_client: AsyncClient) -> None:
    data = old_client.classic_data
    namespace, name = await own_array(old_client)
    await data.share_array(namespace, name, "ines.duarte", ["read", "write"])
    [share] = [entry for entry in await data.array_shares(namespace, name) if entry.namespace == "ines.duarte"]
    assert set(share.actions) == {"read", "write"}
    await data.share_array(namespace, name, "ines.duarte", [])
    assert "ines.duarte" not in [entry.namespace for entry in await data.array_shares(namespace, name) if entry.actions]
    with pytest.raises(InvalidInput):
        await data.share_array(namespace, name, "ines.duarte", ["rule"])


async def test_groups(old_client: AsyncClient) -> None:
    data = old_client.classic_data
    groups = [entry for whose in ("owned", "shared", "public") for entry in await all_items(data.group_pages(whose))]
    group = next(entry for entry in groups if entry.asset_count and entry.allowed_actions)
    assert group.namespace is not None
    place = (group.namespace, group.name)
    assert (await data.group(*place)).name == group.name
    members = await all_items(data.group_content_pages(*place))
    assert members and all(entry.array is not None or entry.group is not None for entry in members)
    await data.update_group(*place, description="new")
    assert (await data.group(*place)).description == "new"
    await data.share_group(*place, "ines.duarte", ["read"], ["read"])
    shares = {entry.namespace: entry for entry in await data.group_shares(*place)}
    assert (shares["ines.duarte"].group_actions, shares["ines.duarte"].array_actions) == (["read"], ["read"])
    await data.deregister_group(*place)
    with pytest.raises(NotFound):
        await data.group(*place)


async def test_keys(old_client: AsyncClient) -> None:
    calls = old_client.classic
    made = await calls.create_token("mine", scopes=["array:read"])
    again = await calls.create_token("mine", scopes=["array:read"])
    assert made.token.get_secret_value() != again.token.get_secret_value()
    assert made.name != again.name
    listed = await calls.tokens()
    assert {made.name, again.name} <= {token.name for token in listed}
    assert not any(token.token.get_secret_value() for token in listed)
    for token in (made, again):
        assert token.name is not None
        await calls.revoke_token(token.name)
    assert made.name not in {token.name for token in await calls.tokens()}
    await calls.tokens(sessions=True)
    assert "*" in await calls.token_scopes()


async def test_invitations(classic: Place, old_client: AsyncClient) -> None:
    calls = old_client.classic
    waiting = await all_items(calls.invitation_pages(status="PENDING"))
    joining = next(entry for entry in waiting if entry.invitation_type == "JOIN_ORGANIZATION")
    await calls.accept_invitation(joining.id)
    assert joining.id not in {entry.id for entry in await all_items(calls.invitation_pages(status="PENDING"))}
    await calls.invite_to_organization(ORG, ["x@meteo.example"], "read_only")
    [sent] = [entry for entry in await all_items(calls.invitation_pages()) if entry.email == "x@meteo.example"]
    await calls.withdraw_invitation(sent)
    assert sent.id not in {entry.id for entry in await all_items(calls.invitation_pages())}


async def test_tasks_and_task_graphs(classic: Place, old_client: AsyncClient) -> None:
    tasks = old_client.tasks
    found = await all_items(tasks.pages(page_size=20))
    assert len({task.id for task in found}) == len(found) > 20
    first, second = classic.requests(2, "GET /v1/tasks")[:2]
    # Only the server knows how it counts here: the first page is asked for without a number.
    assert "page=" not in first.replace("per_page=", "") and "page=" in second.replace("per_page=", "")
    assert (await tasks.get(found[0].id)).id == found[0].id
    assert {task.namespace for task in await all_items(tasks.pages(space=ORG))} == {ORG}
    runs = await all_items(tasks.graph_run_pages())
    run = next(run for run in runs if run.is_running)
    space = run.namespace
    assert (await tasks.get_graph_run(run.uuid, space)).nodes
    await tasks.stop(run.uuid, space)
    assert not (await tasks.get_graph_run(run.uuid, space)).is_running
    assert (await tasks.retry(run.uuid, space)).uuid
    assert all(graph.nodes for graph in await tasks.graphs(space))


async def test_a_notebook_server(old_client: AsyncClient) -> None:
    user = (await old_client.classic.get_user()).username
    running = await old_client.tasks.notebook_server(user)
    assert running is not None and running.pod_status
    await old_client.tasks.shut_down_notebook_server(user)
    assert await old_client.tasks.notebook_server(user) is None


async def test_credentials(old_client: AsyncClient) -> None:
    data = old_client.classic_data
    user = (await old_client.classic.get_user()).username
    found = await data.cloud_access(user)
    listed = await all_items(data.credential_pages(user))
    assert found and listed
    await data.delete_cloud_access(user, found[0].name)
    assert found[0].name not in [entry.name for entry in await data.cloud_access(user)]
