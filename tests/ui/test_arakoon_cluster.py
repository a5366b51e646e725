"""The cluster on screen: its nodes, what they count over time, dirty reads, functions, and a master that dies."""

from __future__ import annotations

import pytest
from textual.binding import Binding

from tests.ui.arakoon_stage import ENTRIES, LEASE, SIZES, cluster_of, is_clean, stored, where
from tests.ui.conftest import Start
from tests.ui.driver import Driver
from tests.ui.ways import go, paste
from tui.config.profiles import Profile
from tui.resources.deck import Deck
from tui.systems.arakoon import system
from tui.systems.arakoon.client import AsyncClient
from tui.widgets.live_table import LiveTable

ON_NODES = {"F": "flush the store to disk", "K": "collapse transaction logs", "N": "send a nop through all nodes"}
ON_KEYS = {
    "n": "set a key",
    "e": "edit the value",
    "t": "test and set",
    "O": "confirm a value",
    "w": "replace, and show what was there",
    "ctrl+d": "delete",
    "ctrl+x": "delete a prefix",
    "L": "load the value from a file",
    "M": "import keys",
    "f": "call a user function",
}


async def row_of(driver: Driver, name: str, *words: str) -> None:
    """Wait until the row of that name says these words."""

    def found() -> bool:
        rows = [line for line in driver.lines if line.lstrip().startswith(name)]
        return any(all(word in row for word in words) for row in rows)

    await driver.until(found, f"{name} {words}")


@pytest.mark.parametrize("size", SIZES)
async def test_the_nodes_and_all_that_is_known_of_one(start: Start, size: tuple[int, int]) -> None:
    async with cluster_of(size=3, lease=LEASE) as cluster, start(size, uri=where(cluster)) as driver:
        await row_of(driver, "node_0", "master", "● ok")
        await row_of(driver, "node_1", "slave", "● ok")
        await driver.sees("UPDATE", "LAG", "OPS/S")
        if size[0] < 100:
            await driver.press("d")
        await driver.sees("Stable_master", "takes for master  ", "update possible")
        await driver.press("tab", "G")
        await driver.sees("machine:")
        await driver.press("escape", "y")
        await driver.sees('"state": "Stable_master"', '"version": "1.9.25"')


@pytest.mark.parametrize("size", SIZES)
async def test_statistics_are_drawn_while_one_looks(start: Start, size: tuple[int, int]) -> None:
    async with (
        cluster_of() as cluster,
        start(size, uri=where(cluster)) as driver,
        AsyncClient(cluster.settings()) as other,
    ):
        await driver.sees("node", "master")
        await driver.press("enter")
        await driver.sees("operations a second", "mean ms", "mean bytes", "memory, MiB", "no operation was counted")

        async def busy() -> None:
            while "━ get" not in driver.text or "━ set" not in driver.text:
                await other.set(b"busy", b"12345")
                for _ in range(3):
                    await other.get(b"busy")
                await driver.pilot.pause(0.05)

        await busy()
        assert "no operation was counted" not in driver.text
        await driver.press("t")
        await driver.sees("get only")
        await driver.misses("━ set")
        await driver.press("t")
        await driver.sees("set only")
        await driver.press("t")
        await driver.sees("━ get", "━ set")
        assert is_clean(driver)
        await driver.press("2")
        await driver.until(lambda: driver.app.is_browsing)
        await go(driver, "operations node", "MEAN MS", "PER S", "SIZE", " OF")
        await row_of(driver, "set", "bytes")
        await go(driver, "operations nowhere", "nowhere")


async def test_a_dead_node_says_so_on_its_statistics_and_the_plots_stay(start: Start) -> None:
    async with cluster_of(size=3, lease=LEASE) as cluster, start((140, 40), uri=where(cluster)) as driver:
        await row_of(driver, "node_2", "slave", "● ok")
        await driver.press("G", "enter")
        await driver.sees("nodes › node_2", "memory, MiB")
        await cluster.kill("node_2")
        await driver.sees("cannot be reached", "memory, MiB")
        await cluster.restart("node_2")
        await driver.misses("cannot be reached")


async def test_the_master_dies_under_the_list_of_nodes(start: Start) -> None:
    async with cluster_of(size=3, lease=LEASE) as cluster, start((80, 24), uri=where(cluster)) as driver:
        await row_of(driver, "node_0", "master")
        await cluster.kill("node_0")
        await row_of(driver, "node_0", "down", "cannot be reached")
        await driver.until(lambda: cluster.master is not None, "a new master")
        assert cluster.master is not None
        await row_of(driver, cluster.master.member.name, "master", "● ok")
        await cluster.restart("node_0")
        await row_of(driver, "node_0", "slave", "● ok")


async def test_the_master_dies_under_the_keys_and_the_screen_goes_on(start: Start) -> None:
    async with cluster_of(size=3, lease=LEASE) as cluster, start((140, 40), uri=where(cluster)) as driver:
        await driver.sees("node_0")
        await go(driver, "keys config/", "retention")
        await cluster.kill("node_0")
        # Nobody waits for the cluster to be seen: the cursor moves and dialogs open while there is no master.
        await driver.press("r", "j")
        await driver.sees("config/limits", "limits")
        await driver.press("n")
        await driver.sees("set a key")
        await driver.press("ctrl+u")
        await paste(driver, "config/new")
        await driver.press("tab")
        await driver.type("1")
        await driver.press("ctrl+s")
        await driver.sees("makes the key config/new")
        await driver.press("tab", "enter")
        await driver.sees("made config/new")
        await row_of(driver, "new", "text", "1 B")
        stores = [server.member.store for name, server in cluster.nodes.items() if name != "node_0"]
        await driver.until(lambda: all(store.get(b"config/new") == b"1" for store in stores), "the new key everywhere")


