"""The parameters of a client's constructor, checked as Deker checks them (contract §2)."""

from __future__ import annotations

import logging
import os
import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from tui.services.errors import InvalidInput
from tui.systems.deker.format.names import SYSTEM

_MEMORY = re.compile(r"(\d+)\s*([KMGT])?\Z", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ClientOptions:
    """Checked parameters. Times are in seconds; `memory_limit` is in bytes, 0 meaning all there is."""

    executor: ThreadPoolExecutor | None
    workers: int
    write_lock_timeout: int
    write_lock_check_interval: int
    loglevel: int
    memory_limit: int


class ProfileOptions(BaseModel):
    """What a profile may say about how a storage is opened: the parameters of the client (contract §2)."""

    model_config = ConfigDict(extra="forbid")

    workers: int | None = Field(None, ge=1, description="threads that read; by default one a processor, and four")
    write_lock_timeout: int = Field(5, ge=0, description="seconds that a change waits for readers of an array")
    write_lock_check_interval: int = Field(1, ge=0, description="seconds between two looks at them")
    loglevel: str = Field("ERROR", description="the least grave message that is logged")
    memory_limit: int | str = Field(0, description="bytes that an array in memory may take, or such as 512M")


def checked(
    executor: Any,
    workers: Any,
    write_lock_timeout: Any,
    write_lock_check_interval: Any,
    loglevel: Any,
    memory_limit: Any,
) -> ClientOptions:
    """Return the parameters in their final form.

    Raises:
        InvalidInput: one cannot be used; the message begins with its name.
    """
    if executor is not None and not isinstance(executor, ThreadPoolExecutor):
        raise _invalid("executor", "a ThreadPoolExecutor or None")
    if workers is None:
        workers = (os.cpu_count() or 1) + 4
    if not isinstance(workers, int) or workers < 1:
        raise _invalid("workers", "a whole number from 1")
    for name, value in (
        ("write_lock_timeout", write_lock_timeout),
        ("write_lock_check_interval", write_lock_check_interval),
    ):
        if not isinstance(value, int):
            raise _invalid(name, "a whole number of seconds")
    levels = logging.getLevelNamesMapping()
    level = levels.get(loglevel.upper()) if isinstance(loglevel, str) else None
    if level is None:
        raise _invalid("loglevel", f"one of {', '.join(levels)}")
    memory = _memory(memory_limit)
    return ClientOptions(executor, int(workers), write_lock_timeout, write_lock_check_interval, level, memory)


def _memory(value: Any) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        return max(value, 0)
    match = _MEMORY.match(value.strip()) if isinstance(value, str) else None
    if match is None or len(match[1]) > 18:
        raise _invalid("memory_limit", "bytes, or a number with K, M, G or T, such as 512M")
    return int(match[1]) * 1024 ** (" KMGT".index((match[2] or " ").upper()))


def _invalid(name: str, wanted: str) -> InvalidInput:
    return InvalidInput(SYSTEM, "open", f"{name}: give {wanted}")
