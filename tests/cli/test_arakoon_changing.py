"""Changes of an Arakoon cluster from the shell: looked at first, confirmed, made, taken back, or refused whole."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.arakoon_cluster import Running
from tests.cli.conftest import ENTRIES, Call

Entries = dict[bytes, bytes]


def changed(*more: tuple[bytes, bytes | None]) -> Entries:
    entries: dict[bytes, bytes | None] = {**ENTRIES, **dict(more)}
    return {key: value for key, value in entries.items() if value is not None}


CHANGES: list[tuple[tuple[str, ...], Entries, str]] = [
    (("keys", "set", "--key", "new", "--value", "v"), changed((b"new", b"v")), "new"),
    (("keys", "set", "--key", "a/1", "--value", "00 ff", "--encoding", "hex"), changed((b"a/1", b"\x00\xff")), "a/1"),
    (("keys", "set", "--key", r"\x00", "--value", "AP8=", "--encoding", "base64"), changed((b"\0", b"\0\xff")), "x00"),
    (("keys", "set", "--key", "b", "--value", r"\x1b\n", "--encoding", "escaped"), changed((b"b", b"\x1b\n")), "b"),
    (("keys", "edit", "a/1", "--value", "uno"), changed((b"a/1", b"uno")), "a/1"),
    (("keys", "test-and-set", "a/1", "--test-value", "one", "--value", "11"), changed((b"a/1", b"11")), "a/1"),
    (("keys", "test-and-set", "a/1", "--test-value", "one", "--delete", "yes"), changed((b"a/1", None)), "a/1"),
    (("keys", "confirm", "--key", "a/1", "--value", "eins"), changed((b"a/1", b"eins")), "a/1"),
    (("keys", "replace", "--key", "a/1", "--value", "un"), changed((b"a/1", b"un")), "a/1"),
    (("keys", "create", "--key", "neu", "--value", "x"), changed((b"neu", b"x")), "neu"),
    (("keys", "delete", "a/1"), changed((b"a/1", None)), "a/1"),
    (("keys", "delete", r"c\xff"), changed((b"c\xff", None)), "c"),
    (("keys", "delete", "a/"), changed((b"a/1", None), (b"a/2", None), (b"a/b/3", None)), "a/"),
    (("keys", "delete-prefix", "--prefix", "a/b"), changed((b"a/b/3", None)), "a/b"),
    (("keys", "delete-prefix"), {}, "6 keys"),
    (("transaction", "sequence", "--steps", "set s1 x; set s2 'y z'; delete b"), changed(
        (b"s1", b"x"), (b"s2", b"y z"), (b"b", None)), "delete b"),
    (("transaction", "sequence", "--steps", r"assert a/1 one; replace a/1; assert-absent q; create q \x00"), changed(
        (b"a/1", None), (b"q", b"\0")), "replace a/1"),
    (("transaction", "sequence", "--steps", "test-and-set a/1 no x; test-and-set b '' y", "--sync", "true"), changed(
        (b"b", b"y")), "it changes nothing"),
]  # fmt: skip


@pytest.mark.parametrize(("words", "after", "told"), CHANGES, ids=[" ".join(words) for words, _, _ in CHANGES])
def test_a_change_is_looked_at_made_and_taken_back(
    call: Call, trio: Running, words: tuple[str, ...], after: Entries, told: str
) -> None:
    dry = call("run", *words, "--dry-run", "-p", trio.uri)
    assert dry.code == 0 and told in dry.out, dry
    assert trio.entries() == ENTRIES and call("journal", "-o", "json").out.strip() == "[]"
    target = words[2] if words[1] == "delete" else "delete-prefix"
    confirmed = ("--confirm", target) if words[1].startswith("delete") else ()
    done = call("run", *words, "--yes", *confirmed, "-p", trio.uri)
    if done.code == 3:
        wanted = done.err.rsplit("--confirm with ", 1)[1].strip()
        done = call("run", *words, "--yes", "--confirm", wanted, "-p", trio.uri)
    assert done.code == 0, done.err
    assert trio.entries() == after
    assert call("undo").code == 0
    assert trio.entries() == ENTRIES
    again = call("undo")
    assert again.code == 1 and trio.entries() == ENTRIES


@pytest.mark.parametrize(
    "words",
    [
        ("keys", "set", "--key", "a/1", "--value", "v"),
        ("keys", "delete", "a/1"),
        ("keys", "delete", "a/"),
        ("keys", "delete-prefix", "--prefix", "a"),
        ("transaction", "sequence", "--steps", "set a 1"),
        ("nodes", "drop-master", "trio_0"),
    ],
    ids=lambda each: " ".join(each[:2]),
)
def test_nothing_changes_without_a_word(call: Call, trio: Running, words: tuple[str, ...]) -> None:
    name = trio.master if words[0] == "nodes" else ""
    words = (*words[:2], name, *words[3:]) if name else words
    for more in ((), ("--yes", "--confirm", "something else")):
        said = call("run", *words, *more, "-p", trio.uri)
        assert (said.code, said.out) == (3, ""), said
    assert trio.entries() == ENTRIES and trio.master == (name or trio.master)


REFUSED: list[tuple[tuple[str, ...], int, str]] = [
    (("keys", "create", "--key", "a/1", "--value", "x"), 1, "a/1"),
    (("keys", "delete", "nothing", "--yes", "--confirm", "nothing"), 1, "nothing"),
    (("keys", "edit", "nothing", "--value", "x", "--yes"), 1, "nothing"),
    (("keys", "edit", "a/", "--value", "x", "--yes"), 1, "a/"),
    (("keys", "set", "--value", "x", "--yes", "--key", r"\q"), 2, "key"),
    (("keys", "set", "--key", "k", "--value", "{", "--encoding", "json", "--yes"), 2, "json"),
    (("keys", "set", "--key", "k", "--value", "0", "--encoding", "hex", "--yes"), 2, "hex"),
    (("transaction", "sequence", "--steps", "set x 1; delete nothing", "--yes"), 1, "step 2"),
    (("transaction", "sequence", "--steps", "set x 1; assert a/1 two", "--yes"), 1, "step 2"),
    (("transaction", "sequence", "--steps", "jump x", "--yes"), 2, "jump"),
    (("transaction", "sequence", "--steps", "set x", "--yes"), 2, "set takes 2 words"),
    (("transaction", "sequence", "--steps", "set x 'y", "--yes"), 2, "quote"),
    (("transaction", "sequence", "--steps", r"set x \y", "--yes"), 2, "line 1"),
    (("transaction", "sequence", "--steps", " # nothing", "--yes"), 2, "there is none"),
    (("transaction", "sequence", "--yes"), 2, "steps or a path"),
    (("transaction", "sequence", "--path", "/nowhere/steps", "--yes"), 1, "/nowhere/steps"),
    (("transaction", "commit", "--yes"), 1, "nothing is staged"),
    (("keys", "user-function", "--function", "nope"), 2, "nope"),
    (("keys", "user-function", "--function", "fail"), 1, "boom"),
]  # fmt: skip


@pytest.mark.parametrize(("words", "code", "said"), REFUSED, ids=[" ".join(words) for words, _, _ in REFUSED])
def test_what_is_refused_changes_nothing(
    call: Call, trio: Running, words: tuple[str, ...], code: int, said: str
) -> None:
    answer = call("run", *words, "-p", trio.uri)
    assert (answer.code, answer.out) == (code, "") and said in answer.err, answer
    assert trio.entries() == ENTRIES


def test_a_test_that_does_not_hold_is_no_error(call: Call, trio: Running) -> None:
    words = ("run", "keys", "test-and-set", "a/1", "--test-value", "two", "--value", "x")
    said = call(*words, "-p", trio.uri)
    assert said.code == 0 and "another value" in said.out and trio.entries() == ENTRIES


def test_replace_tells_what_was_there(call: Call, trio: Running) -> None:
    assert call("run", "keys", "replace", "--key", "a/1", "--value", "x", "-p", trio.uri).out == "one\n"


def test_confirming_what_is_there_leaves_nothing_to_undo(call: Call, trio: Running) -> None:
    said = call("run", "keys", "confirm", "--key", "a/1", "--value", "one", "-p", trio.uri)
    assert said.code == 0 and call("undo").code == 1
    assert not trio.asked() & {"set", "sequence", "confirm"}


def test_undo_refuses_when_the_key_was_changed_since(call: Call, trio: Running) -> None:
    words = ("run", "keys", "set", "--key", "a/1", "--yes", "-p", trio.uri, "--value")
    assert call(*words, "two").code == 0
    assert call(*words, "three").code == 0
    entries = json.loads(call("journal", "-o", "json").out)
    first = min(entry["id"] for entry in entries)
    said = call("undo", str(first))
    assert said.code == 1 and "a/1" in said.err
    assert trio.entries()[b"a/1"] == b"three"
    assert call("undo").code == 0 and call("undo").code == 0
    assert trio.entries() == ENTRIES


def test_a_sequence_from_a_file(call: Call, trio: Running, tmp_path: Path) -> None:
    path = tmp_path / "steps"
    path.write_text("# both counters\nset counter/a 1\nset counter/b hex:0002 ; assert-exists a/1\n\ndelete b\n")
    said = call("run", "transaction", "sequence", "--path", str(path), "--yes", "-p", trio.uri)
    assert said.code == 0, said.err
    assert trio.entries() == changed((b"counter/a", b"1"), (b"counter/b", b"\0\2"), (b"b", None))
    path.write_bytes(b"set a \xff\n")
    said = call("run", "transaction", "sequence", "--path", str(path), "--yes", "-p", trio.uri)
    assert said.code == 2 and "UTF-8" in said.err


def test_a_sequence_that_deletes_a_prefix_says_what_it_cannot(call: Call, trio: Running) -> None:
    words = ("run", "transaction", "sequence", "--steps", "set a/9 x; delete-prefix a/", "-p", trio.uri)
    dry = call(*words, "--dry-run")
    assert "cannot be undone" in dry.out and "what is written before stays: a/9" in dry.out
    said = call(*words, "--yes")
    assert said.code == 0 and "it cannot be undone" in said.out
    assert trio.entries() == changed((b"a/1", None), (b"a/2", None), (b"a/b/3", None), (b"a/9", b"x"))
    assert call("undo").code == 1


def test_user_functions_and_nop(call: Call, trio: Running) -> None:
    words = ("run", "nodes", "user-function", "--function", "count", "-p", trio.uri)
    assert call(*words).out == "1\n"
    assert call(*words, "--argument", "calls").out == "2\n"
    assert trio.entries()[b"calls"] == b"2"
    assert call("run", "nodes", "nop", "-p", trio.uri).code == 0
    assert {"user_function", "nop"} <= trio.asked()


def test_a_read_only_profile_changes_nothing(call: Call, trio: Running) -> None:
    call("profiles", "add", "ro", trio.uri, "--read-only")
    for words in (
        ("keys", "set", "--key", "a", "--value", "b"),
        ("keys", "delete", "a/1", "--confirm", "a/1"),
        ("keys", "import-file", "--path", "/nowhere"),
        ("transaction", "sequence", "--steps", "set a 1"),
        ("nodes", "user-function", "--function", "count"),
        ("nodes", "nop"),
        ("nodes", "flush-store", trio.master),
    ):
        said = call("run", *words, "--yes", "-p", "ro")
        assert said.code == 1 and "read-only" in said.err, words
    assert trio.entries() == ENTRIES
    assert call("run", "keys", "value", "a/1", "-p", "ro").code == 0


def test_a_prod_profile_asks_for_its_name(call: Call, trio: Running) -> None:
    path = call("profiles", "add", "live", trio.uri, "--tag", "prod")
    assert path.code == 0
    words = ("run", "keys", "delete", "a/1", "--yes", "--confirm", "a/1")
    assert call(*words, "-p", "live").code == 1
    assert trio.entries() == ENTRIES
