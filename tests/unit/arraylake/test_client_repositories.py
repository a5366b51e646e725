"""The client's methods on repositories, against the embedded service."""

from __future__ import annotations

from datetime import UTC

import pytest

from tests.unit.arraylake.clients import asked, client_of, make_bucket
from tests.unit.arraylake.embedded import Asker
from tui.services.errors import AlreadyExists, Conflict, InvalidInput, NotFound, NotSupported, ServiceError
from tui.services.http.transport import Unanswered
from tui.systems.arraylake.errors import RepoNotOnline
from tui.systems.arraylake.sample import READING_KEY, described_repositories
from tui.systems.arraylake.service_side.service import EmbeddedService

SURE = {"imsure": True, "imreallysure": True}


async def test_all_of_250_repositories_are_listed_page_by_page(lab: EmbeddedService, asker: Asker) -> None:
    asker.bucket()
    for number in range(250):
        asker.repository(f"repo-{number:03}")
    asker.done("PATCH", "/orgs/lab/repo-007", json={"description": "the last to change"})
    lab.state.log.clear()
    async with client_of(lab) as client:
        repos = await client.list_repos("lab")
        assert len({repo.id for repo in repos}) == 250
        assert repos[0].name == "repo-007"
        assert [repo.updated for repo in repos] == sorted((repo.updated for repo in repos), reverse=True)
        assert asked(lab, "GET") == ["GET /orgs/lab/repos/paginated"] * 3
        lab.state.log.clear()
        names = [repo.name async for repo in client.list_repos_paginated("lab", page_size=60)]
        assert sorted(names) == [f"repo-{number:03}" for number in range(250)]
        assert len(asked(lab)) == 5
        lab.state.log.clear()
        async for page in client.repo_pages("lab", page_size=10):
            assert (page.total, page.pages, len(page.items)) == (250, 25, 10)
            break
        assert len(asked(lab)) == 1


async def test_a_list_that_moves_shows_nothing_twice(lab: EmbeddedService, asker: Asker) -> None:
    asker.bucket()
    for number in range(150):
        asker.repository(f"repo-{number:03}")
    async with client_of(lab) as client:
        pages = client.repo_pages("lab")
        found = {repo.id: repo for repo in (await anext(pages)).items}
        asker.repository("another")
        found.update((repo.id, repo) for repo in (await anext(pages)).items)
        assert len(await client.list_repos("lab")) == 151 >= len(found) >= 150


async def test_a_service_older_than_pages_is_listed_as_well(lab: EmbeddedService, asker: Asker) -> None:
    asker.bucket()
    asker.repository("first")
    lab.state.faults.add("status", path="/repos/paginated", status=404, message="Not Found", times=-1)
    async with client_of(lab) as client:
        assert [repo.name for repo in await client.list_repos("lab")] == ["first"]
        with pytest.raises(NotFound):
            await client.list_repos("nobody")


async def test_metadata_filters_at_the_service(lab: EmbeddedService, asker: Asker) -> None:
    asker.bucket()
    asker.repository("warm", metadata={"kind": "temperature", "levels": [1, 2]})
    asker.repository("wet", metadata={"kind": "rain"})
    async with client_of(lab) as client:
        found = await client.list_repos("lab", {"kind": ["temperature", "wind"]})
        assert [(repo.name, repo.metadata) for repo in found] == [("warm", {"kind": "temperature", "levels": [1, 2]})]
        with pytest.raises(InvalidInput, match="kind: give a scalar"):
            await client.list_repos("lab", {"kind": {"nested": 1}})


async def test_an_organisation_that_is_not_there(lab: EmbeddedService) -> None:
    async with client_of(lab) as client:
        with pytest.raises(NotFound, match="nobody"):
            await client.list_repos("nobody")
        assert [org.name for org in await client.list_orgs()] == ["lab"]


async def test_a_repository_from_its_beginning_to_its_end(lab: EmbeddedService, asker: Asker) -> None:
    asker.bucket()
    asker.bucket("other")
    async with client_of(lab) as client:
        made = await client.register_repo(
            "lab/sea-é",
            bucket_config_nickname="other",
            description="Wärme ☀",
            metadata={"a": 1, "b": ["x", 2.5]},
            prefix="here/now",
        )
        assert (made.full_name, made.bucket.nickname if made.bucket else "") == ("lab/sea-é", "other")
        found = await client.get_repo_object("lab/sea-é")
        assert (found.id, found.description, found.metadata) == (made.id, "Wärme ☀", {"a": 1, "b": ["x", 2.5]})
        assert found.prefix.endswith("here/now")
        assert found.created and found.created.tzinfo is UTC
        await client.modify_repo(
            "lab/sea-é", "colder", add_metadata={"c": True}, remove_metadata=["a"], update_metadata={"b": "y"}
        )
        changed = await client.get_repo_object("lab/sea-é")
        assert (changed.description, changed.metadata) == ("colder", {"b": "y", "c": True})
        with pytest.raises(AlreadyExists):
            await client.modify_repo("lab/sea-é", add_metadata={"c": False})
        await client.delete_repo("lab/sea-é", **SURE, expected_id=made.id)
        with pytest.raises(NotFound):
            await client.get_repo_object("lab/sea-é")


