"""Keys as text: what is shown can be typed, and gives the same bytes again."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tui.services.errors import InvalidInput
from tui.services.printable import printable
from tui.systems.arakoon.keys_text import behind_prefix, key_text, read_key

KEYS = st.binary(max_size=40) | st.text(max_size=20).map(lambda text: text.encode("utf-8", "surrogatepass"))


@given(KEYS)
@example(b"hex:00")
@example(b"Base64:AA==")
@example(b" ")
@example(b"\\x41")
@example(b"a\xed\xa0\x80b")
@example(b"\x1b]0;title\x07")
@example(bytes(range(256)))
def test_what_is_shown_reads_back(key: bytes) -> None:
    text = key_text(key)
    assert read_key(text) == key
    assert read_key(text.strip()) == key
    assert printable(text) == text
    assert text.isprintable()


def test_a_megabyte_reads_back() -> None:
    key = bytes(range(256)) * 4096
    assert read_key(key_text(key)) == key


@pytest.mark.parametrize(
    ("key", "text"),
    [
        (b"", ""),
        (b"users/0001", "users/0001"),
        ("größe".encode(), "größe"),
        (b"\x00\xff", r"\x00\xff"),
        (b"a\nb", r"a\x0ab"),
        (b"a\\b", r"a\\b"),
        ("\u202e\u00a0".encode(), r"\xe2\x80\xae\xc2\xa0"),
        (b"hex:41", r"\x68ex:41"),
        (b" a b ", r"\x20a b\x20"),
        (b"\xc3", r"\xc3"),
    ],
)
def test_how_keys_are_shown(key: bytes, text: str) -> None:
    assert key_text(key) == text


@given(KEYS, st.integers(1, 30))
def test_a_limit_cuts_what_is_longer_and_nothing_else(key: bytes, limit: int) -> None:
    whole, cut = key_text(key), key_text(key, limit)
    assert cut == (whole if len(whole) <= limit else whole[: limit - 1] + "…")


def test_a_limit_makes_a_large_key_cheap_to_show() -> None:
    assert key_text(b"\x00" * 2**23, 9) == "\\x00\\x00…"


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("plain", b"plain"),
        (r"\x00\xFF", b"\x00\xff"),
        (r"tab\tline\nreturn\rback\\", b"tab\tline\nreturn\rback\\"),
        ("hex:00 ff", b"\x00\xff"),
        ("HEX:", b""),
        ("base64:AP8=", b"\x00\xff"),
        ("base64:AP8", b"\x00\xff"),
        ("ключ", "ключ".encode()),
        ("  two  ", b"  two  "),
        ("a:hex:00", b"a:hex:00"),
    ],
)
def test_what_is_typed(typed: str, key: bytes) -> None:
    assert read_key(typed) == key


@pytest.mark.parametrize(
    "typed", ["hex:0", "hex:zz", "base64:A", "base64:*", r"\q", "\\", r"\x4", "\ud800", "base64:é"]
)
def test_what_means_nothing_is_refused(typed: str) -> None:
    with pytest.raises(InvalidInput):
        read_key(typed)


def test_a_wrong_escape_is_named_with_its_place() -> None:
    with pytest.raises(InvalidInput, match=r"\\q at character 4 is no byte"):
        read_key(r"abc\q")


@given(st.binary(max_size=4), st.binary(max_size=6))
@example(b"\xff\xff", b"\xff\xff\x00")
@example(b"a\xff", b"b")
def test_the_end_of_a_prefix_parts_its_keys_from_all_others(prefix: bytes, key: bytes) -> None:
    end = behind_prefix(prefix)
    assert key.startswith(prefix) == (key >= prefix and (end is None or key < end))
