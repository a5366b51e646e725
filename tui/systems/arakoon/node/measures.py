"""Measures: what a node counts of its work, in the shape that it tells (contract §7)."""

from __future__ import annotations

import gc
import math
import resource
import time
from collections.abc import Mapping

from tui.systems.arakoon.wire.fields import ROOT, Field, Group, LargeInt, Number, SmallInt

NOTHING_YET = 1.7976931348623157e308
"""The smallest of no numbers."""
_AVERAGES = ("set", "get", "range", "range_entries", "rev_range_entries", "prefix", "del_prefix")
_INFOS = (
    "set_info",
    "get_info",
    "del_info",
    "seq_info",
    "mget_info",
    "mget_option_info",
    "tas_info",
    "replace_info",
    "range_info",
    "range_entries_info",
    "rev_range_entries_info",
    "prefix_info",
    "delete_prefix_info",
    "op_info",
)


class Running:
    """Count, extremes, mean and variance of numbers that come one by one (Welford's method)."""

    __slots__ = ("average", "highest", "lowest", "m2", "n")

    def __init__(self) -> None:
        self.n = 0
        self.lowest, self.highest = NOTHING_YET, 0.0
        self.average = self.m2 = 0.0

    def add(self, value: float) -> None:
        """Take a number."""
        self.n += 1
        if value < self.lowest:
            self.lowest = value
        if value > self.highest:
            self.highest = value
        difference = value - self.average
        self.average += difference / self.n
        self.m2 += difference * (value - self.average)

    def field(self, name: str) -> Field:
        """Return it as it is told. The variance of one number is not a number, and that of none is 0."""
        variance = 0.0 if not self.n else math.nan if self.n == 1 else self.m2 / (self.n - 1)
        numbers = {"min": self.lowest, "max": self.highest, "m2": self.m2, "avg": self.average, "var": variance}
        return Group(name, (SmallInt("n", self.n), *(Number(key, value) for key, value in numbers.items())))


class Measures:
    """The counters of a node. Every `reporting` seconds they begin anew."""

    def __init__(self, reporting: float = 300.0) -> None:
        self._reporting = reporting
        self._begin()

    def _begin(self) -> None:
        self._since = time.monotonic()
        self._start = self._last = time.time()
        self._sizes = {name: Running() for name in _AVERAGES}
        self._times = {name: Running() for name in _INFOS}
        self._all = self._times["op_info"]
        self._rounds = Running()

    def note(self, kind: str, seconds: float, size_of: str = "", size: int = 0) -> None:
        """Note a command of the `kind` that took `seconds`; `size` is in bytes or elements, and goes to `size_of`."""
        if time.monotonic() - self._since > self._reporting:
            self._begin()
        self._times[kind].add(seconds)
        self._all.add(seconds)
        if size_of:
            self._sizes[size_of].add(size)
        self._last = time.time()

    def note_round(self, updates: int) -> None:
        """Note a round of consensus that brought so many updates through."""
        self._rounds.add(updates)

    def field(self, node_is: Mapping[str, int]) -> Field:
        """Return all of it as it is told; `node_is` has the last update number seen of each node."""
        usage = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        collected = gc.get_stats()
        return Group(
            ROOT,
            (
                Number("start", self._start),
                Number("last", self._last),
                *(Number(f"avg_{name}_size", self._sizes[name].average) for name in _AVERAGES),
                self._rounds.field("harvest_stats"),
                *(running.field(name) for name, running in self._times.items()),
                Number("mem_allocated", float(usage)),
                SmallInt("mem_maxrss", usage),
                SmallInt("mem_minor_collections", collected[0]["collections"]),
                SmallInt("mem_major_collections", collected[2]["collections"]),
                SmallInt("mem_compactions", 0),
                Group("node_is", tuple(LargeInt(name, i) for name, i in node_is.items())),
            ),
        )
