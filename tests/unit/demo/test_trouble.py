"""Faults on demand: what can be asked for, and what is refused with a word."""

from __future__ import annotations

import pytest

from tui.services.serving.trouble import NO_TROUBLE, Trouble, read_trouble

NAMES = ("arakoon", "deker", "weather")


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("slow", Trouble(slow=True)),
        ("flaky", Trouble(flaky=True)),
        ("down=arakoon", Trouble(down=frozenset({"arakoon"}))),
        ("down=arakoon,weather", Trouble(down=frozenset({"arakoon", "weather"}))),
        ("slow,down=arakoon,deker,flaky", Trouble(True, True, frozenset({"arakoon", "deker"}))),
        (" slow  flaky ", Trouble(True, True)),
    ],
)
def test_troubles_are_read_and_written(text: str, wanted: Trouble) -> None:
    assert read_trouble(text, NAMES) == wanted == read_trouble(str(wanted), NAMES)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("", "say slow"),
        ("slw", "do you mean slow?"),
        ("down=", "known are arakoon"),
        ("down=arakon", "no 'arakon'"),
        ("arakoon", "none of slow"),
        ("slow,arakoon", "none of slow"),
        ("up=arakoon", "none of slow"),
        ("\x1b[31m", "none of slow"),
    ],
)
def test_what_is_no_trouble_is_refused(text: str, word: str) -> None:
    with pytest.raises(ValueError, match=word) as caught:
        read_trouble(text, NAMES)
    assert "\x1b" not in str(caught.value)


def test_a_store_is_down_by_any_of_its_names() -> None:
    trouble = read_trouble("down=weather", NAMES)
    assert trouble.is_down("deker", "weather") and not trouble.is_down("arakoon", "cluster")
    assert str(NO_TROUBLE) == ""
