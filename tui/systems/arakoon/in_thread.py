"""Blocking work in a thread, to its end."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


async def in_thread(work: Callable[P, T], *arguments: P.args, **keywords: P.kwargs) -> T:
    """Run `work` in a thread and return its result, once it has ended.

    A task that is cancelled meanwhile ends only then as well: nothing goes on behind the back of whoever tidies up.
    """
    task = asyncio.ensure_future(asyncio.to_thread(work, *arguments, **keywords))
    is_cancelled = False
    while not task.done():
        try:
            await asyncio.wait({task})
        except asyncio.CancelledError:
            is_cancelled = True
    if is_cancelled:
        # What the work may have raised is of no interest any more, and must not be reported as forgotten.
        task.exception()
        raise asyncio.CancelledError
    return task.result()
