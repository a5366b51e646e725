"""Sample data of the demo: a tree of keys that means something, and somebody who keeps some of them moving."""

from __future__ import annotations

import json
import random
import struct
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from tui.services.sample_world import CAMPAIGNS, PEOPLE, STATIONS
from tui.systems.arakoon.wire.steps import Set

KEYS = 50_000
_SITES = tuple(station.key for station in STATIONS)
_KINDS = ("temperature", "pressure", "humidity", "wind")
_FIRST_DAY = datetime(2026, 1, 1, tzinfo=UTC)


def sample_entries(count: int = KEYS) -> Iterator[tuple[bytes, bytes]]:
    """Yield `count` entries, the same at every call: text, JSON, numbers, compressed and raw bytes."""
    chance = random.Random(count)
    fixed = [*_special(chance)][:count]
    yield from fixed
    left = count - len(fixed)
    arrays, leases = left * 2 // 10, left // 10
    for number in range(arrays):
        yield _array(chance, number)
    for number in range(leases):
        node = f"worker-{number % 40:02d}"
        yield f"leases/{node}/{number:05d}".encode(), struct.pack("<q", 1_790_000_000_000 + number * 1000)
    for number in range(left - arrays - leases):
        yield _reading(chance, number)


def _array(chance: random.Random, number: int) -> tuple[bytes, bytes]:
    """Return the description of an array as the catalogue of an array store keeps it."""
    site = _SITES[number % len(_SITES)]
    document = {
        "dtype": chance.choice(["float32", "float64", "int16"]),
        "shape": [chance.choice([24, 31, 365]), chance.choice([180, 360]), chance.choice([360, 720])],
        "chunks": [1, 90, 90],
        "unit": chance.choice(["K", "hPa", "m/s", "%"]),
        "modified": (_FIRST_DAY + timedelta(minutes=number)).isoformat(),
    }
    return f"catalogue/{site}/arrays/{number:06d}".encode(), json.dumps(document).encode()


def _reading(chance: random.Random, number: int) -> tuple[bytes, bytes]:
    """Return what a sensor has measured, in an hour of a day."""
    site, kind = _SITES[number % len(_SITES)], _KINDS[number // len(_SITES) % len(_KINDS)]
    hour = _FIRST_DAY + timedelta(hours=number // (len(_SITES) * len(_KINDS)))
    key = f"readings/{site}/{kind}/{hour:%Y-%m-%d}/{hour:%H}"
    return key.encode(), f"{chance.gauss(15, 8):.2f}".encode()


def _special(chance: random.Random) -> Iterator[tuple[bytes, bytes]]:
    yield from _institute()
    yield b"config/cluster", json.dumps({"name": "demo", "nodes": 3, "lease_period": 10}, indent=2).encode()
    yield b"config/retention", b"days = 90\nkeep_last = true\n"
    yield b"counters/uploads", b"0"
    yield b"counters/downloads", b"0"
    yield "notes/ünïcode/日本語".encode(), "keys and values are bytes; these are UTF-8: ✓".encode()
    yield b"binary/\x00\x01\xfe\xff", bytes(range(256))
    yield b"binary/escape\x1b[31m", b"\x1b]0;not a title\x07"
    yield b"empty/value", b""
    yield b"tour/me", b"delete me, and take it back"
    yield b"compressed/log.zlib", zlib.compress(b"2026-01-01T00:00:00Z node started\n" * 400)
    yield b"large/megabyte", chance.randbytes(1024 * 1024)


def _institute() -> Iterator[tuple[bytes, bytes]]:
    """Yield what the institute's other systems look up here: stations, people, and where a campaign's data are."""
    for station in STATIONS:
        told = {"name": station.name, "altitude": station.altitude, "at": [station.latitude, station.longitude]}
        yield f"stations/{station.key}".encode(), json.dumps(told, ensure_ascii=False).encode()
    for campaign in CAMPAIGNS:
        where = {
            "owner": campaign.owner,
            "deker": campaign.collection,
            "arraylake": campaign.repository,
            "tiledb": campaign.asset,
            "leapyear": campaign.survey,
        }
        yield f"campaigns/{campaign.name}".encode(), json.dumps(where).encode()
        yield f"runs/{campaign.name}/latest".encode(), b"0"
    for name, shown in PEOPLE.items():
        owned = [campaign.name for campaign in CAMPAIGNS if campaign.owner == name]
        yield f"people/{name}".encode(), json.dumps({"name": shown, "owns": owned}, ensure_ascii=False).encode()


def movement(tick: int) -> list[Set]:
    """Return what changes in one tick of the writer: two counters, a campaign's run, a station's newest readings.

    The keys are the same ones over and over, so that the cluster does not grow.
    """
    chance = random.Random(tick)
    site = _SITES[tick % len(_SITES)]
    latest = [Set(f"live/{site}/{kind}".encode(), f"{chance.gauss(15, 8):.2f}".encode()) for kind in _KINDS]
    return [
        Set(b"counters/uploads", b"%d" % tick),
        Set(b"counters/downloads", b"%d" % (tick * 3 + chance.randrange(3))),
        Set(f"runs/{CAMPAIGNS[tick % len(CAMPAIGNS)].name}/latest".encode(), b"%d" % tick),
        *latest,
    ]
