"""Aliases: names of one's own for places."""

from __future__ import annotations

from pathlib import Path

import pytest

from tui.config.settings import SettingsFile
from tui.resources.aliases import Aliases
from tui.resources.completion import Unfinished, Vocabulary, completions
from tui.resources.place import Place, parse_place
from tui.services.errors import InvalidInput


def test_an_alias_is_a_place_and_takes_more_words() -> None:
    aliases = Aliases({"mine": "arrays weather /temp @lab", "all": "mine"})
    assert aliases.expand(parse_place("mine")) == Place("arrays", ("weather",), "temp", "lab")
    assert aliases.expand(parse_place("all /wind @prod")) == Place("arrays", ("weather",), "wind", "prod")
    assert aliases.expand(parse_place("arrays x")) == Place("arrays", ("x",))
    deeper = Aliases({"w": "arrays"})
    assert deeper.expand(parse_place("w weather")) == Place("arrays", ("weather",))


def test_aliases_that_lead_nowhere_are_named() -> None:
    aliases = Aliases({"a": "b x", "b": "a", "half": "arrays 'x", "good": "jobs"})
    with pytest.raises(InvalidInput, match="circle: a → b → a"):
        aliases.expand(Place("a"))
    problems = aliases.problems
    assert len(problems) == 3 and all("circle" in one for one in problems[:2]) and "half" in problems[2]


def test_a_wrong_alias_is_reported_and_hides_no_other(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    path.write_text('[aliases]\nmine = "arrays weather"\n"no blank" = "jobs"\nempty = " "\nnumber = 3\n')
    file = SettingsFile(path)
    assert file.load().aliases == {"mine": "arrays weather"}
    assert len(file.problems) == 3
    assert any("begins with a letter" in problem for problem in file.problems)
    assert any("aliases.empty" in problem and "arrays weather /temp @lab" in problem for problem in file.problems)


def test_a_line_is_completed_from_history_types_profiles_and_live_names() -> None:
    asked: list[Unfinished] = []

    def names(word: Unfinished) -> list[str]:
        asked.append(word)
        return ["weather", "wind speed", "waves"]

    words = Vocabulary(["arrays", "collections"], ["mine"], ["lab", "prod"], ["arrays weather /old"], names)
    assert completions("co", words) == ["collections"]
    assert completions("m", words) == ["mine"]
    assert completions("arr", words) == ["arrays weather /old", "arrays"]
    assert completions("arrays weather @p", words) == ["arrays weather @prod"]
    assert completions("", words) == [] and completions("zz", words) == []
    assert not asked
    assert completions("arrays w", words) == ["arrays weather /old", "arrays weather", "arrays waves"]
    assert asked.pop() == Unfinished("arrays ", "arrays", (), "w")
    assert completions('arrays "wi', words) == ['arrays "wind speed"']
    assert completions("arrays a b /x", words) == [] and completions("arrays 'a", words) == []
