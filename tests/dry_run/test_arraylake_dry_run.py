"""What a dry run says of every change of Arraylake is what is sent, and it sends none itself."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.dry_run.proof import Tap, Try, prove_all, untried
from tests.ui.arraylake_stage import OCEAN, catalogue, changes, profile_of
from tui.resources.deck import Deck
from tui.systems.arraylake import system
from tui.systems.arraylake.service_side.service import EmbeddedService

ONE = "waves-nemo"
KEYS = {"method": "hmac", "access_key_id": "AKID", "secret_access_key": "hush-hush"}
BUCKET = {"nickname": "new", "uri": "s3://new", "region_name": "us-east-1", **KEYS}
TRIES: dict[tuple[str, str], Try] = {
    ("repos", "create"): Try("create", (OCEAN,), "", {"name": "tides", "description": "of the year"}),
    ("repos", "get-or-create"): Try("get-or-create", (OCEAN,), "", {"name": "fresh"}),
    ("repos", "import-repo"): Try(
        "import-repo", (OCEAN,), "", {"name": "brought", "bucket": "primary", "prefix": "arrays/x"}
    ),
    ("repos", "edit"): Try("edit", (OCEAN,), ONE, {"description": "new words", "metadata": '{"a": 1}'}),
    ("repos", "status"): Try("status", (OCEAN,), ONE, {"mode": "maintenance"}),
    ("buckets", "create"): Try("create", (OCEAN,), "", BUCKET),
    ("buckets", "set-default"): Try("set-default", (OCEAN,), "scratch"),
    ("chunks", "authorize"): Try(
        "authorize", (OCEAN, ONE), "", {"prefix": f"s3://{OCEAN}-open-data/observations/2025/", "bucket": "open-data"}
    ),
    ("chunks", "revoke"): Try("revoke", (OCEAN, ONE)),
    ("policies", "allow"): Try("allow", (OCEAN,), "", {"bucket": "open-data", "subprefix": "2026"}),
    ("policies", "forbid"): Try("forbid", (OCEAN,), "open-data/2025#public"),
    ("buckets", "delete"): Try("delete", (OCEAN,), "open-data"),
    ("repos", "delete"): Try("delete", (OCEAN,), ONE),
}


@pytest.fixture
def lab() -> Iterator[EmbeddedService]:
    with catalogue(15) as service:
        yield service


def test_every_change_is_tried() -> None:
    assert untried(system, TRIES) == set()


async def test_a_dry_run_tells_what_is_sent(
    deck: Deck, lab: EmbeddedService, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tap = Tap(monkeypatch, ("/oauth/token",))
    deck.add_temporary(profile_of(lab, tmp_path))
    await prove_all(deck, deck.connection("lab"), TRIES, tap, lambda: changes(lab))
