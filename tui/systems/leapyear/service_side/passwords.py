"""Passwords: kept as scrypt hashes, checked in the same time whether there is such a user or not (contract §8.10)."""

from __future__ import annotations

import hashlib
import hmac
import os
import threading
from collections import OrderedDict

from tui.services.serving.clock import Clock
from tui.systems.leapyear.service_side.refusal import Refusal

COST = 2**14
"""What scrypt calls n: how much work a password is."""
ATTEMPTS, PERIOD = 5, 60.0
"""Failed log-ins of a user from one address, in how many seconds, after which the next are not looked at."""
_REMEMBERED = 10_000
_NO_SALT, _NO_HASH = b"\0" * 16, b"\0" * 32


def hashed(password: str, salt: bytes | None = None, cost: int = COST) -> tuple[bytes, bytes]:
    """Return the salt and the hash of a password."""
    used = os.urandom(16) if salt is None else salt
    text = password.encode("utf-8", "surrogatepass")
    return used, hashlib.scrypt(text, salt=used, n=cost, r=8, p=1, maxmem=2**26, dklen=32)


def is_right(password: str, kept: tuple[bytes, bytes] | None, cost: int = COST) -> bool:
    """Whether a password is the kept one. It takes as long where none is kept, and is never right then."""
    salt, wanted = kept if kept is not None else (_NO_SALT, _NO_HASH)
    return hmac.compare_digest(hashed(password, salt, cost)[1], wanted) and kept is not None


class Lockout:
    """Who failed to log in of late. Safe to use from any thread."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._failures: OrderedDict[tuple[str, str], list[float]] = OrderedDict()
        self._lock = threading.Lock()

    def check(self, user: str, source: str) -> None:
        """Raise Refusal 429 if a user may not try again yet from an address."""
        with self._lock:
            recent = self._recent((user, source))
            if len(recent) >= ATTEMPTS:
                wait = max(1.0, recent[-ATTEMPTS] + PERIOD - self._clock.now())
                raise Refusal(429, "too_many_attempts", "Too many failed log-ins; wait before the next.", wait=wait)

    def failed(self, user: str, source: str) -> None:
        """Note a failed log-in, of a user that need not exist."""
        with self._lock:
            self._recent((user, source)).append(self._clock.now())
            while len(self._failures) > _REMEMBERED:
                self._failures.popitem(last=False)

    def succeeded(self, user: str, source: str) -> None:
        """Forget the failures before a good log-in."""
        with self._lock:
            self._failures.pop((user, source), None)

    def _recent(self, key: tuple[str, str]) -> list[float]:
        kept = [moment for moment in self._failures.get(key, []) if moment > self._clock.now() - PERIOD]
        self._failures[key] = kept
        self._failures.move_to_end(key)
        return kept
