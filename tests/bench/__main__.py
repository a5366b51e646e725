"""`uv run python -m tests.bench`: what things cost, as medians and ratios side by side in one run."""

from __future__ import annotations

import argparse
import gc
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.bench import (
    arakoon,
    deker,
    display,
    first_minutes,
    five_systems,
    home_cards,
    lists,
    screens,
    ssh,
    verbs,
    viewer,
)

SCREENS = ("start", "paint", "home", "minutes", "five", "table", "refresh", "move", "viewer", "display", "lists", "ssh")


def main() -> None:
    """Run the parts that are named, or all."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="part", help=f"of {', '.join(SCREENS)}, deker, arakoon; else all")
    parser.add_argument("--only", metavar="LIST", default="", help=f"of deker, with commas: {', '.join(deker.PARTS)}")
    parser.add_argument("--cache", type=Path, metavar="FOLDER", help="where the Deker storages are kept, 7 GB")
    parser.add_argument("--full", action="store_true", help="also what takes the real package minutes")
    parser.add_argument("--profile", action="store_true", help="print where the time of our side goes")
    given = parser.parse_args()
    only = [name for name in given.only.split(",") if name]
    for name in (*(set(given.parts) - {*SCREENS, "deker", "arakoon"}), *(set(only) - set(deker.PARTS))):
        parser.error(f"there is no part {name}")
    gc.set_threshold(50_000, 20, 50)  # as the program does
    with tempfile.TemporaryDirectory(prefix="arraydeck-bench-") as folder:
        home, sample, storages = (Path(folder) / name for name in ("home", "sample", "storages"))
        parts: dict[str, Callable[[], Iterator[str]]] = {
            "start": lambda: verbs.run(sample, home / "verbs"),
            "paint": lambda: screens.first_paint(home),
            "home": lambda: home_cards.run(sample, home / "cards"),
            "minutes": lambda: first_minutes.run(Path(folder) / "minutes"),
            "five": lambda: five_systems.run(Path(folder) / "demo"),
            "table": screens.table,
            "refresh": screens.refreshing,
            "move": lambda: screens.moving(sample, home),
            "viewer": lambda: viewer.run((given.cache or storages) / "viewer", home / "viewer"),
            "display": display.run,
            "lists": lambda: lists.run(Path(folder) / "lists"),
            "ssh": lambda: ssh.run(sample, Path(folder) / "ssh"),
            "deker": lambda: deker.run(given.cache or storages, only, given.full, given.profile),
            "arakoon": lambda: arakoon.run(given.profile),
        }
        for name, part in parts.items():
            if given.parts and name not in given.parts:
                continue
            if name in ("start", "home", "move", "ssh") and not sample.exists():
                from tui.systems.deker.sample import make_sample

                make_sample(sample)
            for line in part():
                print(line, flush=True)


if __name__ == "__main__":
    main()
