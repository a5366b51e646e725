"""The report of an integrity check: as text under upstream's headings, as JSON, and in a file."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import pytest

from tests.deker.integrity import checked, damage
from tests.deker.pristine import Pristine, make_pristine
from tui.services.errors import InvalidInput, Unavailable
from tui.systems.deker.integrity.findings import CODES
from tui.systems.deker.integrity.report import IntegrityReport, as_text, write_report

UPSTREAM = (
    "Collections initialization errors:",
    "Collections locks errors:",
    "Collection arr array create locks:",
    "Collection arr array read locks are detected. Use client.clear_locks:",
    "Collection va varray write locks are detected. Use client.clear_locks:",
    "Collection va (V)Arrays initialization errors:",
    "Collection arr arrays integrity errors:",
)


@pytest.fixture
def storage(tmp_path: Path) -> Pristine:
    return make_pristine(tmp_path / "storage")


def found_codes(report: IntegrityReport) -> list[str]:
    return sorted(finding.code for finding in report.findings)


def groups(text: str) -> dict[str, list[str]]:
    """Return the messages of a text report by their headings, having seen that there is nothing else."""
    found: dict[str, list[str]] = {}
    for block in text.strip().split("\n\n"):
        heading, *lines = block.split("\n")
        assert heading.endswith(":") and heading not in found
        assert lines and all(line.startswith("\t- ") for line in lines)
        found[heading] = [line.removeprefix("\t- ") for line in lines]
    return found


async def test_the_text_has_upstreams_headings_in_its_order(storage: Pristine) -> None:
    damage(storage, 7, 13, 14, 34, 61, 62, 63, 84)
    report = await checked(storage.root)
    found = groups(as_text(report))
    assert tuple(heading for heading in found if heading in UPSTREAM) == UPSTREAM
    assert sum(map(len, found.values())) == len(report.findings)
    assert found[UPSTREAM[1]] == ["Collection with lock ghost not found", "BaseLock for arr not found"]
    assert found[UPSTREAM[2]] == [f"{'a' * 32}.arrlock"]
    assert re.fullmatch(rf"{storage.arr[0]}:[0-9a-f-]+:\d+:\d+\.arrayreadlock", found[UPSTREAM[3]][0])
    assert found[UPSTREAM[4]][0].endswith(".varraylock")
    assert found[UPSTREAM[6]] == [f"Array {storage.arr[0]}: the link is missing"]


async def test_what_upstream_has_no_heading_for_comes_after_it(storage: Pristine) -> None:
    damage(storage, 15, 20, 68)
    found = list(groups(as_text(await checked(storage.root))))
    assert found == [
        "Collection arr (V)Arrays initialization errors:",
        "Collection arr leftovers:",
        "Leftovers beside the collections:",
    ]


async def test_without_findings_it_says_what_upstream_says(storage: Pristine) -> None:
    report = await checked(storage.root)
    assert as_text(report) == "Integrity check found no errors"
    assert as_text(report.model_copy(update={"ended": "cancelled"})) != as_text(report)


async def test_an_incomplete_report_says_so(storage: Pristine) -> None:
    damage(storage, 20, 42)
    assert "incomplete: first error" in as_text(await checked(storage.root, stop_on_error=True))


async def test_json_holds_everything_and_comes_back(storage: Pristine) -> None:
    damage(storage, 2, 20, 43, 58, 84)
    report = await checked(storage.root)
    text = report.model_dump_json()
    back = IntegrityReport.model_validate_json(text)
    assert back == report
    plain = report.model_dump(mode="json")
    assert plain["complete"] is True
    assert plain["severities"] == {"error": len(report.findings), "warning": 0, "note": 0}
    assert plain["codes"]["file-damaged"] == 2
    first = plain["findings"][0]
    keys = {"code", "severity", "level", "collection", "array", "kind", "path", "message", "meaning", "repair"}
    assert first.keys() == keys


async def test_hostile_names_cannot_steer_the_terminal(storage: Pristine) -> None:
    folder = storage.folder("arr") / "array_data"
    Path(os.fsdecode(os.fsencode(folder) + b"/\xff\x1b[2J")).mkdir()
    (folder / "a\nb\x1b]0;x\x07.hdf5").write_bytes(b"")
    (storage.root / "collections" / "c\r\x1b[31m").mkdir()
    report = await checked(storage.root)
    assert found_codes(report) == ["not-a-collection", "stray-directory", "wrong-name"]
    for text in (as_text(report), *(finding.message for finding in report.findings)):
        assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]", text)
    assert report.model_dump_json().encode()


@pytest.fixture
async def report(storage: Pristine) -> IntegrityReport:
    damage(storage, 20, 42)
    return await checked(storage.root)


async def test_true_makes_a_file_in_the_working_directory(
    report: IntegrityReport, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    written = write_report(report, True)
    assert written is not None and Path(written).parent == tmp_path
    assert re.fullmatch(r"deker_integrity_report_\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.txt", Path(written).name)
    assert Path(written).read_text() == as_text(report)


@pytest.mark.parametrize("kind", [str, Path])
async def test_a_text_or_a_path_names_the_file(report: IntegrityReport, tmp_path: Path, kind: Any) -> None:
    target = tmp_path / "report.txt"
    target.write_text("an older report, which is longer than the new one" * 100)
    assert write_report(report, kind(target)) == str(target)
    assert target.read_text() == as_text(report)
    assert {each.name for each in tmp_path.iterdir()} == {"storage", "report.txt"}


async def test_false_writes_nothing_and_neither_does_a_clean_report(report: IntegrityReport, tmp_path: Path) -> None:
    assert write_report(report, False) is None
    clean = report.model_copy(update={"findings": ()})
    assert write_report(clean, tmp_path / "report.txt") is None
    assert [each.name for each in tmp_path.iterdir()] == ["storage"]


@pytest.mark.parametrize("wrong", ["", 1, None, b"x", "nul\0", "."])
async def test_what_is_no_place_for_a_file_is_refused(report: IntegrityReport, wrong: Any) -> None:
    with pytest.raises(InvalidInput, match="to_file"):
        write_report(report, wrong)


async def test_the_directory_must_be_there(report: IntegrityReport, tmp_path: Path) -> None:
    for one in (report, report.model_copy(update={"findings": ()})):
        with pytest.raises(InvalidInput, match="no directory"):
            write_report(one, tmp_path / "nowhere" / "report.txt")
    with pytest.raises(Unavailable):
        write_report(report, tmp_path / ("x" * 300))


def test_every_code_says_what_it_means() -> None:
    names = {
        *("rebuild-links", "restore-lock-marker", "remove-orphan-marker", "recover-meta", "remove-stale-locks"),
        *("remove-leftovers", "remove-dangling-links", "rebuild-varray", "set-counter", "collection-template"),
    }
    assert {code.repair for code in CODES.values()} - {None} == names
    for name, code in CODES.items():
        assert re.fullmatch(r"[a-z0-9-]+", name)
        assert code.severity in ("error", "warning", "note")
        assert 1 <= code.level <= 5
        assert code.meaning and not code.meaning.endswith(".")
