"""The real packages as fixtures. Where one cannot be had its tests are skipped, unless they are required."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from tests.conformance.environments import Child, EnvironmentUnavailable, deker_child


@pytest.fixture(scope="session")
def real_deker() -> Iterator[Child]:
    """The real deker package in an environment of its own."""
    try:
        with deker_child() as child:
            yield child
    except EnvironmentUnavailable as reason:
        if os.environ.get("ARRAYDECK_CONFORMANCE") == "required":
            pytest.fail(f"the real deker is required: {reason}")
        pytest.skip(str(reason))
