"""The real library opens, describes and reads arrays at the embedded server of each generation, over the wire."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from tui.systems.tiledb.client import AsyncClient
from tui.systems.tiledb.options import ServiceOptions

tiledb: Any = pytest.importorskip("tiledb")


@dataclass
class Served:
    """A server of its own process, and the address under which the array of the storage is listed."""

    context: Any
    address: str


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
    """Write an array with two attributes, one nullable, over a part of its domain."""
    import numpy as np

    place.parent.mkdir(parents=True)
    dims = [tiledb.Dim(name, domain=(1, 60), tile=20, dtype=np.int32) for name in "yx"]
    attributes = [tiledb.Attr("v", dtype=np.float32), tiledb.Attr("q", dtype=np.uint8, nullable=True)]
    tiledb.Array.create(str(place), tiledb.ArraySchema(domain=tiledb.Domain(*dims), attrs=attributes))
    field = np.arange(1600, dtype="f4").reshape(40, 40)
    with tiledb.open(str(place), "w") as array:
        array[1:41, 1:41] = {"v": field, "q": np.ones((40, 40), "u1")}
        array.meta["units"] = "dBZ"
    return field


@pytest.fixture(params=["current", "classic"])
async def served(request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    write(tmp_path / "bucket" / "field")
    classic = request.param == "classic"
    with program(tmp_path, *(["--classic"] if classic else [])) as line:
        credentials = line["credentials"]
        options = ServiceOptions(
            line["url"], SecretStr(credentials["token"]), workspace=credentials["workspace"], timeout=10
        )
        async with AsyncClient(options=options) as client:
            if classic:
                space = credentials["username"]
                await client.classic_data.register_array(space, "s3://bucket/field", "field")
                address = f"tiledb://{space}/field"
            else:
                await client.teamspaces.create("lab")
                await client.assets.register("lab", "sites/field", "s3://bucket/field")
                address = f"tiledb://{credentials['workspace']}/lab/sites/field"
            yield Served(await client.Ctx({"rest.retry_count": "0"}), address)


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
