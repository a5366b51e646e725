"""Faults that are injected into the embedded service on request: what a bad day of a real service looks like."""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass, fields
from typing import Any

KINDS = ("status", "drop", "cut", "slow", "garbage", "schema", "empty", "lost")
"""What can go wrong.

`status`: the request is refused with a status, not looked at. `drop`: the connection is cut before an answer, the
request not looked at. `lost`: the request is carried out, then the connection is cut before the answer. `cut`: the
answer ends in the middle of its body. `slow`: the answer comes after `seconds`. `garbage`: 200 with a body that is no
JSON. `schema`: 200 with JSON of another shape. `empty`: 200 without a body.
"""
SIDES = ("catalogue", "identity", "objects")


@dataclass
class Fault:
    """One fault: what goes wrong (`kind`), on which requests, and how often.

    A request is meant when `side` and `method` are its own (empty: any) and `path` is found in its path (a regular
    expression). The first `skip` of them pass, the next `times` fail; -1 means until it is removed.
    `status`, `detail` and `retry_after` (seconds, or a text sent as it is) belong to `status`; `seconds` to `slow`.
    """

    kind: str
    side: str = "catalogue"
    method: str = ""
    path: str = ""
    times: int = 1
    skip: int = 0
    status: int = 503
    detail: str = "injected fault"
    retry_after: str | float | None = None
    seconds: float = 1.0
    hits: int = 0

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"kind: {self.kind!r} is none of {', '.join(KINDS)}")
        if self.side and self.side not in SIDES:
            raise ValueError(f"side: {self.side!r} is none of {', '.join(SIDES)}")
        re.compile(self.path)

    def meets(self, side: str, method: str, path: str) -> bool:
        """Return whether a request is one of those that are meant."""
        if self.side not in ("", side) or self.method.upper() not in ("", method):
            return False
        return re.search(self.path, path) is not None

    @classmethod
    def parsed(cls, document: dict[str, Any]) -> Fault:
        """Return the fault that a JSON object describes.

        Raises:
            ValueError: a field is not one of a fault's.
        """
        known = {field.name for field in fields(cls)} - {"hits"}
        unknown = [name for name in document if name not in known]
        if unknown or "kind" not in document:
            raise ValueError(f"a fault has kind and any of {', '.join(sorted(known))}")
        return cls(**document)


class Faults:
    """The faults that are due. Filled from any thread; the service takes from it at each request."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []
        self._lock = threading.Lock()

    def add(self, kind: str, **fields_of_it: Any) -> Fault:
        """Plan a fault and return it; its `hits` says how often it came.

        Raises:
            ValueError: there is no such kind or side.
        """
        return self.plan(Fault(kind, **fields_of_it))

    def plan(self, fault: Fault) -> Fault:
        """Plan a fault and return it."""
        with self._lock:
            self._faults.append(fault)
        return fault

    def remove(self, fault: Fault) -> None:
        """Let no more of this one come."""
        with self._lock:
            self._faults = [kept for kept in self._faults if kept is not fault]

    def clear(self) -> None:
        """Let no more come."""
        with self._lock:
            self._faults.clear()

    def take(self, side: str, method: str, path: str) -> Fault | None:
        """Return the fault of a request that just came, the one planned first, or None."""
        with self._lock:
            for fault in self._faults:
                if not fault.meets(side, method, path):
                    continue
                if fault.skip:
                    fault.skip -= 1
                    continue
                if fault.times == 0:
                    continue
                if fault.times > 0:
                    fault.times -= 1
                fault.hits += 1
                return fault
        return None
