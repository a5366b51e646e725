"""The command line, called as a shell would."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tui.cli.main import main

if TYPE_CHECKING:
    from tests.cli.arakoon_cluster import Running


@dataclass(frozen=True)
class Said:
    """What a command left: exit code, stdout, stderr."""

    code: int
    out: str
    err: str


Call = Callable[..., Said]


@pytest.fixture
def call(home: Path, capfd: pytest.CaptureFixture[str]) -> Call:
    """Call arraydeck with these words."""

    def run(*words: str) -> Said:
        with pytest.raises(SystemExit) as ended:
            main(list(words))
        out, err = capfd.readouterr()
        code = ended.value.code
        return Said(code if isinstance(code, int) else 0, out, err)

    return run


@pytest.fixture
def where(boxes: Path) -> str:
    """The address of the three boxes."""
    return f"toy://{boxes}"


@pytest.fixture(scope="session")
def running_trio() -> Iterator[Running]:
    """A cluster of three nodes, for all tests that need one."""
    from tests.cli.arakoon_cluster import Running

    with Running("trio", 3) as cluster:
        yield cluster


ENTRIES = {
    b"": b"of the empty key",
    b"a/1": b"one",
    b"a/2": b'{"two": 2}',
    b"a/b/3": b"\x00\xff\x1b[31m",
    b"b": b"",
    b"c\xff": "drei ✓".encode(),
}
"""What the cluster holds at the beginning of each test."""


@pytest.fixture
def trio(running_trio: Running) -> Running:
    """The cluster of three nodes with the few keys of ENTRIES."""
    running_trio.become(ENTRIES)
    return running_trio
