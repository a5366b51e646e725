"""Escape: alone it is a key soon, and what comes in pieces stays whole."""

from __future__ import annotations

import time

import pytest
from textual import events

from tui.display.keys import KeyParser, escape_delay


def keys(parser: KeyParser, *pieces: str) -> list[str]:
    """Feed pieces, and wait until nothing is pending any more."""
    found = [event for piece in pieces for event in parser.feed(piece)]
    while (waits := parser.waits) is not None:
        time.sleep(waits)
        found += parser.tick()
    return [event.key for event in found if isinstance(event, events.Key)]


def test_a_lone_escape_is_a_key_after_the_delay() -> None:
    parser = KeyParser(delay=0.02)
    list(parser.feed("\x1b"))
    assert 0 < (parser.waits or 0) <= 0.02
    assert keys(KeyParser(delay=0.02), "\x1b") == ["escape"]
    assert KeyParser().waits is None


@pytest.mark.parametrize("pieces", [("\x1b", "[B"), ("\x1b[", "B"), ("\x1b", "[", "B"), ("\x1b[B",), ("j\x1b", "[B")])
def test_an_arrow_in_pieces_stays_an_arrow(pieces: tuple[str, ...]) -> None:
    assert keys(KeyParser(delay=5), *pieces)[-1:] == ["down"]


def test_the_rest_of_what_has_begun_is_waited_for_longer() -> None:
    parser = KeyParser(delay=0.02)
    list(parser.feed("\x1b["))
    assert (parser.waits or 0) > 0.1


@pytest.mark.parametrize(
    ("pieces", "expected"),
    [
        (("\x1b:x",), ["escape", "colon", "x"]),
        (("\x1bj",), ["escape", "j"]),
        (("\x1b", "j"), ["escape", "j"]),
        (("\x1b8\x1b/a\r",), ["escape", "8", "escape", "slash", "a", "enter"]),
        (("\x1b\x1b[A\x1b\x1bq",), ["escape", "up", "escape", "escape", "q"]),
        (("\x1b\r",), ["escape", "enter"]),
        (("\x1bé",), ["escape", "é"]),
        (("\x1bb\x1b\x7f",), ["ctrl+left", "ctrl+w"]),
        (("\x1b[1;5C\x1bOA",), ["ctrl+right", "up"]),
    ],
)
def test_an_escape_with_a_key_behind_it_is_both(pieces: tuple[str, ...], expected: list[str]) -> None:
    assert keys(KeyParser(delay=0.02), *pieces) == expected


def test_what_is_pasted_holds_no_keys() -> None:
    parser = KeyParser(delay=0.02)
    found = list(parser.feed("\x1b[200~a\x1bjb\x1b[201~\x1bq"))
    assert [event.key for event in found if isinstance(event, events.Key)] == ["escape", "q"]
    assert isinstance(found[0], events.Paste) and found[0].text == "ajb"


def test_a_key_that_somebody_wants_with_alt_is_that(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(KeyParser, "alts", {"j"})
    assert keys(KeyParser(delay=0.02), "\x1bj\x1bk") == ["alt+j", "escape", "k"]


@pytest.mark.parametrize(
    ("env", "seconds"),
    [({"ESCDELAY": "300"}, 0.3), ({"ESCDELAY": "x"}, 0.025), ({}, 0.025), ({"SSH_TTY": "/dev/pts/1"}, 0.06)],
)
def test_the_delay_is_the_users_else_longer_over_ssh(
    monkeypatch: pytest.MonkeyPatch, env: dict[str, str], seconds: float
) -> None:
    for name in ("ESCDELAY", "SSH_TTY", "SSH_CONNECTION"):
        monkeypatch.delenv(name, raising=False)
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    assert escape_delay() == seconds
