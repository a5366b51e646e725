"""How the embedded service says no: a status and the text that goes into `{"detail": …}` (contract §2, §11)."""

from __future__ import annotations

from typing import Any


class Refusal(Exception):
    """An answer other than success.

    `status` is the HTTP status, `detail` what the body says. Where only the text of the real service is known, not its
    status, the status is 422 (contract §13.10).
    """

    def __init__(self, status: int, detail: Any) -> None:
        super().__init__(str(detail))
        self.status = status
        self.detail = detail


def invalid(detail: Any) -> Refusal:
    """A rule of the service is broken: 422."""
    return Refusal(422, detail)


def missing(what: str) -> Refusal:
    """The named thing is not there, or not for this principal: 404."""
    return Refusal(404, f"{what} not found")
