"""The real packages as fixtures. Where one cannot be had its tests are skipped, unless they are required."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

import pytest

from tests.conformance.environments import Child, EnvironmentUnavailable, deker_child


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
