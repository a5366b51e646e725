"""What a list shows of an item is what is fetched again before a change, on the bundled server and on the bridge."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.unit.leapyear.servers import (
    BRAM,
    BRAM_PASSWORD,
    ROOT,
    ROOT_PASSWORD,
    Asker,
    Place,
    bridge,
    bundled,
    standin_environment,
)
from tui.config.profiles import Profile
from tui.resources.types import Query, Scope
from tui.systems.leapyear import system
from tui.systems.leapyear.service import open_service

LISTS: dict[str, tuple[str, ...]] = {
    "databases": (),
    "tables": ("sales",),
    "views": ("sales",),
    "users": (),
    "groups": (),
    "members": ("analysts",),
    "privacy-profiles": (),
    "grants": (),
    "table-grants": (f"user:{BRAM}",),
    "column-grants": (f"user:{BRAM}", "sales/orders"),
}
"""The lists whose items are changed, and where they are looked at."""


@pytest.fixture(params=["server", "bridge"])
def place(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    """A server of either kind, with a database, a table and a user in it."""
    standin_environment(monkeypatch, tmp_path)
    with bundled() if request.param == "server" else bridge() as made:
        with Asker.of(made.url) as root:
            root.done("POST", "/users", json={"username": BRAM, "password": BRAM_PASSWORD})
            root.done("POST", "/databases", json={"name": "sales"})
            columns = [{"name": "age", "type": "INT", "bounds": [0, 120]}]
            root.done("POST", "/databases/sales/tables", json={"name": "orders", "columns": columns})
            root.done("PUT", f"/databases/sales/access/user/{BRAM}", json={"access": made.highest})
        yield made


async def test_the_same_item_is_the_same_in_a_list_and_by_itself(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ARRAYDECK_WARD_PASSWORD", ROOT_PASSWORD)
    profile = Profile(name="ward", system="leapyear", uri=place.service.uri, options={"username": ROOT})
    service = open_service(profile)
    seen: dict[str, int] = {}
    for name, parents in LISTS.items():
        if place.is_bridge and name == "privacy-profiles":
            # Nothing changes them there, and to tell who uses one takes a look into every database.
            continue
        kind: Any = system.type_named(name)
        scope = Scope(parents)
        items = [item async for page in kind.pages(service, scope, Query()) for item in page.items]
        if kind.fills:
            items = list(await kind.fill(service, scope, items))
        for item in items:
            again = await kind.get(service, scope, kind.key(item))
            assert kind.identity(again) == kind.identity(item), (name, kind.key(item))
        seen[name] = len(items)
    await service.close()
    assert {name for name, count in seen.items() if not count} <= {"views", "members"}, seen
