"""What an operator asks of single nodes from the shell: done or refused by their role, with progress, journalled."""

from __future__ import annotations

import json

import pytest

from tests.cli.arakoon_cluster import Running
from tests.cli.conftest import ENTRIES, Call


def run(call: Call, trio: Running, action: str, node: str, *more: str) -> tuple[int, str, str]:
    said = call("run", "nodes", action, node, *more, "-p", trio.uri)
    return said.code, said.out, said.err


@pytest.mark.parametrize(
    ("action", "command", "on_master"),
    [
        ("flush-store", "flush_store", True),
        ("optimize", "optimize_db", False),
        ("defrag", "defrag_db", False),
        ("copy-to-head", "copy_db_to_head", False),
        ("collapse", "collapse_tlogs", True),
    ],
)
def test_each_reaches_the_node_that_was_named(
    call: Call, trio: Running, action: str, command: str, on_master: bool
) -> None:
    slave, master = trio.slave, trio.master
    code, out, err = run(call, trio, action, slave)
    assert code == 0 and slave in out, err
    assert [name for name, each, _ in trio.seen if each.name == command] == [slave]
    code, out, err = run(call, trio, action, master)
    if on_master:
        assert code == 0 and master in out, err
    else:
        assert code == 1 and out == "" and "master" in err
    assert trio.entries() == ENTRIES
    journal = json.loads(call("journal", "-o", "json").out)
    assert [entry["action"] for entry in journal] == [action] * (2 if on_master else 1)


def test_a_collapse_tells_how_far_it_is(call: Call, trio: Running) -> None:
    assert trio.cluster is not None
    member = trio.cluster.nodes[trio.slave].member
    trio.do(lambda: setattr(member, "tlogs", 9))
    code, out, err = run(call, trio, "collapse", trio.slave, "--keep", "2")
    assert code == 0 and "7 transaction logs" in out, err
    (job,) = json.loads(call("jobs", "-o", "json").out)
    assert (job["done"], job["total"], job["unit"], job["state"]) == (7, 7, "logs", "succeeded")
    assert trio.do(lambda: member.tlogs) == 2


@pytest.mark.parametrize("keep", ["0", "-1", "x"])
def test_how_many_logs_stay_is_checked(call: Call, trio: Running, keep: str) -> None:
    assert run(call, trio, "collapse", trio.slave, "--keep", keep)[0] == 2
    assert "collapse_tlogs" not in trio.asked()


def test_a_node_that_is_not_one_of_the_cluster(call: Call, trio: Running) -> None:
    code, out, err = run(call, trio, "collapse", "trio_9")
    assert (code, out) == (1, "") and "trio_9" in err and "trio_0, trio_1, trio_2" in err


def test_the_master_hands_over(call: Call, trio: Running) -> None:
    before = trio.master
    dry = call("run", "nodes", "drop-master", before, "--dry-run", "-p", trio.uri)
    assert dry.code == 0 and "reads wait" in dry.out and trio.master == before
    code, out, err = run(call, trio, "drop-master", before, "--yes")
    assert code == 0 and "handed" in out, err
    assert trio.master != before
    assert call("run", "nodes", "drop-master", before, "--yes", "-p", trio.uri).code == 1
    assert trio.entries() == ENTRIES


def test_a_single_node_refuses_what_takes_several(call: Call) -> None:
    with Running("solo") as solo:
        said = call("run", "nodes", "drop-master", "solo", "--yes", "-p", solo.uri)
        assert said.code == 1 and "singletons" in said.err
        assert call("run", "nodes", "optimize", "solo", "-p", solo.uri).code == 1
        assert call("run", "nodes", "collapse", "solo", "-p", solo.uri).code == 0
        assert call("run", "nodes", "tx-id", "solo", "-p", solo.uri).out.strip().isdigit()


def test_the_update_number_of_each_node(call: Call, trio: Running) -> None:
    before = int(call("run", "nodes", "tx-id", trio.master, "-p", trio.uri).out)
    assert call("run", "keys", "set", "--key", "k", "--value", "v", "--yes", "-p", trio.uri).code == 0
    assert int(call("run", "nodes", "tx-id", trio.master, "-p", trio.uri).out) > before
    nodes = json.loads(call("get", "nodes", "-o", "json", "-p", trio.uri).out)
    assert all(node["update"] >= before and node["lag"] <= 5 for node in nodes)


def test_a_node_that_is_down_is_shown_and_the_others_serve(call: Call) -> None:
    entries = {b"%d" % number: b"x" for number in range(20)}
    with Running("small", 3, entries) as small:
        gone = small.slave
        small.kill(gone)
        uri = f"{small.uri}?timeout=5"
        nodes = {node["name"]: node for node in json.loads(call("get", "nodes", "-o", "json", "-p", uri).out)}
        assert nodes[gone]["health"] == "down" and nodes[gone]["problem"]
        assert sum(node["health"] == "ok" for node in nodes.values()) == 2
        assert call("run", "nodes", "tx-id", gone, "-p", uri).code == 4
        said = call("get", "entries", "-o", "name", "-p", uri)
        assert said.code == 0 and len(said.out.splitlines()) == len(entries)
        assert call("run", "keys", "set", "--key", "k", "--value", "v", "--yes", "-p", uri).code == 0
