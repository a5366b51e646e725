"""The file of profiles: read and written as TileDB's own library does, and never lost."""

from __future__ import annotations

import json
import os
import stat
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tui.config import atomic
from tui.services.errors import (
    AlreadyExists,
    DataCorrupt,
    InvalidInput,
    NotFound,
    NotSupported,
    PermissionDenied,
    ServiceError,
    Unavailable,
)
from tui.systems.tiledb.profiles.profile_file import FILE, ProfileFile, StoredProfile, profile_folder

TOKEN = {"rest.server_address": "https://api.example.com", "rest.token": "tiledb-ws_1-secret", "rest.workspace": "ws_1"}
BYTES = b"""{
  "default": {
    "rest.server_address": "https://api.example.com",
    "rest.token": "tiledb-ws_1-secret",
    "rest.workspace": "ws_1"
  },
  "version": 1
}"""
"""What the real library writes for `TOKEN` (contract §4)."""


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def write(folder: Path, content: object) -> Path:
    path = folder / FILE
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return path


def test_a_profile_is_written_to_the_byte_and_for_this_user_alone(tmp_path: Path) -> None:
    file = ProfileFile(tmp_path / "new")
    file.save("default", TOKEN)
    assert file.path.read_bytes() == BYTES
    assert mode(file.path) == 0o600
    assert mode(file.path.parent) == 0o700
    assert file.load().values == TOKEN


@pytest.mark.parametrize("name", ["../x", "a/b", "with blanks", "naïve 🦉", "x" * 300, "\u2028\x7f\x01"])
def test_any_name_and_value_come_back(tmp_path: Path, name: str) -> None:
    file = ProfileFile(tmp_path)
    file.save(name, {"vfs.some": '\n\t"\\ é\u2028 \x1b', "empty": ""})
    file.save("other", {})
    assert file.names() == sorted(["other", name], key=str.encode)
    assert file.load(name).values == {"vfs.some": '\n\t"\\ é\u2028 \x1b', "empty": ""}
    assert file.load("other").values == {}
    assert '"other": null' in file.path.read_text()


def test_the_default_profile_is_the_one_without_a_name(tmp_path: Path) -> None:
    file = ProfileFile(tmp_path)
    file.save("", TOKEN)
    assert file.names() == ["default"]
    file.copy("default", "lab")
    assert file.load("lab").values == TOKEN
    file.remove("")
    assert file.names() == ["lab"]


def test_what_is_not_known_is_kept(tmp_path: Path) -> None:
    path = write(tmp_path, {"version": 7, "future": [1, 2.5, {"a": None}], "old": {"rest.token": "t", "x.y": "z"}})
    file = ProfileFile(tmp_path)
    file.save("new", TOKEN)
    file.remove("new")
    assert json.loads(path.read_bytes()) == {
        "version": 7,
        "future": [1, 2.5, {"a": None}],
        "old": {"rest.token": "t", "x.y": "z"},
    }
    assert file.load("old").values == {"rest.token": "t", "x.y": "z"}


def test_a_profile_is_replaced_whole_and_only_when_asked(tmp_path: Path) -> None:
    file = ProfileFile(tmp_path)
    file.save("lab", {"a": "1", "b": "2"})
    with pytest.raises(AlreadyExists):
        file.save("lab", {"a": "3"})
    assert file.load("lab").values == {"a": "1", "b": "2"}
    file.save("lab", {"a": "3"}, overwrite=True)
    assert file.load("lab").values == {"a": "3"}


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("version", TOKEN),
        ("lab", {"": "x"}),
        ("lab", {"rest.username": "ada"}),
        ("lab", {"rest.password": "p"}),
        ("lab", {"x": "\ud800"}),
    ],
)
def test_what_the_file_cannot_keep_is_refused(tmp_path: Path, name: str, values: dict[str, str]) -> None:
    file = ProfileFile(tmp_path)
    file.save("kept", TOKEN)
    before = file.path.read_bytes()
    with pytest.raises(InvalidInput):
        file.save(name, values, overwrite=True)
    assert file.path.read_bytes() == before


