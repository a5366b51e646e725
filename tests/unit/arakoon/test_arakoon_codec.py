"""The codec: every value comes back, any bytes give a value or a ProtocolError, lengths are not believed."""

from __future__ import annotations

import math
import tracemalloc
from contextlib import suppress
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.unit.arakoon.contract_examples import CLUSTER, EXAMPLES, PROLOGUE, Example
from tests.unit.arakoon.values import BY_CODEC, FIELDS, SEQUENCES, STEPS, STRINGS
from tui.services.errors import InvalidInput, ProtocolError
from tui.systems.arakoon.wire import codecs, commands
from tui.systems.arakoon.wire.codes import Code, Failure, read_reply
from tui.systems.arakoon.wire.commands import COMMANDS, Command
from tui.systems.arakoon.wire.consistency import CONSISTENT, NO_GUARANTEES, AtLeast, chosen
from tui.systems.arakoon.wire.fields import decode_field, decode_statistics, encode_field
from tui.systems.arakoon.wire.reader import Incomplete, Limits, Reader, whole
from tui.systems.arakoon.wire.steps import (
    AssertRange,
    NotASequence,
    Sequence,
    Set,
    SyncedSequence,
    UserFunction,
    decode_sequence,
    decode_step,
    encode_sequence,
    encode_step,
)

ALL = sorted(COMMANDS.values(), key=lambda command: command.number)
EACH = pytest.mark.parametrize("command", ALL, ids=lambda command: f"{command.number:#04x}-{command.name}")


def reply_of(command: Command[Any], answer: Any) -> bytes:
    return answer.encode() if isinstance(answer, Failure) else b"\0\0\0\0" + command.result.encode(answer)


def in_pieces(data: bytes, cuts: list[int]) -> list[bytes]:
    edges = [0, *sorted(cut % (len(data) + 1) for cut in cuts), len(data)]
    return [data[begin:end] for begin, end in pairwise(edges)]


def take_fed(pieces: list[bytes], decode: Any) -> Any:
    """Return the first value of what arrives piece by piece; there must be one once all has arrived."""
    reader = Reader()
    for piece in pieces:
        reader.feed(piece)
        try:
            return reader.take(decode)
        except Incomplete:
            continue
    raise AssertionError("it never became whole")


@pytest.mark.parametrize("it", EXAMPLES, ids=lambda it: f"{it.number}-{it.command.name}")
def test_the_contract_s_examples_in_both_directions(it: Example) -> None:
    assert it.command.request(*it.arguments) == it.request
    reader = Reader(it.request)
    assert reader.take(Reader.u32) == commands.MAGIC | it.command.number
    assert reader.take(it.command.read_arguments) == it.arguments
    assert reader.unread == 0
    assert whole(lambda inner: read_reply(inner, it.command.result.decode), it.reply) == it.answer
    assert reply_of(it.command, it.answer) == it.reply


def test_the_contract_s_prologue() -> None:
    assert commands.prologue(CLUSTER) == PROLOGUE
    assert whole(commands.read_prologue, PROLOGUE) == CLUSTER


@pytest.mark.parametrize("damaged", ["0100ffb1 01000000 00000000", "0000ffb1 02000000 00000000", "16030100 00000000"])
def test_another_prologue_is_malformed(damaged: str) -> None:
    with pytest.raises(ProtocolError):
        whole(commands.read_prologue, bytes.fromhex(damaged))


@EACH
@given(data=st.data())
def test_every_request_and_reply_comes_back_whatever_pieces_it_arrives_in(
    command: Command[Any], data: st.DataObject
) -> None:
    arguments = tuple(data.draw(BY_CODEC[codec.name]) for _, codec in command.arguments)
    answer = data.draw(BY_CODEC[command.result.name])
    cuts = data.draw(st.lists(st.integers(0, 2000), max_size=12))
    request = command.request(*arguments)

    def read_request(reader: Reader) -> tuple[Any, ...]:
        assert reader.u32() == commands.MAGIC | command.number
        return command.read_arguments(reader)

    assert take_fed(in_pieces(request, cuts), read_request) == arguments
    reply = b"\0\0\0\0" + command.result.encode(answer)
    assert take_fed(in_pieces(reply, cuts), lambda reader: read_reply(reader, command.result.decode)) == answer


