"""One call: a request taken apart, its answer, and what a back end must be able to do (contract §5, §10)."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from tui.systems.leapyear.service_side.refusal import Refusal, invalid

LIMIT, MOST = 100, 500
"""How many items a page has unless it is asked for, and at most."""


@dataclass(frozen=True, slots=True)
class Principal:
    """Who asks. `session` names the log-in, `method` how it came about."""

    id: int
    name: str
    is_admin: bool
    session: str
    method: str


NOBODY = Principal(0, "", False, "", "")


@dataclass(frozen=True, slots=True)
class Call:
    """What an operation gets. `names` are the parts of the path, `headers` have names in lower case."""

    operation: str
    names: Mapping[str, str]
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: Any
    token: str
    source: str
    principal: Principal = NOBODY

    @property
    def is_async(self) -> bool:
        """Whether the client would rather have a job than wait."""
        return "respond-async" in self.headers.get("prefer", "")

    @property
    def revision(self) -> int | None:
        """The revision that the client knows, None if it does not say.

        Raises:
            Refusal: 422, it is none.
        """
        given = self.headers.get("if-match")
        if given is None:
            return None
        number = given.strip().strip('"')
        if not number.isascii() or not number.isdigit() or len(number) > 15:
            raise invalid("If-Match", "it must be a revision in quotes")
        return int(number)

    def choice(self, name: str, *choices: str) -> str:
        """Return a parameter of the query that has one of some values; the first where it is not given.

        Raises:
            Refusal: 422, it has another.
        """
        found = self.query.get(name, choices[0])
        if found not in choices:
            raise invalid(name, f"it must be one of {', '.join(choices)}")
        return found

    def whole(self, name: str, default: int, least: int, most: int) -> int:
        """Return a number of the query.

        Raises:
            Refusal: 422, it is none, or out of bounds.
        """
        given = self.query.get(name, str(default))
        if not given.isascii() or not given.isdigit() or not least <= int(given[:10]) <= most:
            raise invalid(name, f"it must be a number from {least} to {most}")
        return int(given)

    @property
    def limit(self) -> int:
        """How many items the page shall have."""
        return self.whole("limit", LIMIT, 1, MOST)

    @property
    def after_name(self) -> str:
        """The name that the last page ended with, "" for the first page. Raises as `after`."""
        found = self.after
        if isinstance(found, int):
            raise invalid("cursor", "it is none of this list's")
        return found or ""

    @property
    def after(self) -> str | int | None:
        """What the last page ended with, None for the first.

        Raises:
            Refusal: 422, the cursor is none of ours.
        """
        given = self.query.get("cursor")
        if not given:
            return None
        try:
            found: Any = json.loads(base64.urlsafe_b64decode(given.encode()))["after"]
        except (ValueError, binascii.Error, RecursionError, TypeError, KeyError):
            found = None
        if type(found) not in (str, int):
            raise invalid("cursor", "it is none of this server's")
        return found

    def need_admin(self) -> None:
        """Raise Refusal 403 unless an administrator asks."""
        if not self.principal.is_admin:
            raise Refusal(403, "forbidden", "Only an administrator may do this.")


@dataclass(frozen=True, slots=True)
class Answer:
    """A status and a body that becomes JSON; none for 204."""

    body: Any = None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict[str, str])


NOTHING = Answer(None, 204)


def page(items: Sequence[Any], call: Call, key: str) -> Answer:
    """Return items, of which there is one more than fits where there is a next page, as a page of a list."""
    shown = list(items[: call.limit])
    return Answer({"items": shown, "next_cursor": cursor(shown[-1][key]) if len(items) > call.limit else None})


def cursor(last: Any) -> str:
    """Return the cursor of the page after the item that is known by `last`."""
    return base64.urlsafe_b64encode(json.dumps({"after": last}).encode()).decode()


def sliced(items: Sequence[Mapping[str, Any]], call: Call, key: str) -> Answer:
    """Return the page that is asked for, of items that are all at hand and in the order of `key`."""
    after = call.after_name
    rest = [item for item in items if item[key] > after]
    return page(rest[: call.limit + 1], call, key)


class Backend(Protocol):
    """What stands behind the HTTP side: the emulator, or the bridge to the vendor's package."""

    async def principal(self, token: str) -> Principal:
        """Return whose token it is.

        Raises:
            Refusal: 401, nobody's (any more).
        """
        ...

    async def answer(self, call: Call) -> Answer:
        """Carry out an operation.

        Raises:
            Refusal: it cannot be done.
        """
        ...

    async def job_ends(self, call: Call, seconds: float) -> Answer:
        """Return a job as `get_job` does, once it is over or the time is."""
        ...

    def audit(self, call: Call, method: str, path: str, status: int) -> None:
        """Note that somebody tried to change something."""
        ...

    def close(self) -> None:
        """Let go of everything."""
        ...
