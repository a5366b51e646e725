"""The proof of a dry run: it sends no change, and what it tells is what is sent afterwards, to the letter."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

import httpx
import pytest

from tui.resources.confirmation import Confirmation
from tui.resources.connections import Connection
from tui.resources.deck import Deck
from tui.resources.forms import read_form
from tui.resources.gate import Request
from tui.resources.system import System
from tui.resources.types import Query, ResourceType, Scope
from tui.services.dry_run import Held
from tui.services.errors import ServiceError

READS = ("GET", "HEAD", "OPTIONS")


@dataclass(frozen=True)
class Try:
    """An action to be tried. `key` is of an item, "*" is the first one that it can be done to, "" the scope."""

    action: str
    scope: tuple[str, ...] = ()
    key: str = "*"
    form: Mapping[str, Any] = field(default_factory=dict[str, Any])


@dataclass(frozen=True)
class Change:
    """A change as it went over the wire."""

    method: str
    target: str
    body: Any


class Tap:
    """Hears of every request that httpx sends, log-ins aside, and lets it go."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, login: Iterable[str]) -> None:
        self.changes: list[Change] = []
        send, paths = httpx.AsyncClient.send, tuple(login)

        async def tapped(client: httpx.AsyncClient, request: httpx.Request, **options: Any) -> httpx.Response:
            if request.method not in READS and not request.url.path.endswith(paths):
                content = request.content
                if request.headers.get("content-type", "").startswith("application/x-www-form"):
                    body: Any = dict(parse_qsl(content.decode()))
                else:
                    body = json.loads(content) if content else None
                self.changes.append(Change(request.method, str(request.url), body))
            return await send(client, request, **options)

        monkeypatch.setattr(httpx.AsyncClient, "send", tapped)


def untried(system: System[Any], tries: Iterable[tuple[str, str]]) -> set[str]:
    """Return the actions of a system that are declared to be fit for a dry run, and are not tried.

    One that several lists share needs to be tried in one of them.
    """
    done = {system.types[kind].actions[action].handler for kind, action in tries}
    return {
        f"{kind.name} {action.name}"
        for kind in system.types.values()
        for action in kind.actions.values()
        if action.rehearsal != "no" and action.handler not in done
    }


async def agree(confirmation: Confirmation) -> Mapping[str, str]:
    """Type whatever is asked for."""
    return {challenge.name: challenge.expected for challenge in confirmation.challenges}


async def request_for(deck: Deck, connection: Connection, kind: ResourceType[Any, Any], tried: Try) -> Request:
    """Return what a screen would ask for."""
    action, scope = kind.actions[tried.action], Scope(tried.scope)
    service = await connection.service()
    form = None if action.form is None else read_form(action.form, tried.form)
    if tried.key == "":
        return Request(connection, kind, action, scope, (), form)
    if tried.key != "*":
        return Request(connection, kind, action, scope, (await kind.get(service, scope, tried.key),), form)
    async for page in kind.pages(service, scope, Query()):
        for item in page.items:
            request = Request(connection, kind, action, scope, (item,), form)
            if deck.gate.why_off(request) is None:
                found = await kind.get(service, scope, kind.key(item))
                return Request(connection, kind, action, scope, (found,), form)
    raise AssertionError(f"nothing to {tried.action} in {kind.name} {tried.scope}")


async def prove_all(
    deck: Deck,
    connection: Connection,
    tries: Mapping[tuple[str, str], Try],
    tap: Tap,
    served: Callable[[], Iterable[object]],
) -> None:
    """Prove one after another, in their order, and tell of all that are wrong."""
    wrong: list[str] = []
    for (kind, action), tried in tries.items():
        try:
            await prove(deck, await request_for(deck, connection, connection.system.types[kind], tried), tap, served)
        except (AssertionError, ServiceError) as error:
            wrong.append(f"{kind} {action}: {error}")
    assert not wrong, "\n\n".join(wrong)


async def prove(deck: Deck, request: Request, tap: Tap, served: Callable[[], Iterable[object]]) -> None:
    """See that a dry run of it changes nothing, and that the change is what it told.

    `served` are the changes that the server has heard of.
    """
    name, before = f"{request.type.name} {request.action.name}", len([*served()])
    tap.changes.clear()
    sending = await deck.gate.sending(request)
    assert tap.changes == [] and len([*served()]) == before, name
    assert sending.held, (name, sending.note)
    try:
        await deck.gate.run(request, agree)
    except ServiceError as error:
        assert tap.changes, (name, error)
    sent = tap.changes
    assert len(sent) >= len(sending.held), (name, sent, sending.held)
    for told, done in zip(sending.held, sent, strict=False):
        assert told.method == done.method, name
        assert done.target.endswith(told.target) and told.target, (name, told, done)
        assert is_same(told.body, done.body), (name, told.body, done.body)
        _check_text(told, done)
    more = "more requests" in sending.note
    assert more or len(sent) == len(sending.held), (name, "sends more than it says", sent)


def is_same(told: Any, done: Any) -> bool:
    """Whether two bodies are the same, a variable standing for any text."""
    if isinstance(told, str) and told.startswith("$"):
        return isinstance(done, str)
    if isinstance(told, Mapping) and isinstance(done, Mapping):
        return told.keys() == done.keys() and all(is_same(told[key], done[key]) for key in told)
    if isinstance(told, list | tuple) and isinstance(done, list):
        return len(told) == len(done) and all(is_same(*pair) for pair in zip(told, done, strict=True))
    return bool(told == done)


def _check_text(told: Held, done: Change) -> None:
    assert told.text.startswith(f"curl -X {done.method} "), told.text
