"""Samples: the telling numbers of each store over the last days, few enough that the state database stays small."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    import sqlite3

    from tui.jobs.state import StateDatabase

DAY = 86_400
EVERY = 60
"""Seconds: of each store and minute there is one sample, whichever arraydeck is first to take it."""
STEPS = ((3600, 600), (DAY, 3600))
"""Of what is older than the first number of seconds, one sample stays for each of the second."""
KEPT = 14 * DAY
"""Seconds after which a sample is deleted, and with its last sample the store."""
MOST_SAMPLES, MOST_STORES = 600, 200
MOST_NUMBERS, LONGEST_LABEL = 8, 40
SCHEMA = """
CREATE TABLE sampled (id INTEGER PRIMARY KEY, profile TEXT NOT NULL, uri TEXT NOT NULL, UNIQUE (profile, uri));
CREATE TABLE samples (store INTEGER NOT NULL REFERENCES sampled ON DELETE CASCADE, at INTEGER NOT NULL, latency REAL,
    numbers TEXT NOT NULL, PRIMARY KEY (store, at)) WITHOUT ROWID;
"""
"""What these samples need of the state database. `at` is in seconds since 1970, the beginning of its minute."""


@dataclass(frozen=True, slots=True)
class Sample:
    """How a store stood: `at` in seconds since 1970, `latency` in seconds, its numbers by their labels."""

    at: int
    latency: float | None
    numbers: Mapping[str, float]


class Samples:
    """The samples' part of the state database. All methods block: call them in a thread.

    A store is a profile's name with its address: a profile that is pointed elsewhere begins anew.
    """

    def __init__(self, state: StateDatabase) -> None:
        self._state = state

    def add(
        self, profile: str, uri: str, latency: float | None, numbers: Mapping[str, Any], now: float | None = None
    ) -> bool:
        """Keep a sample, unless there is one of this minute, and thin out the older ones; return whether it was kept.

        What is no finite number is left out of `numbers`.

        Raises:
            Unavailable: it cannot be written.
        """
        moment = int(time.time() if now is None else now)
        at = moment // EVERY * EVERY
        finite = latency if latency is not None and math.isfinite(latency) else None
        with self._state.writing() as connection:
            connection.execute("INSERT OR IGNORE INTO sampled (profile, uri) VALUES (?, ?)", (profile, uri))
            store = _store(connection, profile, uri)
            last = connection.execute("SELECT max(at) FROM samples WHERE store = ?", (store,)).fetchone()[0]
            kept = connection.execute(
                "INSERT OR IGNORE INTO samples VALUES (?, ?, ?, ?)", (store, at, finite, _numbers_text(numbers))
            ).rowcount
            # Within a step there is nothing new to thin out.
            if kept and (last is None or last // STEPS[0][1] != at // STEPS[0][1]):
                _thin_out(connection, store, at)
            if last is None or last // DAY != at // DAY:
                _forget_stores(connection, at)
        return bool(kept)

    def of(self, profile: str, uri: str) -> list[Sample]:
        """Return a store's samples, the oldest first.

        Raises:
            Unavailable: they cannot be read.
        """
        with self._state.reading() as connection:
            rows = connection.execute(
                "SELECT at, latency, numbers FROM samples JOIN sampled ON id = store WHERE profile = ? AND uri = ?"
                " ORDER BY at",
                (profile, uri),
            ).fetchall()
        return [Sample(row["at"], row["latency"], _numbers(row["numbers"])) for row in rows]

    def count(self) -> int:
        """Return how many samples there are of all stores."""
        with self._state.reading() as connection:
            return connection.execute("SELECT count(*) FROM samples").fetchone()[0]


def _store(connection: sqlite3.Connection, profile: str, uri: str) -> int:
    found = connection.execute("SELECT id FROM sampled WHERE profile = ? AND uri = ?", (profile, uri)).fetchone()
    return found["id"]


def _thin_out(connection: sqlite3.Connection, store: int, at: int) -> None:
    """Leave the last sample of each step of the past. What lies in the future was taken while the clock was wrong."""
    connection.execute("DELETE FROM samples WHERE store = ? AND (at < ? OR at > ?)", (store, at - KEPT, at))
    for age, step in STEPS:
        # Whole steps only, else a step's sample would be another one each time.
        end = (at - age) // step * step
        connection.execute(
            "DELETE FROM samples WHERE store = :store AND at < :end AND EXISTS (SELECT 1 FROM samples AS later"
            " WHERE later.store = :store AND later.at > samples.at AND later.at < (samples.at / :step + 1) * :step)",
            {"store": store, "end": end, "step": step},
        )
    connection.execute(
        "DELETE FROM samples WHERE store = ? AND at <= (SELECT at FROM samples WHERE store = ? ORDER BY at DESC"
        " LIMIT 1 OFFSET ?)",
        (store, store, MOST_SAMPLES),
    )


def _forget_stores(connection: sqlite3.Connection, at: int) -> None:
    """Forget the stores that nobody looked at for long, and beyond the most that are kept those of longest ago."""
    connection.execute(
        "DELETE FROM sampled WHERE id NOT IN (SELECT store FROM samples GROUP BY store HAVING max(at) >= ?"
        " ORDER BY max(at) DESC LIMIT ?)",
        (at - KEPT, MOST_STORES),
    )


def _numbers_text(numbers: Mapping[str, Any]) -> str:
    kept: dict[str, float] = {}
    for label, value in numbers.items():
        if isinstance(value, bool) or not isinstance(value, int | float) or len(kept) == MOST_NUMBERS:
            continue
        # Beyond what a float holds a number is of no use for a trend, and JSON knows no infinities.
        if (isinstance(value, float) and not math.isfinite(value)) or abs(value) > 1e18:
            continue
        kept[label[:LONGEST_LABEL]] = value
    return json.dumps(kept, separators=(",", ":"), allow_nan=False)


def _numbers(text: str) -> dict[str, float]:
    """Return the numbers of a row; one that another program wrote wrongly has none."""
    try:
        found: Any = json.loads(text)
    except ValueError:
        return {}
    if not isinstance(found, dict):
        return {}
    items = cast("dict[str, Any]", found).items()
    return {label: value for label, value in items if isinstance(value, int | float) and not isinstance(value, bool)}