async def test_without_a_quorum_reads_say_why_and_what_was_read_stays(start: Start, deck: Deck) -> None:
    async with cluster_of(size=3, lease=LEASE) as cluster:
        deck.add_temporary(
            Profile(name="lab", system="arakoon", uri=where(cluster), options={"timeout": 0.5, "separator": "/"})
        )
        async with start((140, 40), uri="lab") as driver:
            await driver.sees("node_0")
            await go(driver, "keys config/", "retention")
            await cluster.kill("node_0")
            await cluster.kill("node_1")
            await driver.press("r")
            await driver.sees("stale since", "retention")
            await go(driver, "nodes", "no quorum")
            await driver.press("X")
            await driver.sees("DIRTY READS: any")
            await go(driver, "keys config/", "retention", "DIRTY READS")
            await driver.misses("stale since")
            await go(driver, "keys raw/", "seven", "DIRTY READS")
            await driver.press("X")
            await driver.sees("reads are consistent")
            await cluster.restart("node_0")
            await cluster.restart("node_1")
            await driver.until(lambda: cluster.master is not None, "a master")
            await go(driver, "keys config/", "retention")
            await driver.press("r")
            await driver.misses("stale since")


async def test_dirty_reads_are_said_on_every_screen_while_they_are_on(start: Start) -> None:
    async with cluster_of() as cluster, start((80, 24), uri=where(cluster)) as driver:
        await driver.sees("node")
        await driver.press("X")
        await driver.sees("any node answers, and may be behind")
        for digit, seen in (
            ("2", "config/"),
            ("3", "config/limits"),
            ("5", "nothing is staged"),
            ("6", "config/limits"),
        ):
            await driver.press(digit)
            await driver.sees(seen)
            assert "DIRTY READS" in driver.lines[0]
        await driver.press("slash")
        await driver.type("most")
        await driver.press("enter", "enter")
        await driver.sees('"most": 10')
        assert "DIRTY READS" in driver.lines[0]
        await driver.press("escape", "1")
        await driver.sees("● ok")
        await driver.press("enter")
        await driver.sees("operations a second")
        assert "DIRTY READS" in driver.lines[0]
        await driver.press("escape", "X")
        await driver.sees("reads are consistent")
        await driver.misses("DIRTY READS")


async def test_a_user_function_is_called_and_an_unknown_one_is_refused(start: Start) -> None:
    async with cluster_of() as cluster, start(uri=where(cluster)) as driver:
        await driver.sees("node")
        await driver.press("f")
        await driver.sees("call a user function", "argument")
        await paste(driver, "counter")
        await driver.press("tab")
        await paste(driver, "visits")
        await driver.press("ctrl+s")
        await driver.sees("counter answered: text", "1 line")
        assert stored(cluster)[b"visits"] == b"1"
        await driver.press("escape")
        await go(driver, "keys", "visits")
        await driver.press("f")
        await paste(driver, "nosuch")
        await driver.press("ctrl+s")
        await driver.sees("nosuch", "could not be found")


async def test_the_master_hands_its_role_over_when_asked_twice(start: Start) -> None:
    async with cluster_of(size=3, lease=LEASE) as cluster, start((140, 40), uri=where(cluster)) as driver:
        await row_of(driver, "node_0", "master")
        await driver.press("j", "D")
        await driver.sees("cannot drop the master's role", "it is not the master")
        await driver.press("k", "D")
        await driver.sees("node_0 stops being the master", "until there is another master")
        await driver.press("escape")
        await driver.sees("nothing was changed")
        await driver.press("D")
        await driver.sees("node_0 stops being the master")
        await driver.press("tab", "enter")
        await driver.sees("node_0 handed the master's role over")
        await row_of(driver, "node_0", "slave")
        await driver.press("Z")
        await driver.sees("succeeded")


async def test_a_read_only_profile_looks_and_changes_nothing(start: Start, deck: Deck) -> None:
    async with cluster_of() as cluster:
        deck.add_temporary(Profile(name="lab", system="arakoon", uri=where(cluster), read_only=True))
        async with start((140, 40), uri="lab") as driver:
            await row_of(driver, "node", "master", "● ok")
            for key, title in ON_NODES.items():
                await driver.press(key)
                await driver.sees(f"cannot {title}: the profile lab is read-only")
            await go(driver, "keys config/", "retention")
            await driver.press("G")
            for key, title in ON_KEYS.items():
                await driver.press(key)
                await driver.sees(f"cannot {title}: the profile lab is read-only")
            await driver.press("i")
            await driver.sees("stage in the transaction")
            await driver.press("ctrl+s")
            await driver.sees("1 staged")
            await go(driver, "tx", "config/")
            await driver.press("w")
            await driver.sees("the profile lab is read-only")
            await driver.press("u")
            await driver.sees("nothing that can be undone")
        assert stored(cluster) == dict(sorted(ENTRIES.items()))


def test_every_action_has_a_key_of_its_own_that_the_table_does_not_take_for_itself() -> None:
    taken = {key for binding in LiveTable.BINDINGS if isinstance(binding, Binding) for key in binding.key.split(",")}
    assert {"j", "G", "home"} <= taken
    for kind in system.types.values():
        keys = [made.key for made in kind.actions.values() if made.key]
        assert len(set(keys)) == len(keys), kind.name
        assert not taken & set(keys), kind.name
