"""Stores whose every text is hostile, and the program on one of them."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.conftest import call
from tests.faults.hostile import ALL
from tests.terminal.pty_program import PtyProgram

__all__ = ["call"]

TOY = Path(__file__).parents[1] / "toy"


@pytest.fixture
def hostile_boxes(tmp_path: Path, toy: None) -> Path:
    path = tmp_path / "boxes.json"
    made = [{"name": f"{kind} {text}", "colour": text, "size": 1} for kind, text in ALL.items()]
    path.write_text(json.dumps(made))
    return path


@pytest.fixture
def hostile_storage(tmp_path: Path) -> Path:
    """A storage whose names, labels and attributes are hostile, written as any program could."""
    import h5py
    import numpy

    root = tmp_path / "hostile"
    for number, text in enumerate(ALL.values()):
        name = text.replace("/", "-").replace("\0", "")[:200] + str(number)
        folder = root / "collections" / name
        folder.mkdir(parents=True)
        schema = {
            "dimensions": [{"name": text, "size": 1, "labels": [text], "scale": None, "type": "generic"}],
            "dtype": "numpy.float32",
            "attributes": [{"name": text, "primary": False, "dtype": "string"}],
            "fill_value": None,
        }
        content = {"name": name, "type": "array", "schema": schema, "options": None, "metadata_version": "0.2"}
        (folder / f"{name}.json").write_text(json.dumps({**content, "storage_adapter": "HDF5StorageAdapter"}))
        (root / "collections" / f"{name}.lock").touch()
        identity = f"0000000{number % 10}-0000-4000-8000-00000000{number:04}"
        data = folder / "array_data" / "/".join(identity[:8]) / identity[9:]
        data.mkdir(parents=True)
        meta = json.dumps({"id": identity, "primary_attributes": {}, "custom_attributes": {text: text}})
        with h5py.File(data / f"{identity}.hdf5", "w") as file:
            file.create_dataset("meta", data=numpy.bytes_(meta.encode()))
            file.create_dataset("empty_cells", data=numpy.int64(1))
        (folder / "array_symlinks").mkdir()
        (folder / "array_symlinks" / f"{identity}.hdf5").symlink_to(data / f"{identity}.hdf5")
    Path(os.fsdecode(os.fsencode(str(root / "collections")) + b"/caf\xe9 \x1b[31m")).mkdir()
    return root


@pytest.fixture
def program(hostile_boxes: Path, home: Path) -> Iterator[PtyProgram]:
    argv = [sys.executable, "-m", "tui.cli.main", "open", f"toy://{hostile_boxes}"]
    env = {"ARRAYDECK_HOME": str(home), "PYTHONPATH": str(TOY)}
    with PtyProgram(argv, columns=140, rows=40, env=env) as made:
        made.see("clear \\e[2J\\e[H")
        yield made
