"""Works on a Deker storage in a process that ends, or is refused, at the call to the file system that it is told.

It answers JSON lines. Each request is worked on in a fork of its own: `work` names one of `WORKS`, `arguments` are for
it. `kill` ends the fork by SIGKILL right before its n-th change of the file system, counted from 1, `kill_after` from
outside after so many seconds; `fail` makes that change fail with the number in `error`, and with `stays` every later
one too that asks for space. The answer says `ended` (`done`, `failed`, `killed`), how many `changes` were begun, the
`result`, and what was `raised`.
"""

from __future__ import annotations

import asyncio
import errno
import json
import os
import random
import select
import signal
import sys
from collections.abc import Callable
from typing import Any, Literal

import h5py  # noqa: F401 - what is imported here is not imported in every fork
import numpy  # noqa: F401 - the same

from tests.faults import engine_plans
from tui.services.errors import Conflict, NotFound
from tui.systems.deker.changes import (
    clearing,  # noqa: F401 - the same
    deletion,  # noqa: F401 - the same
    engine,
)
from tui.systems.deker.changes.new_collection import Schema
from tui.systems.deker.client import AsyncClient
from tui.systems.deker.models import Attribute, Collection, Dimension
from tui.systems.deker.repairs import repairing  # noqa: F401 - the same

CHANGES = frozenset(
    (
        *("os.rename", "os.link", "os.symlink", "os.mkdir", "os.rmdir", "os.remove", "os.truncate", "os.utime"),
        *("os.chmod", "os.chown"),
    )
)
NEEDS_SPACE = frozenset(("os.link", "os.symlink", "os.mkdir", "open"))


class Moment:
    """Counts the changes of the file system that this process is about to make, and acts at one of them."""

    def __init__(self, kill: int | None, fail: int | None, number: int, stays: bool) -> None:
        self.count = 0
        self._kill, self._fail, self._number, self._stays = kill, fail, number, stays

    def rest(self) -> None:
        """Act no more."""
        self._kill = self._fail = None

    def __call__(self, event: str, arguments: tuple[Any, ...]) -> None:
        """Be told of an event by the interpreter, before it happens."""
        if event == "open":
            if not arguments[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT) or str(arguments[0]).startswith("/dev/"):
                return
        elif event not in CHANGES:
            return
        self.count += 1
        if self.count == self._kill:
            os.kill(os.getpid(), signal.SIGKILL)
        is_later = self._stays and self._fail is not None and self.count > self._fail and event in NEEDS_SPACE
        if self.count == self._fail or is_later:
            raise OSError(self._number, os.strerror(self._number), str(arguments[0]))


def answer(request: dict[str, Any]) -> dict[str, Any]:
    """Return how the work ended in a process of its own."""
    read_end, write_end = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(read_end)
        _work(request, write_end)
    os.close(write_end)
    with os.fdopen(read_end, encoding="utf-8") as pipe:
        if "kill_after" in request and not select.select([pipe], [], [], request["kill_after"])[0]:
            os.kill(pid, signal.SIGKILL)
        said = pipe.read()
    _, status = os.waitpid(pid, 0)
    if os.WIFSIGNALED(status):
        return {"ended": "killed", "signal": os.WTERMSIG(status)}
    return json.loads(said)


def _work(request: dict[str, Any], write_end: int) -> None:
    """Do the work, say how it ended, and leave without what a fork shares with its parent."""
    moment = Moment(
        request.get("kill"), request.get("fail"), request.get("error", errno.ENOSPC), request.get("stays", False)
    )
    said: dict[str, Any]
    try:
        sys.addaudithook(moment)
        said = {"ended": "done", "result": WORKS[request["work"]](**request["arguments"])}
    except BaseException as error:
        said = {"ended": "failed", "raised": type(error).__name__, "message": str(error)}
    changes = moment.count
    moment.rest()
    with os.fdopen(write_end, "w", encoding="utf-8") as pipe:
        json.dump({**said, "changes": changes}, pipe)
    os._exit(0)


def apply_mixed(root: str) -> str:
    """Apply the plan that has a step of every kind; return the record's id."""
    return engine.apply(root, engine_plans.mixed(root), _go_on).id


def restore_newest(root: str) -> str:
    return engine.restore(root, engine.records(root)[0].id, _go_on).id