@pytest.mark.parametrize(
    "text", ["{", "[]", '{"a": {"x": NaN}, "version": 1}', '{"version": 1e999}', "[" * 100_000, " "]
)
def test_a_damaged_file_is_told_of_and_left_alone(tmp_path: Path, text: str) -> None:
    path = write(tmp_path, text)
    file = ProfileFile(tmp_path)
    for change in (file.names, file.load, lambda: file.save("a", TOKEN), lambda: file.remove("a")):
        with pytest.raises(DataCorrupt) as caught:
            change()
        assert str(path) in caught.value.message and caught.value.hint
    assert path.read_text() == text


def test_text_after_the_end_is_read_over_and_never_thrown_away(tmp_path: Path) -> None:
    text = json.dumps({"lab": TOKEN, "version": 1}) + "\n# my notes"
    path = write(tmp_path, text)
    file = ProfileFile(tmp_path)
    assert file.load("lab").values == TOKEN
    with pytest.raises(DataCorrupt):
        file.save("new", TOKEN)
    assert path.read_text() == text


def test_an_empty_file_is_begun_anew_and_an_absent_one_has_no_profiles(tmp_path: Path) -> None:
    folder = tmp_path / "new"
    file = ProfileFile(folder)
    assert file.names() == []
    with pytest.raises(NotFound):
        file.load("lab")
    with pytest.raises(NotFound):
        file.remove("lab")
    assert not folder.exists()
    folder.mkdir()
    write(folder, "")
    with pytest.raises(DataCorrupt):
        file.load("lab")
    file.save("default", TOKEN)
    assert file.path.read_bytes() == BYTES


@pytest.mark.parametrize("version", [0, -1, None, True, "1", [1]])
def test_an_older_format_is_not_added_to(tmp_path: Path, version: object) -> None:
    content = {"lab": TOKEN, "version": version}
    path = write(tmp_path, content)
    file = ProfileFile(tmp_path)
    assert file.load("lab").values == TOKEN
    with pytest.raises(NotSupported):
        file.save("new", TOKEN)
    assert json.loads(path.read_text()) == content


def test_one_damaged_profile_hides_no_other(tmp_path: Path) -> None:
    write(tmp_path, {"bad": {"rest.token": 3}, "good": TOKEN, "text": "x", "version": 1})
    found = list(ProfileFile(tmp_path).all())
    assert [entry.name for entry in found if isinstance(entry, StoredProfile)] == ["good"]
    [damage] = [entry for entry in found if isinstance(entry, DataCorrupt)]
    assert "bad" in damage.message and "rest.token" in damage.message


def test_a_read_only_file_is_left_alone(tmp_path: Path) -> None:
    path = write(tmp_path, {"lab": TOKEN, "version": 1})
    path.chmod(0o400)
    with pytest.raises(PermissionDenied, match="read-only"):
        ProfileFile(tmp_path).save("new", TOKEN)
    assert ProfileFile(tmp_path).names() == ["lab"]
    assert mode(path) == 0o400


def test_a_file_that_others_could_read_is_closed_to_them(tmp_path: Path) -> None:
    path = write(tmp_path, {"lab": TOKEN, "version": 1})
    path.chmod(0o644)
    ProfileFile(tmp_path).save("new", TOKEN)
    assert mode(path) == 0o600


def test_a_symlink_stays_one(tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "dotfiles").mkdir()
    real = write(tmp_path / "dotfiles", {"lab": TOKEN, "version": 1})
    link = tmp_path / "home" / FILE
    link.symlink_to(real)
    ProfileFile(tmp_path / "home").save("new", TOKEN)
    assert link.is_symlink()
    assert ProfileFile(tmp_path / "dotfiles").names() == ["lab", "new"]