async def test_a_status_is_set_and_heeded(lab: EmbeddedService, asker: Asker) -> None:
    asker.bucket()
    asker.repository("one")
    async with client_of(lab) as client:
        status = await client.set_repo_status("lab/one", "maintenance", "moving house")
        assert (status.mode, status.message) == ("maintenance", "moving house")
        with pytest.raises(RepoNotOnline) as caught:
            await client.get_repo("lab/one")
        assert "its status says why" in caught.value.hint
        with pytest.raises(RepoNotOnline):
            await client.get_repo_object("lab/one")
        # It is deleted all the same, and only if it is the one that was meant.
        repo = (await client.list_repos("lab"))[0]
        with pytest.raises(Conflict):
            await client.delete_repo("lab/one", **SURE, expected_id="00" * 12)
        await client.delete_repo("lab/one", **SURE, expected_id=repo.id)
        assert await client.list_repos("lab") == []


async def test_a_delete_needs_both_confirmations_before_anything_is_asked(lab: EmbeddedService) -> None:
    async with client_of(lab) as client:
        for sure in ({}, {"imsure": True}, {"imreallysure": True}, {"imsure": 1, "imreallysure": 1}):
            with pytest.raises(InvalidInput, match="imreallysure"):
                await client.delete_repo("lab/one", **sure)
        assert asked(lab) == []


async def test_a_delete_says_honestly_that_there_was_nothing(lab: EmbeddedService, asker: Asker) -> None:
    async with client_of(lab) as client:
        with pytest.raises(NotFound):
            await client.delete_repo("lab/nothing", **SURE)
        assert asked(lab, "DELETE") == []
        asker.bucket()
        asker.repository("one")
        with pytest.raises(Conflict, match="replaced"):
            await client.delete_repo("lab/one", **SURE, expected_id="00" * 12)
        assert asked(lab, "DELETE") == []


async def test_a_delete_whose_answer_is_lost_is_looked_after(lab: EmbeddedService, asker: Asker) -> None:
    asker.bucket()
    asker.repository("one")
    async with client_of(lab) as client:
        lab.state.faults.add("lost", method="DELETE")
        await client.delete_repo("lab/one", **SURE)
        asker.repository("two")
        lab.state.faults.add("drop", method="DELETE")
        with pytest.raises(Unanswered):
            await client.delete_repo("lab/two", **SURE)
        assert len(asked(lab, "DELETE")) == 2
        assert [repo.name for repo in await client.list_repos("lab")] == ["two"]


async def test_names_that_cannot_be_are_refused_here(lab: EmbeddedService) -> None:
    async with client_of(lab) as client:
        for name in (
            "lab",
            "lab/",
            "/x1",
            "lab/a",
            "lab/a/b",
            "lab/../x",
            "lab/a b",
            "lab/repos",
            "icechunk/aa",
            "lab/a\n",
        ):
            with pytest.raises(InvalidInput):
                await client.get_repo_object(name)
        assert asked(lab) == []


@pytest.mark.parametrize(
    "fields",
    [
        {"description": "x" * 256},
        {"metadata": {"a": {"b": 1}}},
        {"metadata": {"a": "x" * 5000}},
        {"prefix": "/a"},
        {"prefix": "a b"},
        {"prefix": "x" * 257},
    ],
)
async def test_fields_that_cannot_be_are_refused_here(lab: EmbeddedService, fields: dict[str, object]) -> None:
    async with client_of(lab) as client:
        with pytest.raises(InvalidInput):
            await client.register_repo("lab/one", **fields)
        assert asked(lab) == []


async def test_what_the_service_refuses_is_told_in_its_words(lab: EmbeddedService, asker: Asker) -> None:
    async with client_of(lab) as client:
        with pytest.raises(NotFound, match="nowhere"):
            await client.register_repo("lab/one", bucket_config_nickname="nowhere")
        asker.bucket()
        asker.repository("one")
        with pytest.raises(InvalidInput, match="two ways"):
            await client.modify_repo("lab/one", add_metadata={"a": 1}, update_metadata={"a": 2})
    async with client_of(lab, READING_KEY) as reader:
        with pytest.raises(ServiceError):
            await reader.modify_repo("lab/one", "mine")


