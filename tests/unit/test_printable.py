"""Foreign text cannot steer a terminal, whatever it holds."""

from __future__ import annotations

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from tui.services.printable import printable, printable_lines

HARMLESS_FORMAT: set[str] = set()


@given(st.text() | st.text(alphabet=st.characters(categories=["Cc", "Cf", "Cs", "Zl", "Zp"])))
def test_no_control_format_or_surrogate_survives(text: str) -> None:
    safe = printable(text)
    assert not [character for character in safe if unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp")]
    bidirectional = ("LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI")
    assert not [character for character in safe if unicodedata.bidirectional(character) in bidirectional]


@given(st.text(max_size=60), st.integers(1, 20))
def test_a_limit_is_kept(text: str, limit: int) -> None:
    assert len(printable(text, limit)) <= limit


def test_escapes_are_spelt_out() -> None:
    assert printable("a\x1b[31mred\x1b]0;title\x07") == "a\\e[31mred\\e]0;title\\x07"
    assert printable("ab\u202egnp.exe") == "ab\\u202egnp.exe"
    assert printable(b"caf\xe9".decode("utf-8", "surrogateescape")) == "caf\\udce9"


def test_ordinary_text_stays_as_it_is() -> None:
    text = "Größe 数据 שלום naïve 🌡 [bold]x[/]"
    assert printable(text) == text


def test_lines_are_kept_where_they_are_meant() -> None:
    assert printable_lines("a\tb\nc\x1b[2Jd") == "a   b\nc\\e[2Jd"
