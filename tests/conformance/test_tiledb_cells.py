"""The real library opens, describes and reads arrays at the embedded server of each generation, over the wire."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.conformance.tiledb_stored import program, register, write
from tui.systems.tiledb.client import AsyncClient

tiledb: Any = pytest.importorskip("tiledb")


@dataclass
class Served:
    """A server of its own process, and the address under which the array of the storage is listed."""

    context: Any
    address: str


@pytest.fixture(params=["current", "classic"])
async def served(request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    write(tmp_path / "bucket" / "field")
    classic = request.param == "classic"
    with program(tmp_path, *(["--classic"] if classic else [])) as line:
        stored = await asyncio.to_thread(register, line, classic)
        async with AsyncClient(options=stored.options) as client:
            yield Served(await client.Ctx({"rest.retry_count": "0"}), stored.address)


async def test_the_real_library_reads_what_was_stored(served: Served, tmp_path: Path) -> None:
    import numpy as np

    with tiledb.open(served.address, ctx=served.context) as there, tiledb.open(str(tmp_path / "bucket/field")) as here:
        assert there.schema == here.schema
        assert there.nonempty_domain() == here.nonempty_domain() == ((1, 40), (1, 40))
        assert dict(there.meta) == {"units": "dBZ"}
        got, kept = there[3:50, 5:7], here[3:50, 5:7]
        np.testing.assert_array_equal(got["v"], kept["v"])
        np.testing.assert_array_equal(np.ma.getmaskarray(got["q"]), np.ma.getmaskarray(kept["q"]))
        np.testing.assert_array_equal(there.query(attrs=["v"])[:]["v"], here[:]["v"])
    assert tiledb.ArraySchema.load(served.address, ctx=served.context).domain.ndim == 2


async def test_what_is_written_is_refused_in_words(served: Served) -> None:
    with pytest.raises(tiledb.TileDBError, match="opens arrays for reading only"):
        tiledb.open(served.address, "w", ctx=served.context)
