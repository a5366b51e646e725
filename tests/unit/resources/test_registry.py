"""Systems are found by name; a plug-in that is broken is reported and skipped."""

from __future__ import annotations

import pytest

from tui.resources.registry import Registry
from tui.services.errors import InvalidInput, NotFound


@pytest.mark.usefixtures("toy")
def test_a_third_party_system_is_found_beside_the_built_in_ones() -> None:
    found = Registry()
    assert {"deker", "toy"} <= set(found.names())
    assert found.for_uri("toy:///boxes.json").title == "Toy boxes"


@pytest.mark.usefixtures("toy")
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