def test_a_symlink_to_itself_and_a_pipe_are_told_of(tmp_path: Path) -> None:
    for name, make in (("loop", lambda path: path.symlink_to(path)), ("pipe", os.mkfifo)):
        folder = tmp_path / name
        folder.mkdir()
        make(folder / FILE)
        for change in (ProfileFile(folder).names, lambda: ProfileFile(folder).save("a", TOKEN)):  # noqa: B023 - called at once
            with pytest.raises(ServiceError):
                change()


def test_a_folder_that_cannot_be_made_is_told_of(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Unavailable):
        ProfileFile(tmp_path / "file" / "below").save("lab", TOKEN)


def test_a_file_that_another_one_holds_is_waited_for_and_then_told_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(atomic, "WAIT", 0.05)
    file = ProfileFile(tmp_path)
    file.save("lab", TOKEN)
    with atomic.sole_writer(file.path), pytest.raises(Unavailable, match="another arraydeck"):
        file.save("new", TOKEN)
    assert file.names() == ["lab"]


def test_writers_at_the_same_time_lose_nothing(tmp_path: Path) -> None:
    names = [f"lab-{number}" for number in range(24)]
    threads = [threading.Thread(target=ProfileFile(tmp_path).save, args=(name, TOKEN)) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert ProfileFile(tmp_path).names() == sorted(names)


class Meanwhile(Mapping[str, str]):
    """The settings of a profile; while they are read, the library writes one of its own, for it takes no lock."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.written: list[str] = []

    def __getitem__(self, key: str) -> str:
        return TOKEN[key]

    def __len__(self) -> int:
        return len(TOKEN)

    def __iter__(self) -> Iterator[str]:
        if len(self.written) < 8:
            self.written.append(f"theirs-{len(self.written)}")
            content = json.loads((self.folder / FILE).read_bytes())
            write(self.folder, {**content, self.written[-1]: TOKEN})
        return iter(TOKEN)


def test_what_the_library_wrote_in_between_is_kept(tmp_path: Path) -> None:
    file = ProfileFile(tmp_path)
    file.save("more", TOKEN)
    values = Meanwhile(tmp_path)
    file.save("ours", values)
    assert len(values.written) == 8
    assert file.names() == sorted(["more", "ours", *values.written])


def test_no_secret_is_shown(tmp_path: Path) -> None:
    file = ProfileFile(tmp_path)
    secrets = {
        "rest.token": "canary-1",
        "vfs.s3.aws_secret_access_key": "canary-2",
        "vfs.azure.storage_account_key": "canary-3",
        "sm.encryption_key": "canary-4",
    }
    file.save("lab", {**secrets, "vfs.s3.region": "eu-central-1"})
    profile = file.load("lab")
    assert "canary" not in f"{profile!r} {profile} {profile.visible}"
    assert profile.visible["vfs.s3.region"] == "eu-central-1"
    write(tmp_path, {"lab": {"rest.token": ["canary"]}, "version": 1})
    with pytest.raises(DataCorrupt) as caught:
        file.load("lab")
    assert "canary" not in repr(caught.value)


def test_where_the_file_is(tmp_path: Path) -> None:
    assert profile_folder("/given", {"TILEDB_PROFILE_DIR": "/env", "HOME": "/home/ada"}) == Path("/given")
    assert profile_folder(None, {"TILEDB_PROFILE_DIR": "/env", "HOME": "/home/ada"}) == Path("/env")
    assert profile_folder(None, {"HOME": "/home/ada"}) == Path("/home/ada/.tiledb")


@pytest.mark.parametrize(
    ("values", "verifies"),
    [
        ({}, True),
        ({"rest.verify_ssl": "false"}, False),
        ({"ssl.verify": "False"}, False),
        ({"ssl.verify": "true"}, True),
    ],
)
def test_whether_a_profile_trusts_anyone(tmp_path: Path, values: dict[str, str], verifies: bool) -> None:
    ProfileFile(tmp_path).save("lab", values)
    assert ProfileFile(tmp_path).load("lab").verifies_tls is verifies
