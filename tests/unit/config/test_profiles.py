"""Profiles: what a file may say, what is reported, and what survives being written."""

from __future__ import annotations

import stat
import string
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from tui.config.profiles import Profile, ProfileStore
from tui.services.errors import AlreadyExists, InvalidInput, NotFound, Unavailable

GOOD = """\
# my stores
[profiles.lab]   # the one in the cellar
system = "deker"
uri = "/data/lab"   # on the big disk
read_only = true

# do not touch
[profiles."sea ice"]
system = "arraylake"
uri = "arraylake://org@host"
tag = "prod"
[profiles."sea ice".options]
depth = 3   # metres
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "profiles.toml"


def lab(**values: Any) -> Profile:
    return Profile(**{"name": "lab", "system": "deker", "uri": "/data/lab", **values})


def test_no_file_is_no_profiles(path: Path) -> None:
    store = ProfileStore(path)
    assert store.list() == [] and store.problems == []
    assert not path.exists()
    with pytest.raises(NotFound):
        store.get("lab")


def test_comments_and_everything_else_survive_a_change(path: Path) -> None:
    path.write_text(GOOD)
    store = ProfileStore(path)
    store.replace(lab(uri="/data/new", read_only=True))
    assert path.read_text() == GOOD.replace('"/data/lab"', '"/data/new"')
    store.add(lab(name="other"))
    store.remove("other")
    assert path.read_text().rstrip() == GOOD.replace('"/data/lab"', '"/data/new"').rstrip()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert ProfileStore(path).get("lab").uri == "/data/new"


def test_prod_is_read_only_unless_said_in_words(path: Path) -> None:
    assert lab(tag="prod").read_only and lab(tag=" Prod").read_only
    assert lab(tag="PROD").tag == "prod"
    assert not lab(tag="prod", read_only=False).read_only
    assert not lab(tag="staging").read_only
    store = ProfileStore(path)
    store.add(lab(tag="prod", read_only=False))
    assert "read_only = false" in path.read_text()
    assert not ProfileStore(path).get("lab").read_only
    store.replace(lab(tag="prod"))
    assert ProfileStore(path).get("lab").read_only


@pytest.mark.parametrize("name", ["", " a", "a ", "a/b", "a@b", "a:b", "a\nb", "a\x1bb", "a\u202eb", "x" * 65])
def test_a_name_that_could_not_be_typed_or_shown_is_refused(name: str) -> None:
    with pytest.raises(ValidationError):
        lab(name=name)


@pytest.mark.parametrize(
    "uri",
    ["https://me:hunter2@host/x", "me:hunter2@host/x", "https://h/?api_key=hunter2", "https://h/#token=hunter2"],
)
def test_an_address_with_a_secret_is_refused_and_not_repeated(uri: str) -> None:
    with pytest.raises(ValidationError) as caught:
        lab(uri=uri)
    assert "keyring" in str(caught.value)
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize("uri", ["arraylake://org@host", "arakoon://a:1,b:2/c", "/data/a:b@c", "leapyear+https://h:1"])
def test_an_address_without_one_is_taken(uri: str) -> None:
    assert lab(uri=uri).uri == uri


@pytest.mark.parametrize(
    "options",
    [
        {"password": "hunter2"},
        {"apiKey": "hunter2"},
        {"auth": {"client-secret": "hunter2"}},
        {"access_token": 12345},
        {"mirrors": [{"url": "https://me:hunter2@host"}]},
    ],
)
def test_options_with_a_secret_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(ValidationError) as caught:
        lab(options=options)
    assert "looks like a secret" in str(caught.value) and "hunter2" not in str(caught.value)


def test_options_that_only_name_a_secrets_place_are_taken() -> None:
    options = {"token_file": "~/.arraylake/token.json", "use_token": True, "author": "me", "keys": 3, "tokenizer": "x"}
    assert lab(options=options).options == options


BROKEN = """\
stray = 1
[profiles.good]
system = "deker"
uri = "/a"
[profiles.typo]
system = "deker"
uri = "/b"
read_olny = true
[profiles.bare]
system = "deker"
[profiles.secret]
system = "deker"
uri = "https://me:hunter2@host"
"""


def test_broken_entries_are_reported_with_their_line_and_hide_no_good_one(path: Path) -> None:
    path.write_text(BROKEN)
    store = ProfileStore(path)
    assert [profile.name for profile in store.list()] == ["good"]
    assert [problem.removeprefix(f"{path}:").split(": ")[:2] for problem in store.problems] == [
        ["1", "stray"],
        ["8", "profiles.typo.read_olny"],
        ["9", "profiles.bare.uri"],
        ["13", "profiles.secret.uri"],
    ]
    assert "do you mean read_only?" in store.problems[1]
    assert "hunter2" not in "".join(store.problems)


def test_broken_entries_are_kept_when_another_is_written(path: Path) -> None:
    path.write_text(BROKEN)
    store = ProfileStore(path)
    store.add(lab())
    assert path.read_text().startswith(BROKEN)
    with pytest.raises(AlreadyExists):
        store.add(lab(name="typo"))
    store.replace(lab(name="typo"))
    assert {profile.name for profile in store.list()} == {"good", "typo", "lab"}
    store.remove("bare")
    assert "bare" not in path.read_text()


def test_a_syntax_error_hides_only_its_own_entry_and_stops_every_write(path: Path) -> None:
    text = GOOD + '\n[profiles.bad]\nsystem = "deker\n\n[profiles.last]\nsystem = "deker"\nuri = "/z"\n'
    path.write_text(text)
    store = ProfileStore(path)
    assert [profile.name for profile in store.list()] == ["lab", "sea ice", "last"]
    assert "line 16" in store.problems[0] and "profiles.bad" in store.problems[1]
    for change in (lambda: store.add(lab(name="x")), lambda: store.remove("lab")):
        with pytest.raises(InvalidInput):
            change()
    assert path.read_text() == text


@pytest.mark.parametrize(
    "damage",
    ["[profiles.lab.options\nx = 1\n", "[profiles.lab.options]\nx = \n", '[profiles.lab]\nuri = "/twice"\n'],
)
def test_a_profile_of_which_a_part_is_damaged_is_not_opened(path: Path, damage: str) -> None:
    path.write_text('[profiles.lab]\nsystem = "deker"\nuri = "/a"\n' + damage + '[profiles.b]\nsystem="d"\nuri="/b"\n')
    store = ProfileStore(path)
    assert [profile.name for profile in store.list()] == ["b"]


@pytest.mark.parametrize("content", [b"\xff\xfe", b"profiles = 3", b"[[profiles]]\n", b"[profiles]\nlab = 1\n", b"\0"])
def test_no_content_makes_it_crash(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    store = ProfileStore(path)
    assert store.list() == [] and store.problems
    with pytest.raises((InvalidInput, NotFound)):
        store.remove("other")
    assert path.read_bytes() == content


def test_the_layouts_that_people_write_by_hand_are_read_and_changed(path: Path) -> None:
    path.write_text('profiles.a = {system = "deker", uri = "/a"}\r\n[profiles]\nb.system = "deker"\n', newline="")
    assert ProfileStore(path).problems
    path.write_text('[profiles]\na = {system = "deker", uri = "/a"}\nb.system = "deker"\nb.uri = "/b"\n')
    store = ProfileStore(path)
    assert [profile.name for profile in store.list()] == ["a", "b"]
    store.add(lab())
    store.replace(lab(name="a", options={"x": [1, {"y": "z"}]}))
    again = ProfileStore(path)
    assert [profile.name for profile in again.list()] == ["a", "b", "lab"]
    assert again.get("a").options == {"x": [1, {"y": "z"}]} and not again.problems


def test_a_table_that_only_holds_tables_can_be_emptied(path: Path) -> None:
    store = ProfileStore(path)
    store.add(lab(options={"depth": {"a": {}}}))
    store.replace(lab(options={"depth": {}}))
    assert ProfileStore(path).get("lab").options == {"depth": {}}


def test_a_file_that_cannot_be_written_says_so(path: Path) -> None:
    path.mkdir()
    with pytest.raises((Unavailable, InvalidInput)):
        ProfileStore(path).add(lab())


def test_two_processes_writing_at_once_lose_nothing(path: Path) -> None:
    code = (
        "import sys, pathlib\n"
        "from tui.config.profiles import Profile, ProfileStore\n"
        "store = ProfileStore(pathlib.Path(sys.argv[1]))\n"
        "print('ready', flush=True); sys.stdin.readline()\n"
        "for n in range(15):\n"
        "    store.add(Profile(name=f'{sys.argv[2]}{n}', system='deker', uri='/x'))\n"
    )
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", code, str(path), name], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for name in "ab"
    ]
    for writer in writers:
        assert writer.stdout is not None and writer.stdout.readline() == "ready\n"
    for writer in writers:
        assert writer.stdin is not None
        writer.stdin.write("\n")
        writer.stdin.flush()
    assert [writer.wait(60) for writer in writers] == [0, 0]
    for writer in writers:
        writer.communicate()
    assert {profile.name for profile in ProfileStore(path).list()} == {f"{a}{n}" for a in "ab" for n in range(15)}


NAMES = st.text(string.ascii_letters + string.digits + " .-_#=\"'é北", min_size=1, max_size=20).filter(
    lambda name: name == name.strip()
)
VALUES = st.recursive(
    st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False) | st.text(max_size=12),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["a", "b.c", "é", ""]), inner, max_size=3)
    ),
    max_leaves=5,
)
PROFILES = st.builds(
    Profile,
    name=NAMES,
    system=st.just("deker"),
    uri=NAMES,
    options=st.dictionaries(st.sampled_from(["depth", "x.y", "k k"]), VALUES, max_size=3),
    read_only=st.booleans(),
    tag=st.none() | st.sampled_from(["prod", "staging"]),
)


@given(st.lists(PROFILES, max_size=3, unique_by=lambda profile: profile.name), PROFILES)
def test_what_is_written_is_read(profiles: list[Profile], changed: Profile) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "profiles.toml"
        store = ProfileStore(path)
        for profile in profiles:
            store.add(profile)
        assert {profile.name: profile for profile in ProfileStore(path).list()} == {p.name: p for p in profiles}
        for profile in profiles:
            other = changed.model_copy(update={"name": profile.name})
            store.replace(other)
            assert ProfileStore(path).get(profile.name) == other


def test_what_cannot_be_read_again_hides_no_profile(path: Path) -> None:
    path.write_text(GOOD)
    store = ProfileStore(path)
    path.write_bytes(b"\xff\xfe")
    store.load()
    assert [profile.name for profile in store.list()] == ["lab", "sea ice"]
    assert "cannot be read" in store.problems[0]
    path.write_text(GOOD.replace("sea ice", "sea fog"))
    store.load()
    assert [profile.name for profile in store.list()] == ["lab", "sea fog"]
