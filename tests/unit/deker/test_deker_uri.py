"""URIs and paths: what is taken, what is refused and why; nothing is ever made."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tui.services.errors import InvalidInput, NotFound
from tui.systems.deker.uri import check_root, root_of


@pytest.mark.parametrize(
    ("uri", "path"),
    [
        ("file:///a/b", "/a/b"),
        ("FILE:///a/b/", "/a/b"),
        ("file:/a", "/a"),
        ("/a/b", "/a/b"),
        ("/a b/ü", "/a b/ü"),
        ("file:///a%20b", "/a%20b"),
        ("file:///a?q#f", "/a"),
        ("/with:colon", "/with:colon"),
        ("~/x", str(Path.home() / "x")),
        ("rel/x", str(Path.cwd() / "rel/x")),
        ("file:rel/x", str(Path.cwd() / "rel/x")),
    ],
)
def test_a_storage_is_named(uri: str, path: str) -> None:
    assert root_of(uri) == path


@pytest.mark.parametrize(
    ("uri", "reason"),
    [
        ("", "empty"),
        ("  ", "empty"),
        (None, "text"),
        (7, "text"),
        ("s3://bucket", "scheme s3"),
        ("leapyear+https://host", "scheme"),
        ("http://host/x", "servers"),
        ("HTTPS:host", "servers"),
        ("file://rel/x", "rel is taken for a host"),
        ("file:///a;b", "semicolon"),
        ("file:", "no path"),
        ("file:///a\0b", "NUL"),
        ("/a\0b", "NUL"),
        ("/" + "x" * 256, "255"),
        ("file://[", "malformed"),
    ],
)
def test_what_names_no_storage_is_refused(uri: Any, reason: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        root_of(uri)
    assert reason in caught.value.message


def test_a_missing_storage_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(NotFound) as caught:
        check_root(str(tmp_path / "typo"))
    assert caught.value.hint
    assert list(tmp_path.iterdir()) == []


def test_what_is_no_storage_is_said_to_be_none(tmp_path: Path) -> None:
    check_root(str(tmp_path))
    file = tmp_path / "file"
    file.touch()
    with pytest.raises(InvalidInput):
        check_root(str(file))
    with pytest.raises(InvalidInput):
        check_root(str(file / "below"))
    with pytest.raises(NotFound):
        check_root(str(tmp_path))
    inside = tmp_path / "storage" / "collections"
    (inside / "x").mkdir(parents=True)
    check_root(str(inside.parent))
    with pytest.raises(NotFound) as caught:
        check_root(str(inside))
    assert str(inside.parent) in caught.value.hint
