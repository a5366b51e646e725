"""Long lists: the first page at once, one page at a time, and as many requests as there are pages."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator
from contextlib import aclosing
from urllib.parse import quote

import pytest

from tests.unit.tiledb.conftest import Place, serving
from tui.systems.tiledb.calls.pages import all_items

PAGE = 50


@pytest.fixture(scope="module")
def large() -> Iterator[Place]:
    """5,000 assets in 40 folders and 2,000 tasks."""
    with serving(assets=125, tasks=2000) as place:
        yield place


async def test_assets_of_all_folders(large: Place) -> None:
    async with large.client() as client:
        seen, folders = 0, 0
        for space in await client.teamspaces.list():
            waiting = [""]
            while waiting:
                path = waiting.pop()
                pages = client.assets.pages(space.name, path, page_size=PAGE)
                first = await anext(pages, None)
                assert first is not None
                here = f"/{space.name}/{quote(path.strip('/'), safe='')}?"
                assert len(large.requests(1, "/v4/assets/list/", here)) == 1
                found, count = list(first.items), 1
                async for page in pages:
                    found += page.items
                    count += 1
                asked = len(large.requests(count, "/v4/assets/list/", here))
                assert asked == count == max(1, -(-len(found) // PAGE))
                assert first.total == len({asset.id for asset in found}) == len(found)
                below = [asset.path for asset in found if asset.type == "folder"]
                waiting += below
                folders += len(below)
                seen += len(found) - len(below)
        assert folders == 40
        assert seen >= 5000


async def test_tasks(large: Place) -> None:
    async with large.client() as client:
        pages = client.tasks.pages(page_size=200, start=0)
        first = await anext(pages)
        assert len(large.requests(1, "/v1/tasks/", "per_page=200")) == 1 and len(first.items) == 200
        rest = [task.id async for page in pages for task in page.items]
        numbers = {*rest, *(task.id for task in first.items)}
        assert len(numbers) == len(rest) + 200 == first.total
        assert len(numbers) >= 2000
        pages_there_are = -(-len(numbers) // 200)
        assert len(large.requests(pages_there_are, "/v1/tasks/", "per_page=200")) == pages_there_are


async def test_no_more_is_held_than_the_page_that_is_read(large: Place) -> None:
    """Walking through all of 2,000 tasks takes as much memory at its height as walking through a tenth of them."""

    async def height(most: int) -> int:
        seen = 0
        async with large.client() as client:
            await client.detect()
            tracemalloc.start()
            try:
                async with aclosing(client.tasks.pages(page_size=80, start=0)) as pages:
                    async for page in pages:
                        seen += len(page.items)
                        if seen >= most:
                            break
                return tracemalloc.get_traced_memory()[1]
            finally:
                tracemalloc.stop()

    await height(100)
    few, all_of_them = await height(200), await height(2000)
    assert all_of_them < 1.5 * few, (few, all_of_them)


async def test_a_list_that_is_left_asks_no_more(large: Place) -> None:
    async with large.client() as client:
        assert len(await all_items(client.tasks.pages(page_size=100, start=0), most=150)) == 150
        assert len(large.requests(2, "/v1/tasks/", "per_page=100")) == 2
