"""The corruptions that our tests make are to the real check what the contract says."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conformance.environments import Child
from tests.deker.corruptions import CORRUPTIONS
from tests.deker.pristine import make_pristine
from tests.deker.upstream_table import UPSTREAM

pytestmark = pytest.mark.conformance


def test_every_corruption_is_in_the_table() -> None:
    assert UPSTREAM.keys() == {0, *CORRUPTIONS}


@pytest.mark.parametrize("row", UPSTREAM, ids=lambda row: f"{row:02}")
def test_the_real_check_ends_as_the_table_says(real_deker: Child, tmp_path: Path, row: int) -> None:
    storage = make_pristine(tmp_path / "storage")
    if row:
        CORRUPTIONS[row][1](storage)
    ends = real_deker.ask("outcomes", path=str(storage.root))
    assert tuple(ends["levels"]) == UPSTREAM[row].levels
    assert ends["stopped"] in UPSTREAM[row].stopped
