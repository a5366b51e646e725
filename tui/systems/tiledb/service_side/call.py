"""One request to the embedded server taken apart for its handler, and the handler's answer (contract §3)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tui.systems.tiledb.service_side.people import Person
from tui.systems.tiledb.service_side.refusal import Refusal, forbidden, invalid

if TYPE_CHECKING:
    from tui.systems.tiledb.service_side.state import State

PAGE = 25
"""Items of a page where the client names no number. What a real server takes is not known (contract §16)."""
MOST = 1000
"""Items that a page may have."""


TEXTS = frozenset(
    (
        *("name", "description", "email", "username", "password", "display_name", "timezone", "user_id"),
        *("visibility", "visibility_level", "uri", "path", "credentials_name", "provider", "workspace_id", "icon"),
        *("expires_at", "expires", "target", "jwt", "response", "namespace", "organization_role", "type", "logo"),
        *("access_credentials_name", "current_password", "new_password", "key", "member_type", "file_type"),
    )
)
"""Fields that are texts wherever they occur in a body."""
LISTS = frozenset(
    ("actions", "array_actions", "group_actions", "tags", "assets_to_add", "invitee_email_or_name", "scopes")
)
"""Fields that are lists of texts."""


@dataclass(frozen=True)
class Answer:
    """A status, a body that becomes JSON (bytes go as they are) and more headers; None: no body."""

    body: Any = None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    media: str = "application/json"


Handler = Callable[["Call"], Any]
"""Returns an `Answer`, or a body that goes with 200, or None, which becomes 204.

Raises:
    Refusal: the answer is this status with an error body.
"""


@dataclass(frozen=True)
class Call:
    """What a handler gets. `path` has the decoded names of the template, `query` all values of each parameter."""

    state: State
    person: Person
    path: Mapping[str, str]
    query: Mapping[str, Sequence[str]]
    headers: Mapping[str, str]
    body: Any
    base: str

    def text(self, name: str, default: str = "") -> str:
        """Return a parameter's first value."""
        values = self.query.get(name)
        return values[0] if values else default

    def texts(self, name: str) -> list[str]:
        """Return all values of a parameter that may be repeated."""
        return list(self.query.get(name, ()))

    def number(self, name: str, default: int) -> int:
        """Return a whole number; some clients send `1.0` (contract §3).

        Raises:
            Refusal: 400, it is none.
        """
        given = self.text(name)
        if not given:
            return default
        try:
            return int(float(given))
        except (ValueError, OverflowError) as error:
            raise invalid(**{name: "is no number"}) from error

    def flag(self, name: str) -> bool | None:
        """Return a truth value, None where it is not given.

        Raises:
            Refusal: 400, it is none.
        """
        given = self.text(name).lower()
        if not given:
            return None
        if given not in ("true", "false", "1", "0"):
            raise invalid(**{name: "is neither true nor false"})
        return given in ("true", "1")

    def word(self, name: str, allowed: Sequence[str], default: str = "") -> str:
        """Return a parameter that is one of some words.

        Raises:
            Refusal: 400, it is none of them.
        """
        given = self.text(name, default)
        if given and given not in allowed:
            raise invalid(**{name: f"is none of {', '.join(allowed)}"})
        return given

    def object(self, *required: str) -> dict[str, Any]:
        """Return the body, an object in which the required fields are neither missing nor empty.

        Raises:
            Refusal: 400, it is not.
        """
        if not isinstance(self.body, dict):
            raise Refusal(400, "the body must be a JSON object")
        check_kinds(self.body)
        wrong = {name: "is required" for name in required if self.body.get(name) in (None, "")}
        if wrong:
            raise invalid(**wrong)
        return self.body

    def objects(self) -> list[dict[str, Any]]:
        """Return the body, a list of objects.

        Raises:
            Refusal: 400, it is none.
        """
        if not isinstance(self.body, list) or not all(isinstance(part, dict) for part in self.body):
            raise Refusal(400, "the body must be a JSON list of objects")
        for part in self.body:
            check_kinds(part)
        return self.body

    def slice(self, first: int = 1) -> tuple[int, int, int]:
        """Return page, page size and offset that are asked for; `first` is the number of the first page.

        Raises:
            Refusal: 400, they are none.
        """
        page, size = self.number("page", first), self.number("per_page", PAGE)
        if page < first:
            raise invalid(page=f"starts at {first}")
        if size < 1:
            raise invalid(per_page="is at least 1")
        size = min(size, MOST)
        return page, size, (page - first) * size

    def paged(self, items: Sequence[Any], first: int = 1, key: str = "data") -> dict[str, Any]:
        """Return the page that is asked for, in its envelope.

        Raises:
            Refusal: as `slice`.
        """
        _, size, offset = self.slice(first)
        return self.envelope(items[offset : offset + size], len(items), first, key)

    def envelope(self, items: Sequence[Any], total: int, first: int = 1, key: str = "data") -> dict[str, Any]:
        """Return items that are a page already, with how many there are in all."""
        page, size, _ = self.slice(first)
        pages = -(-total // size)
        meta = {"page": page, "per_page": size, "total_pages": pages, "total_items": total}
        return {key: list(items), "pagination_metadata": meta}

    def require_admin(self) -> None:
        """Let only who administers the deployment pass.

        Raises:
            Refusal: 403.
        """
        if self.person.role not in ("owner", "admin"):
            raise forbidden("only an owner or admin of the deployment may")


def check_kinds(body: Mapping[str, Any]) -> None:
    """Let a body pass whose texts are texts and whose lists of texts are some.

    Raises:
        Refusal: 400.
    """
    wrong: dict[str, str] = {}
    for name, value in body.items():
        if name in TEXTS and not isinstance(value, str | None):
            wrong[name] = "is no text"
        if name in LISTS and not is_texts(value):
            wrong[name] = "is no list of texts"
    if wrong:
        raise invalid(**wrong)


def is_texts(value: Any) -> bool:
    """Return whether a value is a list of texts, or is not given."""
    return value is None or (isinstance(value, list) and all(isinstance(part, str) for part in value))


def created(body: Any = None) -> Answer:
    """Return the answer to what made something."""
    return Answer(body, 201)
