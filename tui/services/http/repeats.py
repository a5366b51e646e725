"""After which statuses a call is sent again: the rule of a session, which a system may have its own of."""

from __future__ import annotations

from dataclasses import dataclass

TOO_MANY = 429
"""The status of a call that was turned away: it was not done, so that any call may be sent again after it."""


@dataclass(frozen=True, slots=True)
class Repeats:
    """Which refusals are worth another attempt.

    `statuses` are, `of_reads` are too where the call only reads, and `when_asked` are when the server says how long
    to wait. A call that may not be repeated is sent again after none of them but 429.
    """

    statuses: frozenset[int] = frozenset({TOO_MANY, 502, 503, 504})
    of_reads: frozenset[int] = frozenset({500})
    when_asked: frozenset[int] = frozenset()

    def after(self, status: int, asked: float | None, *, repeatable: bool, reads: bool) -> bool:
        """Whether to send a call again that was refused with `status`; `asked` is how many seconds it was told."""
        named = status in self.statuses or (reads and status in self.of_reads)
        return (named or (asked is not None and status in self.when_asked)) and (repeatable or status == TOO_MANY)
