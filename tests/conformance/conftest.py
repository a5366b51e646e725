"""The real packages as fixtures. Where one cannot be had its tests are skipped, unless they are required."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

import pytest

from tests.conformance.arraylake_service import Real, real_on_a_service
from tests.conformance.environments import (
    Child,
    EnvironmentUnavailable,
    arraylake_child,
    deker_child,
    tiledb_child,
    tiledb_cloud_child,
)
from tests.conformance.tiledb_server import RealTileDB, real_on_a_server
from tui.cli.main import main

Get = Callable[..., list[dict[str, Any]]]


@pytest.fixture
def get(capfd: pytest.CaptureFixture[str]) -> Get:
    """Return what `arraydeck get … -o json` prints."""

    def run(*words: str) -> list[dict[str, Any]]:
        with pytest.raises(SystemExit) as ended:
            main(["get", *words, "-o", "json"])
        out, err = capfd.readouterr()
        assert not ended.value.code, err
        return json.loads(out)

    return run


def real(start: Callable[[], AbstractContextManager[Child]]) -> Iterator[Child]:
    """Yield the package's child for the session; skip where it cannot be had, fail where it is required."""
    try:
        with start() as child:
            yield child
    except EnvironmentUnavailable as reason:
        if os.environ.get("ARRAYDECK_CONFORMANCE") == "required":
            pytest.fail(f"a real package is required: {reason}")
        pytest.skip(str(reason))


@pytest.fixture(scope="session")
def real_deker() -> Iterator[Child]:
    """The real deker package in an environment of its own."""
    yield from real(deker_child)


@pytest.fixture(scope="session")
def real_arraylake() -> Iterator[Child]:
    """The real arraylake package in an environment of its own."""
    yield from real(arraylake_child)


@pytest.fixture
def real_lab(real_arraylake: Child) -> Iterator[Real]:
    """The real arraylake on a new embedded service, which has the organisation `lab` and nothing in it."""
    with real_on_a_service(real_arraylake) as real:
        yield real


@pytest.fixture(scope="session")
def real_tiledb() -> Iterator[Child]:
    """The real tiledb-client in an environment of its own."""
    yield from real(tiledb_child)


@pytest.fixture(scope="session")
def real_tiledb_cloud() -> Iterator[Child]:
    """The real tiledb-cloud in an environment of its own."""
    yield from real(tiledb_cloud_child)


@pytest.fixture
def carrara(real_tiledb: Child) -> Iterator[RealTileDB]:
    """The real tiledb-client, logged in on an embedded server with a small sample."""
    with real_on_a_server(real_tiledb, classic=False) as real:
        yield real


@pytest.fixture
def classic(real_tiledb_cloud: Child) -> Iterator[RealTileDB]:
    """The real tiledb-cloud, logged in on an embedded server that is the classic cloud, with a small sample."""
    with real_on_a_server(real_tiledb_cloud, classic=True) as real:
        yield real
