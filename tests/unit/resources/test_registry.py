"""Systems are found by name; a plug-in that is broken is reported and skipped."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tui.resources import registry as registry_module
from tui.resources.registry import Registry
from tui.services.errors import InvalidInput, NotFound

TOY = Path(__file__).parents[2] / "toy"


@pytest.fixture
def with_toy(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.syspath_prepend(str(TOY))
    registry_module._entry_points.cache_clear()  # pyright: ignore[reportPrivateUsage]
    yield
    registry_module._entry_points.cache_clear()  # pyright: ignore[reportPrivateUsage]
    for name in [name for name in sys.modules if name.startswith("arraydeck_toy")]:
        del sys.modules[name]


@pytest.mark.usefixtures("with_toy")
def test_a_third_party_system_is_found_beside_the_built_in_ones() -> None:
    found = Registry()
    assert found.names()[0] == "deker" and "toy" in found.names()
    assert found.for_uri("toy:///boxes.json").title == "Toy boxes"


@pytest.mark.usefixtures("with_toy")
def test_a_broken_plug_in_is_reported_and_hides_nothing() -> None:
    found = Registry()
    assert {system.name for system in found.systems()} >= {"deker", "toy"}
    assert "no_such_module" in found.problems["broken"]
    with pytest.raises(NotFound, match="cannot be loaded"):
        found.system("broken")


def test_an_unknown_name_or_address_says_what_is_known() -> None:
    with pytest.raises(NotFound) as caught:
        Registry().system("dekr")
    assert "deker" in caught.value.hint
    with pytest.raises(InvalidInput, match="no system knows"):
        Registry().for_uri("gopher://x")
