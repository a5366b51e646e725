"""Values: what they are taken for, how they are laid out, and that none of them is a bomb."""

from __future__ import annotations

import bz2
import gzip
import json
import lzma
import math
import random
import struct
import tracemalloc
import zlib
from functools import partial
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tui.systems.arakoon.values.decompression import LARGEST
from tui.systems.arakoon.values.messagepack import is_messagepack, messagepack_lines
from tui.systems.arakoon.values.value_kinds import Kind, Shown, number_readings, recognise
from tui.systems.arakoon.values.value_lines import WIDEST, hex_lines, json_lines
from tui.systems.arakoon.wire.reader import MIB

PACKERS = {"gzip": gzip.compress, "zlib": zlib.compress, "bz2": bz2.compress, "xz": lzma.compress}
ANY_PACKER = pytest.mark.parametrize("form", PACKERS)
TOO_LARGE = 8 * MIB - 1


def lines_of(value: bytes) -> list[str]:
    return list(recognise(value).lines())


def pack(value: Any) -> bytes:
    """Return a value as MessagePack, as its specification has it, in the shortest forms that tests need."""
    match value:
        case None:
            return b"\xc0"
        case bool():
            return b"\xc3" if value else b"\xc2"
        case int() if 0 <= value < 128:
            return struct.pack(">B", value)
        case int() if -32 <= value < 0:
            return struct.pack(">b", value)
        case int():
            return b"\xd3" + struct.pack(">q", value)
        case float():
            return b"\xcb" + struct.pack(">d", value)
        case bytes():
            return b"\xc6" + struct.pack(">I", len(value)) + value
        case str():
            raw = value.encode()
            return (b"\xdb" + struct.pack(">I", len(raw)) if len(raw) > 31 else bytes([0xA0 | len(raw)])) + raw
        case list():
            head = b"\xdc" + struct.pack(">H", len(value)) if len(value) > 15 else bytes([0x90 | len(value)])
            return head + b"".join(map(pack, value))
        case dict():
            head = b"\xde" + struct.pack(">H", len(value)) if len(value) > 15 else bytes([0x80 | len(value)])
            return head + b"".join(pack(key) + pack(inner) for key, inner in value.items())
    raise AssertionError(value)


SCALARS = st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False)
TEXTS = st.text("abc", max_size=5)
TREES = st.recursive(
    SCALARS | TEXTS,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(TEXTS, inner, max_size=5),
    max_leaves=8,
)
CONTAINERS = st.lists(TREES, max_size=5) | st.dictionaries(TEXTS, TREES, max_size=5) | st.lists(st.none(), max_size=40)


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (b"", Kind.EMPTY),
        (b"hello", Kind.TEXT),
        ("schön\n".encode(), Kind.TEXT),
        (b"\x1b[31mred\x1b[0m", Kind.TEXT),
        (b"12345678", Kind.TEXT),
        (b'{"a": [1, 2.50, null]}', Kind.JSON),
        (b" [] ", Kind.JSON),
        (b'{"a": }', Kind.TEXT),
        (b'"word"', Kind.TEXT),
        (b"[" + b"9" * 5000 + b"]", Kind.JSON),
        (b"\x07\x00\x00\x00", Kind.NUMBER),
        (struct.pack("<d", math.pi), Kind.NUMBER),
        (pack({"a": [1, None]}), Kind.MESSAGEPACK),
        (pack([b"\x00"]), Kind.MESSAGEPACK),
        (b"\xff\x06\x00\x00sNaPpY\x00", Kind.COMPRESSED),
        (b"\x28\xb5\x2f\xfd\x00\x00", Kind.COMPRESSED),
        (b"\x00\x01\x02", Kind.BINARY),
        (b"\xed\xa0\x80", Kind.BINARY),
        (b"\x01\x02\x03\x04\x05", Kind.BINARY),
    ],
)
def test_what_a_value_is_taken_for(value: bytes, kind: Kind) -> None:
    shown = recognise(value)
    assert (shown.kind, shown.size) == (kind, len(value))


def check_harmless(shown: Shown) -> None:
    assert shown.summary.isprintable()
    for line in shown.lines():
        assert line.isprintable()
        assert len(line) <= WIDEST


