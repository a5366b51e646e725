"""What icechunk says of a failure, coloured for a terminal as it may be: in plain words, of the right kind."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.arraylake.clients import client_of, make_bucket
from tui.services.errors import NotFound
from tui.systems.arraylake.reading.contents import RepoContents
from tui.systems.arraylake.reading.storage_errors import storage_error
from tui.systems.arraylake.service_side.service import EmbeddedService

icechunk: Any = pytest.importorskip("icechunk")


def test_colours_do_not_reach_the_words() -> None:
    error = icechunk.IcechunkError("  \x1b[31m×\x1b[0m the repository doesn't exist\n  \x1b[31m│\x1b[0m context")
    found = storage_error(error, "open storage", [])
    assert isinstance(found, NotFound)
    assert found.message == "the storage: the repository doesn't exist"


async def test_a_repository_whose_virtual_chunks_lie_in_open_data_is_opened(lab: EmbeddedService) -> None:
    async with client_of(lab) as client:
        await make_bucket(client, lab)
        await client.create_bucket_config(
            org="lab", nickname="open", uri="s3://open-data", extra_config={"region_name": "us-east-1"}
        )
        await client.set_virtual_chunk_access_policy("lab", bucket_nickname="open", public=True)
        made = await client.create_repo("lab/one")
        assert made.note == ""
        await client.authorize_virtual_chunk_access("lab/one", {"s3://open-data/2025/": "open"})
        contents: RepoContents = await client.contents("lab/one")
        assert contents.opened.virtual_chunk_credentials, "the service grants the access"
        assert [ref.name for ref in await contents.refs()] == ["main"]