async def test_get_or_create_opens_what_is_there_and_heeds_its_bucket(lab: EmbeddedService) -> None:
    async with client_of(lab) as client:
        await make_bucket(client, lab)
        await make_bucket(client, lab, "other")
        made = await client.get_or_create_repo("lab/one", bucket_config_nickname="other")
        again = await client.get_or_create_repo("lab/one")
        assert made.opened.repo_prefix == again.opened.repo_prefix
        assert again.session is not None and not again.session.read_only
        with pytest.raises(Conflict, match="in the bucket other"):
            await client.get_or_create_repo("lab/one", bucket_config_nickname="main")
        assert asked(lab, "POST").count("POST /orgs/lab/repos") == 1


async def test_a_repository_of_the_old_kind_cannot_be_opened(lab: EmbeddedService, asker: Asker) -> None:
    asker.bucket()
    asker.repository("old")
    asker.repository("v1", kind="v1")
    async with client_of(lab) as client:
        lab.state.faults.add("status", path="/open$", status=404, message="Not Found", times=2)
        with pytest.raises(NotSupported, match="too old"):
            await client.get_repo("lab/old")
        with pytest.raises(NotSupported, match="kind v1"):
            await client.get_repo("lab/v1")


async def test_what_the_catalogue_tells_of_groups_and_arrays(institute: EmbeddedService) -> None:
    async with client_of(institute) as client:
        name = next(f"{org}/{repo}" for org, repo in described_repositories(institute.state))
        node = await client.get_dataset_node(name)
        while node.child_groups:
            node = await client.get_dataset_node(name, f"{node.path}/{node.child_groups[0]}".strip("/"))
        assert node.data_variables[0].shape
        with pytest.raises(NotFound):
            await client.get_dataset_node(name, "no/such/group")


async def test_permissions_and_virtual_chunks(lab: EmbeddedService, asker: Asker) -> None:
    asker.bucket()
    asker.bucket("open", auth_config={"method": "anonymous"})
    async with client_of(lab) as client:
        await client.create_repo("lab/one", bucket_config_nickname="main")
        user = await client.get_user()
        assert user.is_api_key and user.expires is not None
        assert await client.get_permission_check("lab", str(user.id), "lab/one", "CAN_WRITE")
        async with client_of(lab, READING_KEY) as reader:
            viewer = await reader.get_user()
        assert not await client.get_permission_check("lab", str(viewer.id), "lab/one", "CAN_WRITE")
        with pytest.raises(InvalidInput, match="CAN_READ"):
            await client.get_permission_check("lab", str(user.id), "lab", "CAN_FLY")
        policy = await client.set_virtual_chunk_access_policy("lab", bucket_nickname="open", subprefix="/sub/")
        assert policy.subprefix == "sub"
        listed = await client.list_virtual_chunk_access_policies("lab")
        assert [each.bucket_id for each in listed] == [policy.bucket_id]
        await client.delete_virtual_chunk_access_policy("lab", bucket_nickname="open", subprefix="sub", public=False)
        assert await client.list_virtual_chunk_access_policies("lab") == []
        with pytest.raises(NotFound):
            await client.set_virtual_chunk_access_policy("lab", bucket_nickname="none")


async def test_virtual_chunk_containers(lab: EmbeddedService, asker: Asker) -> None:
    asker.bucket()
    async with client_of(lab) as client:
        await client.create_repo("lab/one")
        prefix = "s3://elsewhere/data/"
        await client.authorize_virtual_chunk_access("lab/one", {prefix: "main"})
        assert await client.get_virtual_chunk_containers("lab/one") == {prefix: "main"}
        await client.authorize_virtual_chunk_access("lab/one", {}, remove=[prefix])
        assert await client.get_virtual_chunk_containers("lab/one") == {}


def test_the_client_without_asyncio(lab: EmbeddedService, asker: Asker) -> None:
    from tui.systems.arraylake.sync import Client

    asker.bucket()
    for number in range(3):
        asker.repository(f"repo-{number}")
    with Client(lab.uri, "ema_d0c5d0c5d0c5d0c5d0c5d0c5d0c5d0c5") as plain:
        assert len(plain.list_repos("lab")) == 3
        assert len(list(plain.list_repos_paginated("lab", page_size=2))) == 3
        assert plain.get_repo_object("lab/repo-1").name == "repo-1"
        plain.delete_repo("lab/repo-1", imsure=True, imreallysure=True)
        with pytest.raises(NotFound):
            plain.get_repo_object("lab/repo-1")
        assert plain.run(lambda client: client.list_orgs())[0].name == "lab"
    with pytest.raises(ServiceError, match="closed"):
        plain.list_repos("lab")
    plain.close()
