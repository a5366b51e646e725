"""Statistics over time: what changed between looks at a node's counters, which it sets back now and then."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tui.systems.arakoon.models import Operation

SAMPLES_KEPT = 600
CLOSE = 0.4
"""Seconds: looks at a node are further apart than that."""
OPERATIONS: dict[str, tuple[str, str | None, str | None]] = {
    "get": ("get_info", "avg_get_size", "bytes"),
    "set": ("set_info", "avg_set_size", "bytes"),
    "delete": ("del_info", None, None),
    "sequence": ("seq_info", None, None),
    "multi_get": ("mget_info", None, None),
    "multi_get_option": ("mget_option_info", None, None),
    "test_and_set": ("tas_info", None, None),
    "replace": ("replace_info", None, None),
    "range": ("range_info", "avg_range_size", "elements"),
    "range_entries": ("range_entries_info", "avg_range_entries_size", "elements"),
    "rev_range_entries": ("rev_range_entries_info", "avg_rev_range_entries_size", "elements"),
    "prefix": ("prefix_info", "avg_prefix_size", "elements"),
    "delete_prefix": ("delete_prefix_info", "avg_del_prefix_size", "elements"),
    "all": ("op_info", None, None),
}
"""Each operation with the fields that tell of it: its times, the mean size of what it moved, and that size's unit."""
UPDATES = ("set", "delete", "sequence", "test_and_set", "replace", "delete_prefix")
"""The operations that change something."""


@dataclass(frozen=True, slots=True)
class Sample:
    """A look at a node's counters: `taken` in seconds of a clock that never goes back, `counts` by operation, the
    mean `times` of operations between this look and the last one, in seconds, `rates` a second, `memory` in bytes.
    `sizes` are the mean sizes of what was moved since the counters began: bytes of values, elements of ranges."""

    taken: float
    counts: Mapping[str, int]
    rates: Mapping[str, float]
    times: Mapping[str, float]
    memory: float | None
    sizes: Mapping[str, float]


@dataclass
class NodeHistory:
    """The looks at one node, the oldest first, at most `SAMPLES_KEPT`."""

    samples: deque[Sample] = field(default_factory=lambda: deque(maxlen=SAMPLES_KEPT))
    _sums: dict[str, tuple[int, float]] = field(default_factory=dict)
    _start: float | None = None

    def add(self, statistics: Mapping[str, Any], now: float) -> Sample:
        """Take in what a node answered at `now`; return the sample. A look right behind the last one says nothing of
        how often things happen, and is left out."""
        begun = number(statistics.get("start"))
        if self.samples and begun == self._start and now - self.samples[-1].taken < CLOSE:
            return self.samples[-1]
        # Counters that began anew say nothing about the time before: what they hold happened since.
        before = self._sums if begun == self._start else {}
        is_continued = bool(self.samples)
        passed = now - self.samples[-1].taken if self.samples else 0.0
        sums: dict[str, tuple[int, float]] = {}
        rates: dict[str, float] = {}
        times: dict[str, float] = {}
        sizes: dict[str, float] = {}
        for name, (info, size_field, _) in OPERATIONS.items():
            group = _group(statistics, info)
            count, mean = int(number(group.get("n")) or 0), number(group.get("avg")) or 0.0
            sums[name] = count, count * mean
            size = number(statistics.get(size_field)) if size_field is not None and count else None
            if size is not None:
                sizes[name] = size
            earlier_count, earlier_sum = before.get(name, (0, 0.0))
            more = count - earlier_count
            if is_continued and passed > 0 and more >= 0:
                rates[name] = more / passed
                if more:
                    times[name] = max(count * mean - earlier_sum, 0.0) / more
        memory = number(statistics.get("mem_allocated"))
        counts = {name: count for name, (count, _) in sums.items()}
        sample = Sample(now, counts, rates, times, None if memory is None else memory * 1024, sizes)
        self._sums, self._start = sums, begun
        self.samples.append(sample)
        return sample

    def series(self, name: str, what: str) -> tuple[list[float], list[float]]:
        """Return seconds before the last look, and the operation's `rates`, `times` or `sizes` then, where known."""
        if not self.samples:
            return [], []
        last = self.samples[-1].taken
        found = [(sample.taken - last, getattr(sample, what).get(name)) for sample in self.samples]
        kept = [(at, value) for at, value in found if value is not None]
        return [at for at, _ in kept], [value for _, value in kept]


def operations_of(node: str, statistics: Mapping[str, Any], sample: Sample | None) -> list[Operation]:
    """Return what a node's counters say of each kind of operation."""
    found: list[Operation] = []
    for name, (info, size_field, unit) in OPERATIONS.items():
        group = _group(statistics, info)
        if not group:
            continue
        count = int(number(group.get("n")) or 0)
        variance = number(group.get("var"))
        size = number(statistics.get(size_field)) if size_field is not None and count else None
        found.append(
            Operation(
                name=name,
                node=node,
                count=count,
                rate=None if sample is None else sample.rates.get(name),
                least=number(group.get("min")) if count else None,
                most=number(group.get("max")) if count else None,
                mean=number(group.get("avg")) if count else None,
                deviation=math.sqrt(variance) if count and variance is not None and variance >= 0 else None,
                size=size,
                size_unit=unit if size is not None else None,
            )
        )
    return found


def number(value: Any) -> float | None:
    """Return a statistic as a number; None if it is none, or not finite."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if math.isfinite(value) else None


def _group(statistics: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = statistics.get(name)
    return found if isinstance(found, Mapping) else {}
