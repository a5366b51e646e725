"""What a dry run says of every change of Arakoon is what reaches a node, and it sends none itself."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.cli.arakoon_cluster import Running
from tests.cli.conftest import ENTRIES
from tests.dry_run.proof import Try, agree, request_for, untried
from tui.resources.deck import Deck
from tui.resources.gate import Request
from tui.services.errors import ServiceError
from tui.systems.arakoon import system
from tui.systems.arakoon.call_words import changes
from tui.systems.arakoon.wire.steps import Delete, Set

VALUE = {"key": "a/1", "value": "other"}
TRIES: list[tuple[str, Try]] = [
    ("keys", Try("set", (), "", VALUE)),
    ("keys", Try("edit", ("a/",), "a/1", {"value": "uno"})),
    ("keys", Try("test-and-set", ("a/",), "a/1", {"test_value": "one", "value": "two"})),
    ("keys", Try("confirm", (), "", VALUE)),
    ("keys", Try("replace", (), "", VALUE)),
    ("keys", Try("create", (), "", {"key": "neu", "value": "x"})),
    ("keys", Try("delete", ("a/",), "a/1")),
    ("keys", Try("delete", (), "a/")),
    ("keys", Try("delete-prefix", (), "", {"prefix": "a/"})),
    ("entries", Try("load-value", (), "b", {"path": "FILE"})),
    ("keys", Try("import-file", (), "", {"path": "FILE"})),
    ("nodes", Try("user-function", (), "", {"function": "count", "argument": "c"})),
    ("transaction", Try("sequence", (), "", {"steps": "assert b ''; set s1 x; delete b"})),
    ("transaction", Try("commit", (), "", {"sync": "true"})),
    ("nodes", Try("nop", (), "")),
    ("nodes", Try("flush-store", (), "SLAVE")),
    ("nodes", Try("optimize", (), "SLAVE")),
    ("nodes", Try("defrag", (), "SLAVE")),
    ("nodes", Try("collapse", (), "SLAVE", {"keep": "2"})),
    ("nodes", Try("copy-to-head", (), "SLAVE", {"keep": "2"})),
    ("nodes", Try("drop-master", (), "MASTER")),
]


def changed(trio: Running) -> list[tuple[str, tuple[Any, ...]]]:
    """Return the commands that change anything, as the nodes read them."""
    return [(command.name, values) for _, command, values in trio.seen if changes(command)]


def test_every_change_is_tried() -> None:
    assert untried(system, [(kind, tried.action) for kind, tried in TRIES]) == set()


@pytest.mark.parametrize(("kind", "tried"), TRIES, ids=[f"{kind} {tried.action} {tried.key}" for kind, tried in TRIES])
async def test_a_dry_run_tells_what_is_sent(
    deck: Deck, trio: Running, tmp_path: Path, home: Path, kind: str, tried: Try
) -> None:
    file = tmp_path / "entries"
    file.write_text('{"key": {"text": "a/1"}, "value": {"text": "new"}}\n')
    connection = deck.connection(trio.uri)
    service = await connection.service()
    if tried.action == "import-file":
        await _export(deck, connection, file)
    if tried.action == "commit":
        await service.staged.stage(service.client, Set(b"a/1", b"uno"), Delete(b"b"))
    known = {"SLAVE": trio.slave, "MASTER": service.client.master or await service.client.who_master()}
    form = {name: str(file) if value == "FILE" else value for name, value in tried.form.items()}
    made = Try(tried.action, tried.scope, known.get(tried.key, tried.key), form)
    request = await request_for(deck, connection, connection.system.types[kind], made)
    if request.action.preview is not None:
        await deck.gate.preview(request)
    trio.seen.clear()
    kept = sorted(path for path in home.rglob("*"))
    sending = await deck.gate.sending(request)
    assert changed(trio) == [] and trio.entries() == ENTRIES
    assert sorted(path for path in home.rglob("*")) == kept, "nothing is left behind"
    assert sending.held and sending.note in ("", "then, depending on its answer, more requests"), sending
    await _run(deck, request)
    sent = changed(trio)
    assert [(told.method, told.body) for told in sending.held] == sent[: len(sending.held)]
    assert sending.note or len(sent) == len(sending.held)


async def _run(deck: Deck, request: Request) -> None:
    try:
        report = await deck.gate.run(request, agree)
    except ServiceError:
        # It was sent all the same: what a node makes of it is not the question here.
        return
    if report.job is not None:
        await deck.runner.wait(report.job.id)


async def _export(deck: Deck, connection: Any, file: Path) -> None:
    file.unlink()
    request = await request_for(
        deck, connection, connection.system.types["keys"], Try("export", (), "", {"path": str(file)})
    )
    await _run(deck, request)
    text = file.read_text()
    file.write_text(text.replace("one", "uno").replace("b25l", "dW5v"))
