"""Arrays that an embedded server of a process of its own serves to TileDB's own library."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx
from pydantic import SecretStr

from tui.systems.tiledb.client import AsyncClient
from tui.systems.tiledb.options import ServiceOptions


@dataclass(frozen=True)
class Stored:
    """A server, what opens it, and the address of the array `field` of its storage."""

    url: str
    credentials: dict[str, str]
    address: str

    @property
    def options(self) -> ServiceOptions:
        """The log-in of an owner, by token."""
        return ServiceOptions(
            self.url, SecretStr(self.credentials["token"]), workspace=self.credentials["workspace"], timeout=10
        )

    def steer(self, operation: str, **fields: Any) -> Any:
        """Do one of the operations of `serving.control.Control`."""
        answer = httpx.post(f"{self.url}/_control/{operation}", json=fields, trust_env=False, timeout=10)
        answer.raise_for_status()
        return answer.json()


@contextmanager
def program(storage: Path, *more: str) -> Iterator[dict[str, Any]]:
    """Run the server as a program: the library holds this process's interpreter while it waits for some answers."""
    words = ("-m", "tui.systems.tiledb.server", "--empty", "--storage", str(storage), *more)
    process = subprocess.Popen([sys.executable, *words], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield json.loads(process.stdout.readline())
    finally:
        process.kill()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()


def write(place: Path) -> Any:
    """Write an array with two attributes, one nullable, over a part of its domain; return the cells of `v`."""
    import numpy as np
    import tiledb

    place.parent.mkdir(parents=True)
    dims = [tiledb.Dim(name, domain=(1, 60), tile=20, dtype=np.int32) for name in "yx"]
    attributes = [tiledb.Attr("v", dtype=np.float32), tiledb.Attr("q", dtype=np.uint8, nullable=True)]
    tiledb.Array.create(str(place), tiledb.ArraySchema(domain=tiledb.Domain(*dims), attrs=attributes))
    field = np.arange(1600, dtype="f4").reshape(40, 40)
    with tiledb.open(str(place), "w") as array:
        array[1:41, 1:41] = {"v": field, "q": np.ones((40, 40), "u1")}
        array.meta["units"] = "dBZ"
    return field


def register(line: dict[str, Any], classic: bool) -> Stored:
    """List the array `field` at the server that said `line` when it was ready."""
    here = Stored(line["url"], line["credentials"], "")
    space = here.credentials["username"] if classic else here.credentials["workspace"]

    async def work() -> None:
        async with AsyncClient(options=here.options) as client:
            if classic:
                await client.classic_data.register_array(space, "s3://bucket/field", "field")
            else:
                await client.teamspaces.create("lab")
                await client.assets.register("lab", "sites/field", "s3://bucket/field")

    asyncio.run(work())
    return replace(here, address=f"tiledb://{space}/{'field' if classic else 'lab/sites/field'}")