@EACH
@given(data=st.data())
def test_any_bytes_are_a_reply_or_a_protocol_error(command: Command[Any], data: st.DataObject) -> None:
    head = data.draw(st.sampled_from([b"", b"\0\0\0\0", b"\0\0\0\0\2\0\0\0", b"\5\0\0\0"]))
    foreign = head + data.draw(st.binary(max_size=200))
    reader = Reader(foreign)
    with suppress(Incomplete, ProtocolError):
        reader.take(lambda inner: read_reply(inner, command.result.decode))
    reader = Reader(foreign)
    with suppress(Incomplete, ProtocolError):
        reader.take(command.read_arguments)


@given(answers=st.lists(st.lists(st.tuples(STRINGS, STRINGS), max_size=5), max_size=6), cuts=st.lists(st.integers(0)))
def test_pipelined_replies_are_taken_one_by_one(answers: list[list[tuple[bytes, bytes]]], cuts: list[int]) -> None:
    codec = commands.RANGE_ENTRIES.result
    reader, taken = Reader(), []
    for piece in in_pieces(b"".join(map(codec.encode, answers)), cuts):
        reader.feed(piece)
        while len(taken) < len(answers):
            try:
                taken.append(reader.take(codec.decode))
            except Incomplete:
                break
    assert taken == answers
    assert reader.unread == 0


@given(code=st.integers(2, 0xFFFFFFFF), message=STRINGS)
def test_a_failure_comes_back_if_its_code_is_known(code: int, message: bytes) -> None:
    data = Failure(code, message).encode()
    assert whole(lambda reader: read_reply(reader, Reader.i32, any_code=True), data) == Failure(code, message)
    if code in set(Code):
        assert whole(lambda reader: read_reply(reader, Reader.i32), data) == Failure(code, message)
    else:
        with pytest.raises(ProtocolError, match="begins with"):
            whole(lambda reader: read_reply(reader, Reader.i32), data)


def test_the_code_for_no_magic_stands_alone() -> None:
    assert Failure(Code.NO_MAGIC, b"").encode() == b"\1\0\0\0"
    assert whole(lambda reader: read_reply(reader, Reader.i32), b"\1\0\0\0") == Failure(Code.NO_MAGIC, b"")


def test_which_failures_leave_the_connection_open() -> None:
    still_open = {code for code in Code if code and not Failure(code, b"").closes}
    assert still_open == {0x05, 0x07, 0x21, 0x26, 0x80}


@given(sequence=SEQUENCES)
def test_a_sequence_comes_back(sequence: Sequence) -> None:
    assert decode_sequence(encode_step(sequence)) == sequence
    assert decode_sequence(encode_step(sequence) + b"bytes behind it are ignored") == sequence


@given(step=STEPS)
def test_a_step_that_is_no_sequence_is_refused_as_the_outermost(step: Any) -> None:
    if isinstance(step, Sequence):
        assert decode_sequence(encode_step(step)) == step
    else:
        with pytest.raises(NotASequence, match="should have been a sequence"):
            decode_sequence(encode_step(step))


@given(data=st.binary(max_size=200), tag=st.integers(0, 20), count=st.integers(-1, 5))
def test_any_bytes_are_a_sequence_or_a_protocol_error(data: bytes, tag: int, count: int) -> None:
    head = codecs.I32.encode(5) + codecs.I32.encode(count) + codecs.I32.encode(tag)
    for foreign in (data, head + data):
        try:
            decode_sequence(foreign)
        except ProtocolError:
            continue


def test_sequences_that_nest_too_deep() -> None:
    nested = bytes.fromhex("05000000 01000000") * 5000 + bytes.fromhex("05000000 00000000")
    with pytest.raises(ProtocolError, match="nest too deep"):
        decode_sequence(nested)
    step = Sequence(())
    for _ in range(200):
        step = Sequence((step,))
    with pytest.raises(InvalidInput, match="nest too deep"):
        encode_sequence(step)


