"""Which generation this is: the one call that tells them apart (contract §1, §11)."""

from __future__ import annotations

import struct
from typing import Any

from tui.systems.tiledb.service_side.call import Answer, Call
from tui.systems.tiledb.service_side.routing import Route

DEPLOYED, OLDEST_CLIENT = (2, 30, 0), (2, 28, 0)
"""The TileDB version that the server has, and the oldest client's."""


def capnp() -> bytes:
    """Return the capabilities as libtiledb reads them: two pointers, each to three 16-bit numbers."""
    # One segment of five words: a root pointer (struct, no data, two pointers), the two pointers (struct, one data
    # word at offset 1 and 1 from each pointer's end), the two data words.
    words = [_struct(0, 0, 2), _struct(1, 1, 0), _struct(1, 1, 0)]
    words += [struct.pack("<HHHH", *version, 0) for version in (DEPLOYED, OLDEST_CLIENT)]
    return struct.pack("<II", 0, len(words)) + b"".join(words)


def _struct(offset: int, data: int, pointers: int) -> bytes:
    """Return a pointer to a struct: how many words on it begins, how many words and pointers it has."""
    return struct.pack("<iHH", offset << 2, data, pointers)


def capabilities(call: Call) -> Any:
    """Answer the versions, in the form that the request is in."""
    if "capnp" in call.headers.get("content-type", ""):
        return Answer(capnp(), media="application/capnp")
    deployed, oldest = (
        dict(zip(("major", "minor", "patch"), version, strict=True)) for version in (DEPLOYED, OLDEST_CLIENT)
    )
    return {"deployedTileDBVersion": deployed, "minimumSupportedTileDBClientVersion": oldest}


def versions(call: Call) -> Any:
    return {
        "data": {
            "go_version": "go1.24.0",
            "tiledb_version": ".".join(map(str, DEPLOYED)),
            "udf_images_version": ["3.11-2.30", "3.12-2.30"],
            "vcs_name": "git",
            "vcs_revision": "embedded",
            "vcs_time": "2026-01-01T00:00:00Z",
            "build_id": "embedded",
        }
    }


def onboarding(call: Call) -> Any:
    return {"data": {"onboarding_completed": True}}


def providers(call: Call) -> Any:
    """Answer the ways to log in: with a password only."""
    return {"data": {}}


ROUTES = (
    Route("GET", "/v4/capabilities", capabilities),
    Route("GET", "/v4/versions", versions),
    Route("GET", "/v4/onboarding", onboarding),
    Route("GET", "/v4/open/auth/providers", providers, anybody=True),
)
