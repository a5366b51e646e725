"""Our check beside the real one: at each level it finds all that the real one reports, and nothing in what is sound."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from random import Random
from typing import Any

import numpy
import pytest

from tests.conformance.environments import Child
from tests.conformance.test_deker_changes import packed
from tests.deker.combinations import draw
from tests.deker.corruptions import CORRUPTIONS, DEAD, STRANGER
from tests.deker.integrity import checked, damage, settle
from tests.deker.pristine import Pristine, make_pristine
from tests.thoroughness import one_in
from tui.systems.deker.integrity.findings import Finding
from tui.systems.deker.integrity.report import as_text

pytestmark = pytest.mark.conformance
KINDS = ("dtypes", "axes", "attributes", "varrays", "options", "layouts", "indices")


def messages(text: str) -> list[tuple[str, str]]:
    """Return what a real report says as (heading, message); a message may have several lines."""
    found: list[tuple[str, str]] = []
    heading = ""
    for line in text.splitlines():
        is_listed = bool(found) and "unnecessary files" in found[-1][1] and line.endswith((".hdf5", ".json"))
        if line.startswith("\t- ") and not is_listed:
            found.append((heading, line.removeprefix("\t- ")))
        elif line.startswith("Collection") and line.endswith(":"):
            heading = line
        elif line and found and not line.startswith("Integrity check"):
            found[-1] = heading, f"{found[-1][1]}\n{line}"
    return found


def is_found(heading: str, message: str, findings: tuple[Finding, ...]) -> bool:
    """Whether one of our findings says what a real message says, of the same thing."""
    if heading == "Collections locks errors:":
        return any(_is_marker(message, one) for one in findings)
    if heading == "Collections initialization errors:":
        return any(one.code.startswith("collection-") for one in findings)
    collection = heading.split(" ")[1]
    own = [one for one in findings if one.collection == collection]
    if "locks" in heading:
        return any(Path(one.path).name == message for one in own)
    if "initialization" in heading:
        return any(one.code.startswith(("meta-", "attribute-", "varray-json-")) for one in own)
    if match := re.match(r"Array ([0-9a-f-]{36}) data is corrupted", message):
        return any(match[1] in (one.array, *Path(one.path).parts) for one in own)
    match = re.search(r"(/\S+)(?: not found|$)", message, re.MULTILINE)
    assert match is not None, message
    return any(_is_about(match[1], one) for one in own)


def _is_marker(message: str, one: Finding) -> bool:
    """Whether a finding is about the collection or marker that a message about markers names."""
    (name,) = re.findall(r"(?:BaseLock for|Collection with lock) (\S+) not found", message)
    if one.code == "lock-marker-orphan":
        return one.path.endswith(f"/{name}.lock")
    # A collection under another name, or one that cannot be opened, has its marker in vain.
    return one.level == 1 and (one.collection == name or f"{name!r}" in one.message)


def _is_about(directory: str, one: Finding) -> bool:
    """Whether a finding is about a link that is, or should be, in a directory, or about the array that it is of."""
    if one.array is None:
        return False
    place = directory.partition("_symlinks")[2].lstrip("/")
    links = Path(directory).iterdir() if Path(directory).is_dir() else ()
    return (
        str(Path(one.path).parent) == directory
        or any(link.name.startswith(one.array) for link in links)
        or (one.code == "link-misplaced" and one.message.endswith(f"{place!r}"))
    )


async def compare(real_deker: Child, root: Path, levels: tuple[int, ...] = (1, 2, 3, 4)) -> None:
    """See that at each level we find whatever the real check reports or ends at."""
    for level in levels:
        findings = (await checked(root, level)).findings
        try:
            text = await asyncio.to_thread(real_deker.ask, "check", path=str(root), level=level)
        except RuntimeError as error:
            assert any(one.severity != "note" for one in findings), (level, error)
            continue
        for heading, message in messages(text):
            assert is_found(heading, message, findings), (level, heading, message, findings)


@pytest.mark.parametrize("row", one_in(3, CORRUPTIONS), ids=lambda row: f"{row:02}")
async def test_we_find_what_the_real_check_reports(real_deker: Child, tmp_path: Path, row: int) -> None:
    storage = make_pristine(tmp_path / "storage")
    damage(storage, row)
    await compare(real_deker, storage.root)


@pytest.mark.parametrize("seed", one_in(2, range(6)))
async def test_of_several_corruptions_too(real_deker: Child, tmp_path: Path, seed: int) -> None:
    pristine, random = make_pristine(tmp_path / "pristine"), Random(f"conformance {seed}")
    for number in range(4):
        rows = draw(pristine, CORRUPTIONS, 2 + number % 2, random)
        storage = make_pristine(tmp_path / f"{number}")
        damage(storage, *rows)
        await compare(real_deker, storage.root, (3, 4))


async def test_our_text_has_the_real_ones_headings_word_for_word(real_deker: Child, tmp_path: Path) -> None:
    storage = make_pristine(tmp_path / "storage")
    damage(storage, 8, 14, 42, 59, 71)
    lock = f"{storage.plain[1]}:{STRANGER}:{DEAD}:{DEAD}.arrayreadlock"
    (storage.data("plain", storage.plain[1]).parent / lock).touch()
    settle(storage.root)
    for level in (1, 2, 3, 4):
        try:
            real = real_deker.ask("check", path=str(storage.root), level=level)
        except RuntimeError:
            storage.varray_json.unlink()
            real = real_deker.ask("check", path=str(storage.root), level=level)
        ours = as_text(await checked(storage.root, level)).splitlines()
        assert {heading for heading, _ in messages(real)} <= {*ours}


@pytest.mark.parametrize("kind", KINDS)
async def test_what_the_real_package_makes_is_healthy(real_deker: Child, tmp_path: Path, kind: str) -> None:
    root = tmp_path / kind
    real_deker.ask("make", path=str(root), kind=kind)
    report = await checked(root)
    assert {finding.code for finding in report.findings} <= {"counter-low"}, report.findings
    assert report.is_clean
    settle(root)
    assert {finding.code for finding in (await checked(root)).findings} <= {"counter-low"}


@pytest.mark.parametrize("kind", KINDS)
async def test_without_their_schemas_sound_arrays_are_not_called_damaged(
    real_deker: Child, tmp_path: Path, kind: str
) -> None:
    """What most arrays share is taken for the schema then, which must not make the others look wrong."""
    root = tmp_path / kind
    real_deker.ask("make", path=str(root), kind=kind)
    for metadata in (root / "collections").glob("*/*.json"):
        metadata.unlink()
    settle(root)
    report = await checked(root)
    assert report.arrays > 0
    assert report.codes == {"collection-json-missing": report.collections}, report.findings


async def test_what_it_writes_clears_and_deletes_stays_healthy(real_deker: Child, tmp_path: Path) -> None:
    storage = make_pristine(tmp_path / "storage")
    root = str(storage.root)
    parts: list[dict[str, Any]] = [{"slice": [1, 4]}, {"slice": [0, 3]}]
    values = packed(numpy.full((3, 3), 7, "float32"))
    for collection, identity in (("arr", storage.arr[0]), ("packed", storage.packed), ("va", storage.varray)):
        where = {"path": root, "collection": collection, "identity": identity}
        real_deker.ask("update", **where, index=parts, data=values)
        real_deker.ask("clear", **where, index=parts)
    everything = [{"slice": [None, None]}]
    real_deker.ask("clear", path=root, collection="arr", identity=storage.arr[1], index=everything)
    real_deker.ask("clear", path=root, collection="va", identity=storage.varray, index=everything)
    real_deker.ask("delete", path=root, collection="arr", identity=storage.arr[2])
    real_deker.ask("delete", path=root, collection="plain", identity=storage.plain[1])
    report = await checked(storage.root)
    assert report.is_clean, report.findings
    # Where it clears a VArray whole it leaves the directories of the tiles.
    assert {(finding.code, finding.collection) for finding in report.findings} == {("empty-directory", "va")}
    real_deker.ask("delete", path=root, collection="va", identity=storage.varray)
    assert (await checked(storage.root)).is_clean


async def test_a_real_writer_that_never_pauses_gives_no_errors(real_deker: Child, tmp_path: Path) -> None:
    storage: Pristine = make_pristine(tmp_path / "storage")
    for collection, identity in (("packed", storage.packed), ("va", storage.varray)):
        where = {"path": str(storage.root), "collection": collection, "identity": identity}
        writing = asyncio.create_task(asyncio.to_thread(real_deker.ask, "write_on_and_on", **where, seconds=4))
        checks = 0
        while not writing.done():
            for level in (2, 3, 4, 5):
                report = await checked(storage.root, level)
                assert report.is_clean, report.findings
                checks += 1
        assert checks > 3
        ended = await writing
        assert ended["updates"] > 3
        assert ended["failures"] == []
