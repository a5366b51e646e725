"""A small storage and a plan for it with a step of every kind, for tests of what happens between the steps."""

from __future__ import annotations

from pathlib import Path

from tui.systems.deker.changes.plan import Plan, Put, Remove


def make(root: Path) -> None:
    """Write the storage that `mixed` is for."""
    folder = root / "collections" / "a"
    for name, content in {
        "a.json": b"old metadata",
        "data/one": b"first",
        "data/1/2/two": b"second",
        "whole/x": b"third",
        "whole/y/z": b"fourth",
        "readonly": b"fifth",
    }.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    (folder / "whole" / "to").symlink_to("nowhere")
    for name in ("kept", "dropped", "moved"):
        (folder / "links" / name).mkdir(parents=True)
        (folder / "links" / name / "one").symlink_to(folder / "data" / "one")


def mixed(root: str) -> Plan:
    """Return a plan that makes, replaces and removes files, links and directories."""
    folder = f"{root}/collections/a"

    def directory(path: str) -> None:
        below = Path(path) / "below"
        below.mkdir(parents=True)
        (below / "made").write_bytes(b"sixth")

    def rewritten(path: str) -> None:
        Path(path).write_bytes(b"seventh")

    return Plan(
        "mixed",
        "everything at once",
        (
            Put(f"{folder}.lock", content=b"", holds=True),
            Put(f"{folder}/new/deep/down/marker", content=b"eighth"),
            Put(f"{folder}/a.json", content=b"new metadata", replaces=True),
            Put(f"{folder}/readonly", prepare=rewritten, replaces=True),
            Put(f"{folder}/links/kept/one", link=f"{folder}/new/deep/down/marker", replaces=True),
            Put(f"{folder}/links/other/place/one", link=f"{folder}/data/one"),
            Put(f"{folder}/made", prepare=directory),
            Remove(f"{folder}/links/dropped/one", prune=f"{folder}/links"),
            Remove(f"{folder}/data/1/2/two", prune=f"{folder}/data"),
            Remove(f"{folder}/whole"),
            Remove(f"{folder}/links/moved"),
        ),
    )
