"""What tests of changes and of their way back share: undo data as the journal keeps it, who cancels, many keys."""

from __future__ import annotations

import json
from typing import Any

from tui.jobs.progress import Progress


def many(count: int, size: int = 20) -> dict[bytes, bytes]:
    return {b"p/%06d" % number: b"%06d" % number * (size // 6) for number in range(count)}


OTHERS = {b"p": b"no", b"p.": b"no", b"p0": b"no", b"\xff": b"no"}


def as_journalled(undo: Any) -> Any:
    """Return undo data as the journal gives it back."""
    assert undo is not None
    return json.loads(json.dumps(undo))


class Cancelling(Progress):
    """Is cancelled once so many units are done."""

    def __init__(self, after: int) -> None:
        super().__init__()
        self._after = after

    def add(self, by: int) -> None:
        super().add(by)
        if self.done >= self._after:
            self.cancel()