def test_one_sequence_alone_is_sent_as_it_is() -> None:
    inner = Sequence((Set(b"k", b"v"),))
    assert encode_sequence([inner]) == encode_sequence(inner) == encode_sequence([Set(b"k", b"v")])
    assert decode_sequence(encode_sequence([inner, inner])) == Sequence((inner, inner))
    assert decode_sequence(encode_sequence([SyncedSequence(())])) == Sequence((SyncedSequence(()),))


def test_a_user_function_is_never_sent_as_a_step() -> None:
    for steps in ([UserFunction(b"f", None)], [Sequence((SyncedSequence((UserFunction(b"f", None),)),))]):
        with pytest.raises(InvalidInput, match="user function"):
            encode_sequence(steps)


def test_the_keys_of_an_asserted_range_are_sent_descending() -> None:
    encoded = encode_step(AssertRange(b"r", (b"r2", b"r1", b"r3", b"r1")))
    assert encoded == bytes.fromhex("11000000 01000000 72 01000000 03000000 02000000 7233 02000000 7232 02000000 7231")
    ascending = bytes.fromhex("11000000 01000000 72 01000000 02000000 02000000 7231 02000000 7232")
    assert whole(lambda reader: decode_step(reader, 1), ascending) == AssertRange(b"r", (b"r2", b"r1"))


@given(field=FIELDS)
def test_a_named_field_comes_back(field: Any) -> None:
    assert decode_field(encode_field(field)) == field


@given(data=st.binary(max_size=200), kind=st.integers(0, 6))
def test_any_bytes_are_statistics_or_a_protocol_error(data: bytes, kind: int) -> None:
    head = codecs.I32.encode(5) + codecs.STRING.encode(b"arakoon_stats") + codecs.I32.encode(1)
    for foreign in (data, codecs.I32.encode(kind) + data, head + codecs.I32.encode(kind) + data):
        try:
            decode_statistics(foreign)
        except ProtocolError:
            continue


def test_statistics_are_values_by_name() -> None:
    from tui.systems.arakoon.wire.fields import Group, LargeInt, Number, SmallInt, Text

    info = Group("set_info", (SmallInt("n", 1), Number("var", math.nan), Number("min", 1.7976931348623157e308)))
    root = Group(
        "arakoon_stats", (Number("start", 1.5), info, Group("node_is", (LargeInt("a", 2**40),)), Text("x", b"y"))
    )
    found = decode_statistics(encode_field(root))
    assert math.isnan(found["set_info"].pop("var"))
    assert found == {
        "start": 1.5,
        "set_info": {"n": 1, "min": 1.7976931348623157e308},
        "node_is": {"a": 2**40},
        "x": b"y",
    }
    with pytest.raises(ProtocolError, match="no statistics"):
        decode_statistics(encode_field(Group("other", ())))


def test_fields_that_nest_too_deep() -> None:
    group = codecs.I32.encode(5) + codecs.STRING.encode(b"") + codecs.I32.encode(1)
    with pytest.raises(ProtocolError, match="nest too deep"):
        decode_field(group * 5000)


@pytest.mark.parametrize("length", ["ffffffff", "00000080", "ffffff7f", "01000004"])
def test_a_length_that_is_not_believed_is_refused_before_its_bytes_are_waited_for(length: str) -> None:
    with pytest.raises(ProtocolError, match="a string of"):
        Reader(bytes.fromhex(length)).take(Reader.string)


@pytest.mark.parametrize("count", ["ffffffff", "00000080", "ffffff7f"])
def test_a_count_that_is_not_believed_is_refused(count: str) -> None:
    for command in (commands.RANGE, commands.RANGE_ENTRIES, commands.MULTI_GET_OPTION):
        with pytest.raises(ProtocolError, match="a list of"):
            Reader(bytes.fromhex(count)).take(command.result.decode)


def test_a_count_reserves_no_memory() -> None:
    tracemalloc.start()
    try:
        reader = Reader(codecs.I32.encode(40_000_000) + b"\1\0\0\0a")
        with pytest.raises(Incomplete):
            reader.take(commands.RANGE_ENTRIES.result.decode)
        reader = Reader(codecs.I32.encode(60 * 1024 * 1024))
        with pytest.raises(Incomplete):
            reader.take(Reader.string)
        assert tracemalloc.get_traced_memory()[1] < 1_000_000
    finally:
        tracemalloc.stop()


