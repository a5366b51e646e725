"""What an Arakoon cluster shows: nodes, operations, keys, as values."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

Role = Literal["master", "slave", "unknown"]


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, ser_json_inf_nan="strings")


class Node(_Value):
    """A node of the cluster as it answered last.

    `state` is the server's own word (contract §4), `health` ours: `ok`, `degraded` (it answers, and no update would go
    through or it is far behind) or `down`. `master` is whom it takes for the master. `update` is the number of the
    last update it applied, `lag` how many the master is ahead. `lease` is in seconds. `memory` is in bytes, `up_since`
    when its counters began, in seconds since 1970. `latency` is in seconds, of the calls that looked at it.
    """

    name: str
    address: str
    role: Role = "unknown"
    health: Literal["ok", "degraded", "down"] = "down"
    state: str | None = None
    master: str | None = None
    progress: bool | None = None
    update: int | None = None
    lag: int | None = None
    version: str | None = None
    build: str | None = None
    lease: float = 10.0
    memory: int | None = None
    operations: float | None = None
    counting_since: float | None = None
    latency: float | None = None
    problem: str | None = None


class Operation(_Value):
    """What a node counted of one kind of operation since its counters began (contract §7).

    `rate` is operations a second between the last two looks, None before there were two. Times are in seconds;
    `least`, `most`, `mean` and `deviation` are None while nothing was counted. `size` is the mean size of what was
    read or written: bytes of values, elements of ranges.
    """

    name: str
    node: str
    count: int
    rate: float | None = None
    least: float | None = None
    most: float | None = None
    mean: float | None = None
    deviation: float | None = None
    size: float | None = None
    size_unit: str | None = None


class KeyItem(_Value):
    """A key, or a prefix that several keys begin with, as text (see `keys_text`).

    `value` is the start of the value, or what it looks like; `size` its bytes. A prefix has neither.
    """

    key: str
    is_prefix: bool = False
    label: str = ""
    kind: str | None = None
    size: int | None = None
    value: str | None = None
