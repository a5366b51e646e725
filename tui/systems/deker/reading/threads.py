"""Pieces of one read, shared out among a few threads."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")
THREADS = 4
"""A disk that is not warm answers several at once sooner, and the packages that unpack let others run."""


def share_out(pieces: Sequence[T], do: Callable[[T], None], least: int) -> None:
    """Do something with each piece, in threads if there are more than `least`; the first failure ends it and is raised.

    The threads are made for it and end with it, so that a read never waits for another one's.
    """
    if len(pieces) <= least:
        for piece in pieces:
            do(piece)
        return
    failed = threading.Event()

    def do_some(first: int) -> None:
        try:
            for piece in pieces[first::THREADS]:
                if failed.is_set():
                    return
                do(piece)
        except BaseException:
            failed.set()
            raise

    with ThreadPoolExecutor(THREADS, thread_name_prefix="read") as pool:
        for done in [pool.submit(do_some, first) for first in range(THREADS)]:
            done.result()