def purge_newest(root: str) -> None:
    engine.purge(root, engine.records(root)[0].id, _go_on)


def finish(root: str) -> list[str]:
    """Take back what was interrupted; return the ids."""
    return [record.id for record in engine.finish_interrupted(root)]


def _go_on() -> None:
    """Nobody stops this work but by killing it."""


def change(root: str, call: str, **arguments: Any) -> Any:
    """Make one call of `CALLS` with a client on the storage, and return what it returns."""

    async def run() -> Any:
        async with AsyncClient(root) as client:
            return await CALLS[call](client, **arguments)

    return asyncio.run(run())


async def create(client: AsyncClient, name: str, virtual: bool = False) -> str:
    attributes = (Attribute(name="number", dtype="int", primary=True), Attribute(name="note", dtype="string"))
    dimensions = (Dimension(name="y", size=4), Dimension(name="x", size=6))
    schema = Schema(dimensions, "float32", attributes, vgrid=(2, 3) if virtual else None)
    return (await client.create_collection(name, schema)).name


async def from_dict(client: AsyncClient, metadata: dict[str, Any]) -> str:
    return (await client.collection_from_dict(metadata)).name


async def delete_collection(client: AsyncClient, name: str) -> str:
    return (await client.delete_collection(await _collection(client, name))).id


async def clear_collection(client: AsyncClient, name: str) -> str | None:
    record = await client.clear_collection(await _collection(client, name))
    return record and record.id


async def delete_entry(client: AsyncClient, name: str, key: str, kind: Literal["array", "varray"] = "array") -> str:
    collection = await _collection(client, name)
    return (await client.delete_entry(collection, await client.get_entry(collection, kind, key))).id


async def repair(client: AsyncClient, repair: str, name: str | None) -> str | None:
    _, record = await client.repair(repair, None if name is None else await _collection(client, name))
    return record and record.id


async def clear_locks(client: AsyncClient, named: list[str] | None = None) -> str | None:
    record = (await client.clear_locks(named=named)).record
    return record and record.id


async def restore(client: AsyncClient) -> str:
    return (await client.restore((await client.trash())[0].id)).id


async def purge(client: AsyncClient) -> None:
    await client.purge((await client.trash())[0].id)


async def wander(client: AsyncClient, seed: int) -> None:
    """Make changes drawn at random, one after the other and for ever, all of which the trash can take back."""
    draw, made = random.Random(seed), 0
    while True:
        names = [found.name for found in await client.list_collections()]
        kind = draw.choice(("create", "collection", "collection", "entry", "entry", "entry", "clear", "restore"))
        try:
            if kind == "create":
                made += 1
                await create(client, f"made {os.getpid()} {made}", draw.random() < 0.5)
            elif kind == "restore":
                if records := await client.trash():
                    await client.restore(records[0].id)
            elif names and kind == "entry":
                await _delete_any(client, await _collection(client, draw.choice(names)), draw)
            elif names:
                await (delete_collection if kind == "collection" else clear_collection)(client, draw.choice(names))
        except (Conflict, NotFound):
            continue


async def _delete_any(client: AsyncClient, collection: Collection, draw: random.Random) -> None:
    kinds = ("array", "varray") if collection.is_virtual else ("array",)
    found = [entry for kind in kinds async for page in client.array_pages(collection, kind) for entry in page]
    if found:
        await client.delete_entry(collection, draw.choice(found))


async def _collection(client: AsyncClient, name: str) -> Collection:
    found = await client.get_collection(name)
    if found is None:
        raise NotFound("deker", "test", name)
    return found


CALLS: dict[str, Callable[..., Any]] = {
    call.__name__: call
    for call in (
        *(create, from_dict, delete_collection, clear_collection, delete_entry),
        *(repair, clear_locks, restore, purge, wander),
    )
}
WORKS: dict[str, Callable[..., Any]] = {
    work.__name__: work for work in (apply_mixed, restore_newest, purge_newest, finish, change)
}


def main() -> None:
    """Answer requests until stdin ends."""
    print(json.dumps({"ready": True}), flush=True)
    for line in sys.stdin:
        print(json.dumps(answer(json.loads(line))), flush=True)


if __name__ == "__main__":
    main()