def test_a_message_without_end_is_refused_at_the_limit() -> None:
    reader = Reader(codecs.I32.encode(2000), Limits(string=1000, message=10_000))
    fed = 0
    with pytest.raises(ProtocolError, match="more than 10,000 bytes"):
        while fed < 100_000:
            try:
                reader.take(commands.RANGE.result.decode)
            except Incomplete:
                reader.feed(codecs.STRING.encode(b"x" * 100))
                fed += 104
    assert fed < 11_000
    assert reader.unread < 1000


def test_a_long_list_in_small_pieces_is_read_in_time_that_grows_with_its_length_only() -> None:
    entries = [(b"key %05d" % i, b"value %05d" % i) for i in range(20_000)]
    calls = 0

    def decode(reader: Reader) -> Any:
        nonlocal calls
        calls += reader.unread
        return commands.RANGE_ENTRIES.result.decode(reader)

    data = commands.RANGE_ENTRIES.result.encode(entries)
    pieces = [data[at : at + 100] for at in range(0, len(data), 100)]
    assert take_fed(pieces, decode) == entries
    # What is looked at anew with each piece is the piece, not all that came before.
    assert calls < 3 * len(data)


def test_a_long_string_in_pieces_is_put_together_once() -> None:
    attempts = 0

    def decode(reader: Reader) -> bytes:
        nonlocal attempts
        attempts += 1
        return reader.string()

    value = bytes(range(256)) * 4096
    data = codecs.STRING.encode(value)
    assert take_fed([data[at : at + 999] for at in range(0, len(data), 999)], decode) == value
    assert attempts == 2


@example(value=2**31, codec=codecs.I32)
@given(value=st.integers(), codec=st.sampled_from([codecs.U32, codecs.I32, codecs.I64]))
def test_a_number_is_encoded_or_refused(value: int, codec: codecs.Codec[int]) -> None:
    try:
        assert whole(codec.decode, codec.encode(value)) == value
    except InvalidInput as error:
        assert "from" in error.message


@pytest.mark.parametrize(
    ("command", "arguments", "name"),
    [
        (commands.GET, (CONSISTENT, "text"), "key"),
        (commands.GET, (True, b"k"), "consistency"),
        (commands.SET, (b"k", bytearray(b"v")), "value"),
        (commands.RANGE, (CONSISTENT, None, 1, None, True, -1), "begin_inclusive"),
        (commands.RANGE, (CONSISTENT, None, True, None, True, 2**31), "max_elements"),
        (commands.PREFIX, (CONSISTENT, b"p", True), "max_elements"),
        (commands.MULTI_GET, (CONSISTENT, b"keys"), "keys"),
        (commands.MULTI_GET, (CONSISTENT, [b"k", None]), "keys"),
        (commands.GET, (AtLeast(2**63), b"k"), "consistency"),
    ],
)
def test_what_cannot_be_encoded_is_named(command: Command[Any], arguments: tuple[Any, ...], name: str) -> None:
    with pytest.raises(InvalidInput, match=f"^{name}: give") as caught:
        command.request(*arguments)
    assert caught.value.operation == command.name


@pytest.mark.parametrize("value", [3.5, "text", None, [Set("k", b"v")], ["no step"]])  # pyright: ignore[reportArgumentType]
def test_what_is_no_sequence_is_refused(value: Any) -> None:
    with pytest.raises(InvalidInput):
        encode_sequence(value)


def test_how_fresh_a_read_must_be() -> None:
    assert chosen(False, None) == CONSISTENT
    assert chosen(True, None) == chosen(True, NO_GUARANTEES) == chosen(False, NO_GUARANTEES) == NO_GUARANTEES
    assert chosen(False, AtLeast(3)) == AtLeast(3)
    with pytest.raises(InvalidInput, match="contradicts"):
        chosen(True, CONSISTENT)
