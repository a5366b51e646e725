"""Faults that an embedded server has on request: what a real one looks like on a bad day."""

from __future__ import annotations

import re
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

KINDS = ("status", "drop", "lost", "cut", "slow", "stall", "garbage", "schema", "empty", "redirect")
"""What can go wrong.

`status`: refused with a status, not looked at. `drop`: the connection ends before an answer, the request not looked at.
`lost`: the request is carried out, then the connection ends before the answer. `cut`: the answer ends in the middle
of its body. `slow`: the answer comes after `seconds`. `stall`: the head and half of the body come, the rest after
`seconds`. `garbage`: the answer's body is no JSON. `schema`: it is JSON of another shape. `empty`: there is no body.
`redirect`: the answer sends the client to `location`.
"""


@dataclass
class Fault:
    """One fault: what goes wrong, at which requests, and how often.

    `side` (of the server's ports; empty: see `Faults`), `method` (empty: any) and `path` (a regular expression that is
    searched for in the path as it was sent) say which requests are meant. The first `skip` of them pass, the next
    `times` fail; -1: until the fault is removed.

    `status` belongs to `status` (503), `redirect` (307) and the three wrong bodies (200); `retry_after` (seconds, or a
    text that is sent as it is), `message` and `validation` (what is wrong, by field) to `status`; `seconds` to `slow`
    and `stall`; `location` to `redirect`: a URL, or a scheme and host, after which the request's path and query come.
    """

    kind: str
    side: str = ""
    method: str = ""
    path: str = ""
    times: int = 1
    skip: int = 0
    status: int = 0
    message: str = "injected fault"
    validation: Mapping[str, str] | None = None
    retry_after: float | str | None = None
    seconds: float = 1.0
    location: str = ""
    hits: int = 0

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"kind is one of {', '.join(KINDS)}, not {self.kind!r}")
        try:
            re.compile(self.path)
        except re.error as error:
            raise ValueError(f"path is no regular expression: {error}") from error
        self.status = self.status or {"status": 503, "redirect": 307}.get(self.kind, 200)

    def meets(self, side: str, method: str, path: str) -> bool:
        """Return whether a request is meant."""
        if self.side not in ("", side) or self.method.upper() not in ("", method):
            return False
        return re.search(self.path, path) is not None

    @classmethod
    def parsed(cls, document: Mapping[str, Any]) -> Fault:
        """Return the fault that a JSON object describes.

        Raises:
            ValueError: it is no description of a fault.
        """
        known = {field.name for field in fields(cls)} - {"hits"}
        if "kind" not in document or not known.issuperset(document):
            raise ValueError(f"a fault has kind, and any of {', '.join(sorted(known - {'kind'}))}")
        return cls(**document)


class Faults:
    """The faults that are due; planned from any thread, taken by the server at each request.

    `sides` are the ports that a fault may name; one that names none is meant for the first. Without any, for all.
    """

    def __init__(self, sides: Sequence[str] = ()) -> None:
        self._sides = sides
        self._due: list[Fault] = []
        self._lock = threading.Lock()

    def plan(self, fault: Fault) -> Fault:
        """Let a fault come; return it, for its `hits` says how often it did.

        Raises:
            ValueError: there is no such side.
        """
        if self._sides:
            fault.side = fault.side or self._sides[0]
            if fault.side not in self._sides:
                raise ValueError(f"side is one of {', '.join(self._sides)}, not {fault.side!r}")
        with self._lock:
            self._due.append(fault)
        return fault

    def add(self, kind: str, **parts: Any) -> Fault:
        """Plan the fault of these parts.

        Raises:
            ValueError: there is no such kind or side.
        """
        return self.plan(Fault(kind, **parts))

    def remove(self, fault: Fault) -> None:
        """Let no more of this one come."""
        with self._lock:
            self._due = [kept for kept in self._due if kept is not fault]

    def clear(self) -> None:
        """Let no more come."""
        with self._lock:
            self._due.clear()

    def take(self, side: str, method: str, path: str) -> Fault | None:
        """Return the fault that a request meets, the one planned first, or None."""
        with self._lock:
            for fault in self._due:
                if fault.times == 0 or not fault.meets(side, method, path):
                    continue
                if fault.skip > 0:
                    fault.skip -= 1
                    continue
                fault.times -= fault.times > 0
                fault.hits += 1
                return fault
        return None
