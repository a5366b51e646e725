"""A script as somebody may write it: TileDB's own library opens arrays with what our Client says. Answers JSON lines.

The first line is the log-in as fields of `ServiceOptions`, none of them for that of the environment; the others are
`{"do": OPERATION, …}`.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import tiledb
from pydantic import SecretStr

from tui.systems.tiledb import sync
from tui.systems.tiledb.client import AsyncClient
from tui.systems.tiledb.options import ServiceOptions

PATIENCE = {"rest.retry_count": "0"}


def options_of(fields: dict[str, Any]) -> ServiceOptions | None:
    """Return the log-in that the first line tells of."""
    if not fields:
        return None
    secrets = {name: SecretStr(fields[name]) for name in ("token", "password") if name in fields}
    known = {name: value for name, value in fields.items() if name not in secrets}
    found = ServiceOptions(**known, **secrets)
    found = replace(found, redirect_hosts=tuple(found.redirect_hosts))
    return found if found.ca_file is None else replace(found, ca_file=Path(found.ca_file))


class Script:
    """What the script does, one operation a method. A context is kept by its name for later reads."""

    def __init__(self, fields: dict[str, Any]) -> None:
        self.options = options_of(fields)
        self.client = sync.Client(options=self.options)
        self.contexts: dict[str, Any] = {}

    def detect(self) -> str:
        """Return which platform the server is."""
        return self.client.detect().words

    def make(self, way: str = "Ctx", name: str = "", **given: str) -> dict[str, str]:
        """Make a context, in one of several ways; return all its settings."""
        given = PATIENCE | given
        ways: dict[str, Callable[[], Any]] = {
            "Ctx": lambda: self.client.Ctx(given),
            "Config": lambda: tiledb.Ctx(self.client.Config(given)),
            "functions": lambda: sync.Ctx(given),
            "lost client": lambda: tiledb.Ctx(sync.Client(options=self.options).Config(given)),
            "the library alone": lambda: tiledb.Ctx({**_plainly(self.options), **given}),
        }
        made = self.contexts[name] = ways[way]()
        return made.config().dict()

    def read(self, address: str, name: str = "") -> float:
        """Return the sum of some cells."""
        with tiledb.open(address, ctx=self.contexts[name]) as array:
            return float(array[3:20, 5:7]["v"].sum())

    def refused(self, address: str, name: str = "") -> str:
        """Read, and return what the library says against it, "" if nothing."""
        try:
            self.read(address, name)
        except tiledb.TileDBError as error:
            return str(error)
        return ""

    def together(self, address: str, count: int) -> dict[str, Any]:
        """Read by so many contexts of an asynchronous client, all of which are made at once."""

        async def work() -> dict[str, Any]:
            async with AsyncClient(options=self.options) as client:
                made = await asyncio.gather(*(client.Ctx(PATIENCE) for _ in range(count)))
                self.contexts |= {str(number): context for number, context in enumerate(made)}
                reads = (asyncio.to_thread(self.read, address, str(number)) for number in range(count))
                relays = [context.config()["rest.server_address"] for context in made]
                return {"sums": await asyncio.gather(*reads), "relays": relays}

        return asyncio.run(work())

    def close_early(self, address: str, count: int) -> list[str]:
        """Close an asynchronous client while so many reads go on; return what the library says against them."""

        async def work() -> list[str]:
            async with AsyncClient(options=self.options) as client:
                self.contexts[""] = await client.Ctx(PATIENCE)
                reads = [asyncio.create_task(asyncio.to_thread(self.refused, address)) for _ in range(count)]
                # They take every thread that there is.
                await asyncio.sleep(0)
            return await asyncio.gather(*reads)

        return asyncio.run(work())

    def switch(self, **fields: Any) -> None:
        """Go on with another log-in."""
        options = options_of(fields)
        assert options is not None
        self.options = options
        self.client.run(lambda inner: inner.use(options))

    def environment(self) -> dict[str, str]:
        """Return the process's environment as it is now."""
        return dict(os.environ)

    def fork(self) -> int:
        """Return the id of a fork that does nothing and has all that this process had open."""
        found = os.fork()
        if found == 0:
            time.sleep(60)
            os._exit(0)
        return found

    def close(self) -> None:
        """Close the client."""
        self.client.close()


def _plainly(options: ServiceOptions | None) -> dict[str, str]:
    assert options is not None and options.token is not None
    return {"rest.server_address": options.server_address, "rest.token": options.token.get_secret_value()}


def main() -> None:
    script = Script(json.loads(sys.stdin.readline()))
    for line in sys.stdin:
        request = json.loads(line)
        try:
            answer = {"result": getattr(script, request.pop("do"))(**request)}
        except Exception as error:
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), flush=True)


main()
