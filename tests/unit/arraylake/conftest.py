"""Embedded services to ask: with the sample, and with one organisation in which nothing is."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.unit.arraylake.embedded import Asker
from tui.systems.arraylake.sample import API_KEY
from tui.systems.arraylake.server import prepare
from tui.systems.arraylake.service_side.service import EmbeddedService


@pytest.fixture
def lab() -> Iterator[EmbeddedService]:
    """A service of one organisation, `lab`, without buckets and repositories."""
    with EmbeddedService(control=True) as service:
        prepare(service, empty=True, repositories=0)
        yield service


@pytest.fixture(scope="session")
def institute() -> Iterator[EmbeddedService]:
    """A service with the sample, for tests that change nothing."""
    with EmbeddedService() as service:
        prepare(service, empty=False, repositories=60)
        yield service


@pytest.fixture
def asker(lab: EmbeddedService) -> Iterator[Asker]:
    """The administrator of `lab`."""
    with Asker(lab, API_KEY) as asker:
        yield asker
