"""`uv run python -m tests.bench`: what things cost, as medians and ratios side by side in one run."""

from __future__ import annotations

import gc
import sys
import tempfile
from pathlib import Path

from tests.bench import deker, screens


def main(wanted: list[str]) -> None:
    """Run the parts that are named (paint, table, refresh, move, deker), or all."""
    gc.set_threshold(50_000, 20, 50)  # as the program does
    with tempfile.TemporaryDirectory(prefix="arraydeck-bench-") as folder:
        home, sample, many = (Path(folder) / name for name in ("home", "sample", "many"))
        parts = {
            "paint": lambda: screens.first_paint(home),
            "table": screens.table,
            "refresh": screens.refreshing,
            "move": lambda: screens.moving(sample, home),
            "deker": lambda: deker.listing(many),
        }
        for name, part in parts.items():
            if wanted and name not in wanted:
                continue
            if name == "move":
                from tui.systems.deker.sample import make_sample

                make_sample(sample)
            if name == "deker":
                deker.make_storage(many)
            for line in part():
                print(line, flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
