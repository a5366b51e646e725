"""Writes what the sample's repositories hold into the embedded object store with icechunk, where it is installed."""

from __future__ import annotations

import importlib.util
import json
import math
from typing import Any

from tui.services.serving.state_database import Row
from tui.systems.arraylake.service_side.datasets import ArrayPlan, Dataset
from tui.systems.arraylake.service_side.state import State


def can_write() -> bool:
    """Return whether icechunk and zarr are installed."""
    return all(importlib.util.find_spec(name) is not None for name in ("icechunk", "zarr", "numpy"))


def write_contents(state: State, org: str, name: str, dataset: Dataset) -> None:
    """Make the icechunk repository of a catalogue entry, unless its place holds one; the service must be listening.

    The branch `main` has a commit for the layout, one for each quarter of the data and one for a correction; `draft`
    has one more; the tag `v1` is the last but one.

    Raises:
        icechunk.IcechunkError: the object store refused something.
    """
    import icechunk

    row = state.repositories.get(org, name)
    bucket = state.repositories.bucket(row)
    assert bucket is not None
    if state.objects.listed(bucket["name"], row["prefix"] + "/", "", 1):
        return
    repository = icechunk.Repository.create(storage_of(state, row, bucket))
    author = {"author_name": "Ada Vogel", "author_email": "ada.vogel@example.com"}

    def commit(branch: str, message: str, quarter: int | None) -> str:
        session = repository.writable_session(branch)
        _write(session.store, dataset, quarter)
        return session.commit(message, metadata=author)

    last = commit("main", "Layout of groups and arrays", None)
    for quarter in range(4):
        last = commit("main", f"Quarter {quarter + 1} of the run", quarter)
    repository.create_tag("v1", snapshot_id=last)
    last = commit("main", "Corrected the first hours after the calibration of 3 September", 4)
    repository.create_branch("draft", snapshot_id=last)
    commit("draft", "Trial of another interpolation", 5)


def storage_of(state: State, row: Row, bucket: Row) -> Any:
    """Return where a repository of the sample is, as icechunk takes it."""
    import icechunk

    keys = state.buckets.credentials(bucket)
    assert keys is not None
    extra = json.loads(bucket["extra_config"])
    return icechunk.s3_storage(
        bucket=bucket["name"],
        prefix=row["prefix"],
        region=extra["region_name"],
        endpoint_url=extra["endpoint_url"],
        allow_http=True,
        force_path_style=True,
        access_key_id=keys["aws_access_key_id"],
        secret_access_key=keys["aws_secret_access_key"],
        session_token=keys["aws_session_token"],
        from_env=False,
    )


def _write(store: Any, dataset: Dataset, step: int | None) -> None:
    """Make groups and arrays (no step), write a quarter of their data (0 to 3), or change the first quarter (4, 5)."""
    import zarr

    if step is None:
        zarr.create_group(store, attributes={"title": dataset.title}, overwrite=True)
        for path in dataset.groups:
            if path != "/":
                zarr.create_group(store, path=path.strip("/"))
    root = zarr.open_group(store, mode="r+")
    for path, plans in dataset.groups.items():
        group = root if path == "/" else root[path.strip("/")]
        assert isinstance(group, zarr.Group)
        for plan in plans:
            if step is None:
                group.create_array(
                    plan.name,
                    shape=plan.shape,
                    chunks=plan.chunks,
                    dtype=plan.dtype,
                    dimension_names=plan.dimensions,
                    attributes=plan.attributes,
                )
            elif not plan.is_coordinate or step == 0:
                _fill(group[plan.name], plan, step)


def _fill(array: Any, plan: ArrayPlan, step: int) -> None:
    import numpy as np

    if plan.is_coordinate:
        ends = {"latitude": (-90, 90), "longitude": (-180, 176)}.get(plan.name, (0, plan.shape[0] - 1))
        array[:] = np.linspace(*ends, plan.shape[0]).astype(plan.dtype)
        return
    quarter = max(plan.shape[0] // 4, 1)
    start = (step % 4) * quarter
    stop = plan.shape[0] if step == 3 else start + quarter
    array[start:stop] = _field(plan, start, stop, 0.0 if step < 4 else float(step))


def _field(plan: ArrayPlan, start: int, stop: int, shift: float) -> Any:
    """Return smooth waves that move along the first axis, in a range that suits the unit."""
    import numpy as np

    times = np.arange(start, stop).reshape(-1, *(1 for _ in plan.shape[1:]))
    phase = 0.35 * times + shift
    for axis, size in enumerate(plan.shape[1:], 1):
        shape = [size if place == axis else 1 for place in range(len(plan.shape))]
        phase = phase + (axis * 2 * math.pi / size) * np.arange(size).reshape(shape)
    low, high = {"K": (250.0, 310.0), "Pa": (97_000.0, 104_000.0), "dBZ": (-10.0, 55.0)}.get(plan.unit, (0.0, 12.0))
    return (low + (high - low) * (np.sin(phase) + 1) / 2).astype(plan.dtype)
