"""One set of words for both platforms: what a list or an action asks, either answers."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.unit.tiledb.conftest import Place, serving
from tui.config.credentials import Credentials
from tui.config.profiles import Profile
from tui.services.errors import InvalidInput, NotFound, NotSupported
from tui.systems.tiledb import system
from tui.systems.tiledb.backend import Ability, Backend
from tui.systems.tiledb.calls.pages import all_items
from tui.systems.tiledb.classic_backend import PUBLIC, SHARED
from tui.systems.tiledb.generations import Generation
from tui.systems.tiledb.opening import TOKEN
from tui.systems.tiledb.profiles.profile_file import ProfileFile
from tui.systems.tiledb.service import TileDBService


@pytest.fixture(params=["carrara", "classic"])
async def backend(request: pytest.FixtureRequest) -> AsyncIterator[Backend]:
    """Either platform."""
    with serving(classic=request.param == "classic") as place:
        service = TileDBService(place.options)
        yield await service.backend()
        await service.close()


async def spaces_with_items(backend: Backend) -> str:
    for space in await backend.spaces():
        if space.kind in ("teamspace", "user") and await all_items(backend.item_pages(space.name)):
            return space.name
    raise AssertionError("the sample has no assets")


async def an_array(backend: Backend, space: str) -> str:
    waiting = [""]
    while waiting:
        for item in await all_items(backend.item_pages(space, waiting.pop())):
            if item.backing == "array" and item.type == "array":
                return item.path
            if item.holds_others:
                waiting.append(item.path)
    raise AssertionError("the sample has no array")


async def test_who_is_logged_in(backend: Backend) -> None:
    who = await backend.identity()
    assert who.username == "ada.vogel" and who.platform == backend.generation
    assert who.server.startswith("http://127.0.0.1:")
    assert "meteo-institute" in [tenancy.name for tenancy in await backend.tenancies()]


async def test_spaces(backend: Backend) -> None:
    spaces = await backend.spaces()
    assert len({space.name for space in spaces}) == len(spaces) > 2
    assert await backend.space(spaces[0].name) == spaces[0]
    with pytest.raises(NotFound):
        await backend.space("no such space")
    if backend.generation is Generation.CLASSIC:
        assert {SHARED, PUBLIC} <= {space.name for space in spaces}
        for name in (SHARED, PUBLIC):
            for item in (await all_items(backend.item_pages(name)))[:2]:
                assert (await backend.item(name, item.path)).name == item.name
        with pytest.raises(InvalidInput):
            await backend.item(SHARED, "bare-name")


async def test_members(backend: Backend) -> None:
    space = None if backend.generation is Generation.CARRARA else "meteo-institute"
    members = await all_items(backend.member_pages(space))
    assert len(members) > 1
    someone = next(member for member in members if member.role != "owner")
    assert someone.role in backend.roles(space)
    role = next(role for role in backend.roles(space) if role not in (someone.role, "owner"))
    await backend.set_role(space, someone.key, role)
    assert (await backend.member(space, someone.key)).role == role
    await backend.remove_member(space, someone.key)
    with pytest.raises(NotFound):
        await backend.member(space, someone.key)
    await backend.add_member(space, someone.key, someone.role)
    assert (await backend.member(space, someone.key)).role == someone.role


async def test_an_item_from_list_to_end(backend: Backend) -> None:
    space = await spaces_with_items(backend)
    path = await an_array(backend, space)
    item = await backend.item(space, path)
    assert (item.space, item.path) == (space, path)
    assert (await backend.schema(space, path)).domain.dimensions
    assert isinstance(await backend.metadata(space, path), dict)
    assert await backend.item_events(space, path)
    await backend.set_description(space, path, "new words")
    assert (await backend.item(space, path)).description == "new words"
    renamed = await backend.rename(space, path, "another-name")
    assert renamed.name == "another-name" and renamed.id == item.id
    assert renamed.path in [found.path for found in await all_items(backend.item_pages(space, path.rpartition("/")[0]))]
    with pytest.raises(NotFound):
        await backend.item(space, path)
    await backend.deregister(space, renamed.path)
    with pytest.raises(NotFound):
        await backend.item(space, renamed.path)
    second = await an_array(backend, space)
    await backend.delete_storage(space, second)
    with pytest.raises(NotFound):
        await backend.item(space, second)


async def test_sharing_is_of_the_classic_cloud(backend: Backend) -> None:
    space = await spaces_with_items(backend)
    path = await an_array(backend, space)
    if Ability.SHARING not in backend.abilities:
        with pytest.raises(NotSupported):
            await backend.shares(space, path)
        return
    await backend.share(space, path, "ines.duarte", ["read"])
    assert ("ines.duarte", ("read",)) in [
        (share.namespace, share.actions) for share in await backend.shares(space, path)
    ]


async def test_keys_credentials_and_invitations(backend: Backend) -> None:
    tokens = await all_items(backend.token_pages())
    assert {token.kind for token in tokens} <= {"api", "session"} and tokens
    reading = next(token for token in tokens if token.name.startswith("arraydeck-reading"))
    await backend.revoke_token(reading.key)
    assert reading.key not in [token.key for token in await all_items(backend.token_pages())]
    [credential, *_] = await all_items(backend.credential_pages())
    await backend.delete_credential(credential.name)
    assert credential.name not in [found.name for found in await all_items(backend.credential_pages())]
    assert await all_items(backend.invitation_pages())


async def test_what_was_done(backend: Backend) -> None:
    if Ability.WORKSPACE_ACTIVITY in backend.abilities:
        assert all(event.action and event.who for event in await all_items(backend.event_pages()))
    else:
        with pytest.raises(NotSupported):
            await all_items(backend.event_pages())


@pytest.mark.parametrize("classic", [False, True])
async def test_a_profile_is_opened_probed_and_closed(classic: bool) -> None:
    with serving(classic=classic) as place:
        host = place.server.url.removeprefix("http://")
        profile = Profile(name="lab", system="tiledb", uri=f"tiledb://{place.credentials['workspace']}@{host}")
        from pydantic import SecretStr

        Credentials().set("lab", TOKEN, SecretStr(place.credentials["token"]))
        service = await system.open(profile)
        await system.probe(service)
        facts = {fact.label: fact.value for fact in await system.facts(service)}
        assert facts["spaces"] > 2 and facts["tasks running"] >= 0 and facts["failed today"] > 0
        assert system.notice(service) == ""
        await system.close(service)
        await system.close(service)


async def test_what_must_always_be_said(carrara: Place) -> None:
    host = carrara.server.url.removeprefix("http://")
    profile = Profile(name="lab", system="tiledb", uri=f"tiledb://x@{host}", options={"verify_ssl": False})
    service = await system.open(profile)
    assert system.notice(service) == "TLS NOT VERIFIED"
    carrara.fault("status", path="/v4/capabilities", times=-1, status=500)
    await service.backend()
    assert "undetermined" in system.notice(service)
    await system.close(service)


async def test_an_unknown_option_is_refused() -> None:
    with pytest.raises(InvalidInput):
        await system.open(Profile(name="lab", system="tiledb", uri="tiledb://x", options={"theads": 3}))


def test_what_the_vendors_tools_left_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    assert list(system.discover()) == []
    for name, workspace in (("default", "lab"), ("prod", "acme"), ("a:b", "x"), ("bare", "y")):
        values = {"rest.server_address": "https://h.example.com", "rest.workspace": workspace}
        ProfileFile().save(name, values if name == "bare" else {**values, "rest.token": "canary"})
    told = list(system.discover())
    found = [each.profile for each in told]
    assert [each.where.split("/")[-1] for each in told] == ["profiles.json"] * 2
    assert [(profile.name, profile.uri, profile.options) for profile in found] == [
        ("tiledb", "tiledb://lab", {"profile_name": "default"}),
        ("tiledb prod", "tiledb://acme", {"profile_name": "prod"}),
    ]
    assert "canary" not in repr(told)
    monkeypatch.setenv("TILEDB_PROFILE_DIR", "/nowhere")
    assert list(system.discover()) == []