@given(st.binary(max_size=200))
@example(b"\x1f\x8b\x08")
@example(b"BZh91AY&SY")
@example(b"\xfd7zXZ\x00")
@example(b"\xdd\xff\xff\xff\xff")
@example(b"\x91\xc1")
@example(b"\x93\x01\x02\x03")
@example(b"\x92\xd6\xff\xff\xff\xff\xff\xc7\x0c\xff\xff\xff\xff\xff\x7f\xff\xff\xff\xff\xff\xff\xff")
def test_any_bytes_are_shown_without_harm(value: bytes) -> None:
    check_harmless(recognise(value))


@given(CONTAINERS, st.integers(0, 400), st.integers(0, 255))
def test_damaged_messagepack_is_shown_without_harm(value: Any, at: int, byte: int) -> None:
    packed = bytearray(pack(value))
    packed[at % len(packed)] = byte
    check_harmless(recognise(bytes(packed)))
    list(messagepack_lines(bytes(packed)))


@given(CONTAINERS)
def test_messagepack_is_recognised_only_if_it_is_whole(value: Any) -> None:
    packed = pack(value)
    assert is_messagepack(packed)
    assert not is_messagepack(packed[:-1])
    assert not is_messagepack(packed + b"\x00")


@given(CONTAINERS.filter(len))
def test_messagepack_is_laid_out_with_all_that_it_holds(value: Any) -> None:
    def expected(value: Any, indent: str, prefix: str) -> list[str]:
        if isinstance(value, list) and value:
            inner = [line for each in value for line in expected(each, indent + "  ", "")]
            return [f"{indent}{prefix}[", *inner, f"{indent}]"]
        if isinstance(value, dict) and value:
            pairs = [(f'"{key}": ', each) for key, each in value.items()]
            return [
                f"{indent}{prefix}{{",
                *(line for key, each in pairs for line in expected(each, indent + "  ", key)),
                f"{indent}}}",
            ]
        plain = f'"{value}"' if isinstance(value, str) else repr(value)
        words = {None: "null", True: "true", False: "false"}
        shown = words[value] if value is None or isinstance(value, bool) else plain
        return [f"{indent}{prefix}{shown}"]

    assert list(messagepack_lines(pack(value))) == expected(value, "", "")


def test_messagepack_s_own_kinds_are_shown() -> None:
    packed = bytes.fromhex("95 c4020aff d6ff5f5e1000 d40500 ca3f800000 8191c0c3")
    assert list(messagepack_lines(packed)) == [
        "[",
        "  h'0aff'",
        "  2020-09-13T12:26:40+00:00",
        "  ext(5, h'00')",
        "  1.0",
        "  {",
        "    [",
        "      null",
        "    ]",
        "    : true",
        "  }",
        "]",
    ]


@given(CONTAINERS)
def test_json_is_laid_out_and_stays_what_it_is(value: Any) -> None:
    for text in (json.dumps(value), json.dumps(value, indent=3), json.dumps(value, separators=(",", ":"))):
        assert json.loads("\n".join(json_lines(text))) == value
        assert recognise(text.encode()).kind is Kind.JSON


def test_json_shows_numbers_and_doubled_keys_as_they_were_written() -> None:
    assert lines_of(b'{"n": 1.10, "n": 1e400, "e": {}, "s": "a\\"{,"}') == [
        "{",
        '  "n": 1.10,',
        '  "n": 1e400,',
        '  "e": {},',
        '  "s": "a\\"{,"',
        "}",
    ]


def test_text_is_shown_line_by_line_with_its_controls_spelt_out() -> None:
    assert lines_of(b"a\r\n\nb\rc\td\x1b[2J\n") == ["a", "", "b\\rc   d\\e[2J"]


def test_a_line_of_megabytes_is_shown_in_pieces() -> None:
    lines = lines_of(b"x" * TOO_LARGE)
    assert max(map(len, lines)) == WIDEST
    assert sum(map(len, lines)) == TOO_LARGE


@given(st.binary(min_size=1, max_size=100))
def test_a_hex_dump_has_every_byte(value: bytes) -> None:
    lines = list(hex_lines(value))
    assert bytes.fromhex("".join(line[10:58] for line in lines)) == value
    assert [int(line[:8], 16) for line in lines] == list(range(0, len(value), 16))


def test_a_hex_dump_looks_like_one() -> None:
    assert lines_of(b"\x00\x01 ABC\xff") == ["00000000  00 01 20 41 42 43 ff                              |.. ABC.|"]


