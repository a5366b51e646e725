"""Credentials: where a secret is found, where it goes, and that it shows nowhere else."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from tui.config.credentials import Credentials, variable_for
from tui.services.errors import InvalidInput, PermissionDenied, Unavailable

SECRET = SecretStr("hunter2")
KeyringMaker = Callable[[str], None]
WORKING = """
    priority = 5
    def get_password(self, service, name): return kept.get((service, name))
    def set_password(self, service, name, value): kept[service, name] = value
    def delete_password(self, service, name): del kept[service, name]
"""
FAILING = """
    priority = 5
    def get_password(self, service, name): raise RuntimeError("locked, and hunter2")
    def set_password(self, service, name, value): raise RuntimeError("locked, and " + value)
"""
HANGING = """
    priority = 5
    def get_password(self, service, name): threading.Event().wait()
    def set_password(self, service, name, value): threading.Event().wait()
"""
NONE = """
    priority = 0
"""


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[KeyringMaker]:
    """Put a `keyring` package with the given backend where the real one would be."""

    def put(backend: str) -> None:
        body = "import threading\nkept = {}\nclass Ring:\n" + textwrap.indent(textwrap.dedent(backend), "    ")
        (tmp_path / "site").mkdir(exist_ok=True)
        (tmp_path / "site" / "keyring.py").write_text(body + "\nring = Ring()\ndef get_keyring(): return ring\n")
        sys.modules.pop("keyring", None)
        monkeypatch.syspath_prepend(str(tmp_path / "site"))

    yield put
    sys.modules.pop("keyring", None)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "credentials.toml"


def test_the_environment_wins(path: Path, monkeypatch: pytest.MonkeyPatch, install: KeyringMaker) -> None:
    install(NONE)
    credentials = Credentials(path)
    credentials.set("my lab", "token", SECRET)
    assert variable_for("my lab", "token") == "ARRAYDECK_MY_LAB_TOKEN"
    monkeypatch.setenv("ARRAYDECK_MY_LAB_TOKEN", "other")
    found = credentials.get("my lab", "token")
    assert found is not None and found.get_secret_value() == "other"
    assert credentials.where("my lab", "token") == "environment"


def test_without_a_keyring_it_goes_to_a_private_file(path: Path, install: KeyringMaker) -> None:
    install(NONE)
    credentials = Credentials(path)
    assert credentials.get("lab", "token") is None
    assert credentials.set("lab", "token", SECRET) == "file"
    assert credentials.set("lab", "other", SecretStr("3")) == "file"
    assert path.stat().st_mode & 0o777 == 0o600
    assert Credentials(path).get("lab", "token") == SECRET
    assert "no backend" in credentials.keyring_state
    assert credentials.delete("lab", "token") and not credentials.delete("lab", "token")
    assert credentials.get("lab", "token") is None and credentials.get("lab", "other") == SecretStr("3")


def test_with_a_keyring_it_goes_there_and_leaves_the_file(path: Path, install: KeyringMaker) -> None:
    install(NONE)
    Credentials(path).set("lab", "token", SecretStr("old"))
    install(WORKING)
    credentials = Credentials(path)
    assert credentials.set("lab", "token", SECRET) == "keyring"
    assert "old" not in path.read_text() and "hunter2" not in path.read_text()
    assert credentials.where("lab", "token") == "keyring" and credentials.get("lab", "token") == SECRET
    assert credentials.delete("lab", "token") and credentials.get("lab", "token") is None


@pytest.mark.parametrize(("backend", "state"), [(FAILING, "failed: RuntimeError"), (HANGING, "did not answer")])
def test_a_keyring_that_fails_or_hangs_does_not_stop_anything(
    path: Path, install: KeyringMaker, backend: str, state: str
) -> None:
    install(backend)
    credentials = Credentials(path, keyring_seconds=0.05 if backend is HANGING else 30)
    assert credentials.set("lab", "token", SECRET) == "file"
    assert credentials.get("lab", "token") == SECRET
    assert state in credentials.keyring_state and "hunter2" not in credentials.keyring_state


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o666])
def test_a_file_that_others_can_read_is_refused(path: Path, install: KeyringMaker, mode: int) -> None:
    install(NONE)
    credentials = Credentials(path)
    credentials.set("lab", "token", SECRET)
    path.chmod(mode)
    for use in (lambda: credentials.get("lab", "token"), lambda: credentials.set("lab", "token", SECRET)):
        with pytest.raises(PermissionDenied) as caught:
            use()
        assert "chmod 600" in caught.value.hint


@pytest.mark.parametrize("content", ["[lab]\ntoken = hunter2\n", 'lab = "hunter2"\n', "[lab]\ntoken = [1]\n", "\0"])
def test_a_damaged_file_is_told_without_quoting_it(path: Path, install: KeyringMaker, content: str) -> None:
    install(NONE)
    path.write_text(content)
    path.chmod(0o600)
    for use in (lambda: Credentials(path).get("lab", "x"), lambda: Credentials(path).set("lab", "x", SECRET)):
        with pytest.raises(InvalidInput) as caught:
            use()
        assert "hunter2" not in f"{caught.value} {caught.value.hint} {caught.value.__cause__}"
    assert path.read_text() == content


def test_what_cannot_be_written_says_so_without_the_secret(path: Path, install: KeyringMaker) -> None:
    install(NONE)
    path.touch()
    with pytest.raises(Unavailable) as caught:
        Credentials(path / "below.toml").set("lab", "token", SECRET)
    assert "hunter2" not in f"{caught.value} {caught.value.__cause__}"
