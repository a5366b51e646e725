"""Settings: defaults, the file, the environment; what is wrong is named and hides nothing."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import tomlkit
from hypothesis import given
from hypothesis import strategies as st

from tui.config.settings import ENVIRONMENT, Settings, SettingsFile, plain_settings
from tui.services.errors import InvalidInput, Unavailable


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "settings.toml"


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for variable in (*ENVIRONMENT, "SSH_CONNECTION", "SSH_TTY"):
        monkeypatch.delenv(variable, raising=False)
    yield


def test_no_file_is_the_defaults(path: Path) -> None:
    file = SettingsFile(path)
    assert file.load() == Settings() and file.problems == []


def test_every_problem_is_named_with_its_line_and_the_rest_is_taken(path: Path) -> None:
    path.write_text(
        'theme = "nord"\nmouse = "perhaps"\nthem = 1\n[lists]\nload_limit = 5\nrefresh = 2.0\n'
        '[jobs]\nexecutor = "cloud"\nworkers = "many"\n[keys]\ndelete = "x"\nquit = 4\n'
    )
    file = SettingsFile(path)
    settings = file.load()
    assert settings.theme == "nord" and settings.mouse == "auto"
    assert settings.lists.refresh == 2.0 and settings.lists.load_limit == Settings().lists.load_limit
    assert settings.jobs == Settings().jobs and settings.keys == {"delete": "x"}
    places = {problem.removeprefix(f"{path}:").split(": ")[1]: problem for problem in file.problems}
    assert set(places) == {"mouse", "them", "lists.load_limit", "jobs.executor", "jobs.workers", "keys.quit"}
    assert f"{path}:9: jobs.workers" in places["jobs.workers"]
    assert "do you mean theme?" in places["them"]
    assert "dask://host:port" in places["jobs.executor"]


@pytest.mark.parametrize("content", [b"theme = ", b"\xff", b"lists = 3", b"[[jobs]]\n", b"[keys.a]\nb = 1\n"])
def test_a_bad_file_gives_the_defaults_and_a_problem(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    file = SettingsFile(path)
    assert file.load() == Settings() and file.problems


def test_a_syntax_error_does_not_hide_the_tables_that_are_whole(path: Path) -> None:
    path.write_text('theme = "nord"\n[lists]\nrefresh = \n[jobs]\nworkers = 3\n')
    file = SettingsFile(path)
    settings = file.load()
    assert settings.theme == "nord" and settings.jobs.workers == 3
    assert "line 3" in file.problems[0]


def test_the_environment_wins_and_a_wrong_value_in_it_does_not(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path.write_text('theme = "nord"\nmouse = "off"\n[jobs]\nworkers = 3\n')
    monkeypatch.setenv("ARRAYDECK_THEME", "dracula")
    monkeypatch.setenv("ARRAYDECK_ASCII", "1")
    monkeypatch.setenv("ARRAYDECK_LISTS_LOAD_LIMIT", "5000")
    monkeypatch.setenv("ARRAYDECK_JOBS_WORKERS", "many")
    monkeypatch.setenv("ARRAYDECK_MOUSE", "perhaps")
    file = SettingsFile(path)
    settings = file.load()
    assert (settings.theme, settings.ascii, settings.lists.load_limit) == ("dracula", True, 5000)
    assert (settings.jobs.workers, settings.mouse) == (3, "off")
    assert [problem.split(": ")[1] for problem in file.problems] == ["ARRAYDECK_MOUSE", "ARRAYDECK_JOBS_WORKERS"]


def test_the_mouse_is_left_alone_over_ssh(monkeypatch: pytest.MonkeyPatch) -> None:
    assert Settings().wants_mouse()
    monkeypatch.setenv("SSH_CONNECTION", "1 2 3 4")
    assert not Settings().wants_mouse()
    assert Settings(mouse="on").wants_mouse()


def test_saving_keeps_comments_and_refuses_what_could_not_be_read(path: Path) -> None:
    path.write_text('# mine\ntheme = "nord"   # blue\n\n[keys]\nquit = "Q"\n')
    file = SettingsFile(path)
    file.save("theme", "dracula")
    file.save("jobs.workers", 2)
    text = path.read_text()
    assert text.startswith('# mine\ntheme = "dracula"   # blue\n\n[keys]\nquit = "Q"\n')
    assert (file.load().theme, file.load().jobs.workers, file.load().keys) == ("dracula", 2, {"quit": "Q"})
    for key, value in (("mouse", "perhaps"), ("them", "x"), ("jobs.executor", "cloud")):
        with pytest.raises(InvalidInput):
            file.save(key, value)
    assert path.read_text() == text
    path.write_text("theme = ")
    with pytest.raises(InvalidInput):
        file.save("theme", "nord")
    assert path.read_text() == "theme = "
    with pytest.raises(Unavailable):
        SettingsFile(path / "below" / "settings.toml").save("theme", "nord")


def test_every_setting_says_what_it_is() -> None:
    assert all(field.description for field in plain_settings().values())


@given(
    st.fixed_dictionaries(
        {},
        optional={
            "theme": st.text(max_size=20),
            "mouse": st.sampled_from(["auto", "on", "off"]),
            "clipboard": st.sampled_from(["auto", "tmux", "osc52", "none"]),
            "ascii": st.booleans(),
            "separators": st.sampled_from(["", ",", "."]),
            "keys": st.dictionaries(st.text(max_size=8), st.text(max_size=8), max_size=3),
            "lists": st.fixed_dictionaries({"load_limit": st.integers(1000, 10**9)}),
            "jobs": st.fixed_dictionaries({"executor": st.sampled_from(["thread", "dask://h:8786"])}),
        },
    )
)
def test_what_is_valid_is_taken_as_it_is(values: dict[str, Any]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "settings.toml"
        path.write_text(tomlkit.dumps(values), encoding="utf-8")
        file = SettingsFile(path)
        assert file.load() == Settings.model_validate(values) and not file.problems