def test_readings_of_four_and_eight_bytes() -> None:
    assert number_readings(b"\xff\xff\xff\xff") == (
        "int32 little-endian: -1",
        "uint32 little-endian: 4,294,967,295",
        "int32 big-endian: -1",
        "uint32 big-endian: 4,294,967,295",
    )
    assert "float64 little-endian: 3.1415926535897931" in number_readings(struct.pack("<d", math.pi))
    assert "float32 big-endian: 0.5" in number_readings(struct.pack(">f", 0.5))
    assert "int64 big-endian: 1,700,000,000" in number_readings(struct.pack(">q", 1_700_000_000))
    assert number_readings(b"123") == ()


@ANY_PACKER
def test_a_compressed_value_shows_what_it_holds(form: str) -> None:
    shown = recognise(PACKERS[form](b'{"a": 1}'))
    assert shown.kind is Kind.COMPRESSED
    assert shown.summary == f'{form}, 8 bytes: JSON: {{"a": 1}}'
    assert shown.inner is not None
    assert shown.inner.kind is Kind.JSON
    assert list(shown.lines()) == ["{", '  "a": 1', "}"]


@pytest.mark.parametrize("form", ["gzip", "bz2", "xz"])
def test_a_damaged_or_short_compressed_value_says_so(form: str) -> None:
    packed = PACKERS[form](random.Random(3).randbytes(5000))
    assert "cut short" in recognise(packed[:-20]).summary
    damaged = bytearray(packed)
    damaged[len(damaged) // 2 : len(damaged) // 2 + 40] = bytes(40)
    assert "damaged" in recognise(bytes(damaged)).summary
    assert list(recognise(bytes(damaged)).lines())


def test_two_bytes_that_could_begin_zlib_are_not_taken_for_it() -> None:
    assert recognise(b"x^2 + y^2 = z^2").kind is Kind.TEXT
    assert recognise(zlib.compress(b"abc") + b"!").kind is not Kind.COMPRESSED


def test_compression_around_compression_is_undone_a_few_times() -> None:
    value = b"text"
    for _ in range(6):
        value = gzip.compress(value)
    assert recognise(value).summary.count("gzip") == 3


def packed_zeros(form: str) -> bytes:
    return PACKERS[form](bytes(64 * MIB))


BOMBS = {
    **{f"{form} of zeros": partial(packed_zeros, form) for form in PACKERS},
    "gzip of gzip of zeros": lambda: gzip.compress(gzip.compress(bytes(64 * MIB), 1), 1),
    "empty gzips": lambda: (gzip.compress(b"") * 400_000)[:TOO_LARGE],
    "gzip of open brackets": lambda: gzip.compress(b"[" * 32 * MIB, 1),
    "open brackets": lambda: b"[" * TOO_LARGE,
    "a megabyte of open brackets": lambda: b"[" * MIB,
    "nested JSON": lambda: b"[" * 90_000 + b"]" * 90_000,
    "empty lists": lambda: b"[" + b"[]," * (MIB // 3 - 3) + b"[]]",
    "nested arrays": lambda: b"\x91" * TOO_LARGE,
    "an array of what is not there": lambda: b"\xdd\x7f\xff\xff\xff" + bytes(100),
    "arrays that all claim much": lambda: b"\xdd\x00\x7f\x00\x00" * 60 + b"\xc0" * (TOO_LARGE - 300),
    "an array of zeros": lambda: b"\xdd\x00\x7f\xff\xfa" + bytes(TOO_LARGE - 5),
    "a map of maps": lambda: b"\xdf\x00\x10\x00\x00" + b"\x80" * (2 * MIB),
    "line breaks": lambda: b"\n" * TOO_LARGE,
    "invisible text": lambda: ("\u202e" * (TOO_LARGE // 3)).encode(),
    "noise": lambda: random.Random(1).randbytes(TOO_LARGE),
    "quotes and backslashes": lambda: b'["' + b"\\\\" * (MIB // 2 - 4) + b'"]',
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_costs_little(name: str) -> None:
    value = BOMBS[name]()
    tracemalloc.start()
    try:
        shown = recognise(value)
        lines, _ = shown.first_lines(1000)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 6 * LARGEST
    assert shown.summary.isprintable()
    assert max(map(len, lines), default=0) <= WIDEST


def test_what_was_cut_is_shown_as_far_as_it_goes() -> None:
    text = ("ä" * (LARGEST // 2)).encode() + b"more"
    shown = recognise(gzip.compress(b"." + text, 1))
    assert shown.summary.startswith(f"gzip, the first {LARGEST:,} bytes: text: .ää")
    whole = recognise(gzip.compress(b"short"))
    assert whole.first_lines(1) == (("short",), True)
