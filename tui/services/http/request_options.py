"""What a request may have besides its method, its path and what its answer is decoded into: see `HttpSession.ask`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypedDict

Query = Mapping[str, str | int | Sequence[str]]
"""Parameters of an address; a sequence is sent as the same name several times."""


class RequestOptions(TypedDict, total=False):
    """The options of `HttpSession.ask`, for its signatures; each is described there."""

    query: Query | None
    body: object
    form: Mapping[str, object] | None
    repeatable: bool | None
    private: bool
    identified: bool
    headers: Mapping[str, str] | None
    deadline: float | None
