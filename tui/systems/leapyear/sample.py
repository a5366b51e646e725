"""Sample deployment of the demo: a hospital network's databases, who may use them, and what is under way."""

from __future__ import annotations

import json
import random
from typing import TYPE_CHECKING, Any

from tui.systems.leapyear.columns import ColumnDefinition
from tui.systems.leapyear.service_side.bodies import NewTable

if TYPE_CHECKING:
    from tui.systems.leapyear.service_side.emulator import Emulator

ADMINISTRATOR = "ada.vogel"
ANALYST = "bram.olafsson"
PASSWORD = "sample-password-of-the-demo"
"""Of every user of the sample: it opens nothing but a bundled server."""
_PEOPLE = (
    (ADMINISTRATOR, True, "Platform administrator"),
    (ANALYST, False, "Analyst, cardiology"),
    ("chiara.neri", False, "Analyst, epidemiology"),
    ("dmitri.sokol", False, "Data steward of the registry"),
    ("elif.yılmaz", False, "Auditor"),
    ("guest", False, None),
)
_GROUPS = {
    "analysts": ("May compute on what is released", (ANALYST, "chiara.neri")),
    "data stewards": ("Look after tables and bounds", ("dmitri.sokol",)),
    "auditors": (None, ("elif.yılmaz", "dmitri.sokol")),
}
_DATABASES = {
    "admissions": ("Stays in hospital since 2015", "Standard", {"max_exposure": 10.0, "window_days": 365}),
    "claims": ("What insurers were asked to pay", "Standard", {"max_exposure": 4.0, "window_days": 90}),
    "genomics": ("Variants of the biobank’s donors", "Strict", {"max_exposure": 0.5, "window_days": 365}),
    "registry": ("Cancer registry, yearly delivery", "Registry 2025", {"max_exposure": 2.0, "window_days": None}),
    "vital signs": ("Bedside monitors, a reading a minute", "Standard", None),
    "sandbox": (None, "Standard", None),
}
_REGISTRY = {"max_exposure_per_computation": 0.2, "minimum_dataset_size": 500, "extra": {"approved_by": "ethics board"}}


def _columns(*declared: tuple[str, str, Any]) -> list[ColumnDefinition]:
    made: list[ColumnDefinition] = []
    for name, kind, limits in declared:
        field = "options" if kind.endswith("FACTOR") else "bounds"
        made.append(ColumnDefinition(name, type=kind, **({field: limits} if limits is not None else {})))
    return made


_PERSON = (
    ("age", "INT", (0, 120)),
    ("sex", "FACTOR", ("f", "m", "x")),
    ("postcode", "NULL_TEXT", None),
)
_TABLES: dict[str, dict[str, list[ColumnDefinition]]] = {
    "admissions": {
        "stays": _columns(
            *_PERSON,
            ("admitted", "DATETIME", ("2015-01-01T00:00:00Z", "2026-01-01T00:00:00Z")),
            ("nights", "INT", (0, 400)),
            ("emergency", "BOOL", None),
            ("ward", "FACTOR", ("cardiology", "icu", "maternity", "oncology", "surgery")),
        ),
        "diagnoses": _columns(
            ("code", "TEXT", None), ("certainty", "REAL", (0.0, 1.0)), ("made", "DATE", ("2015-01-01", "2026-01-01"))
        ),
        "wards": _columns(("name", "TEXT", None), ("beds", "INT", (0, 200))),
    },
    "claims": {
        "payments": _columns(
            *_PERSON, ("amount", "REAL", (0.0, 250_000.0)), ("paid", "NULL_DATE", ("2018-01-01", "2026-01-01"))
        ),
        "insurers": _columns(("name", "TEXT", None), ("statutory", "BOOL", None)),
    },
    "genomics": {
        "donors": _columns(*_PERSON, ("consented", "DATE", ("2010-01-01", "2026-01-01"))),
        "variants": _columns(
            ("gene", "TEXT", None), ("frequency", "REAL", (0.0, 1.0)), ("pathogenic", "NULL_BOOL", None)
        ),
    },
    "registry": {
        "cases": _columns(
            *_PERSON, ("stage", "FACTOR", ("I", "II", "III", "IV")), ("survival_days", "NULL_INT", (0, 20_000))
        ),
    },
    "vital signs": {
        f"readings {year}": _columns(
            ("at", "DATETIME", (f"{year}-01-01T00:00:00Z", f"{year + 1}-01-01T00:00:00Z")),
            ("heart_rate", "INT", (0, 300)),
            ("oxygen", "NULL_REAL", (0.0, 100.0)),
            ("temperature", "NULL_REAL", (20.0, 45.0)),
        )
        for year in range(2019, 2026)
    },
}
_OVER = (
    ("table.create", "admissions", "stays", "succeeded", 912.0),
    ("table.add_slice", "vital signs", "readings 2024", "succeeded", 244.0),
    ("table.create", "claims", "payments 2017", "failed", 31.0),
    ("table.create", "genomics", "variants raw", "timed_out", 3600.0),
    ("analysis", "registry", "cases", "cancelled", 12.0),
    ("analysis", "admissions", "stays", "succeeded", 3.5),
)


def fill(emulator: Emulator) -> None:
    """Put the sample into an empty state: the same each time, but for what passwords are salted with."""
    chance = random.Random(1859)
    with emulator.database.together():
        users = {
            name: emulator.users.add(name, PASSWORD, is_admin, description=text, enabled=name != "guest")
            for name, is_admin, text in _PEOPLE
        }
        groups = {
            name: emulator.groups.add(name, text, [users[member] for member in members])
            for name, (text, members) in _GROUPS.items()
        }
        emulator.profiles.add("Registry 2025", "As approved for the registry’s yearly report", _REGISTRY)
        emulator.profiles.add("Open data", None, {**_REGISTRY, "minimum_dataset_size": 10, "extra": {}})
        databases = {
            name: emulator.databases.add(name, profile, text, None if limit is None else {**limit, "extra": {}})
            for name, (text, profile, limit) in _DATABASES.items()
        }
        tables = {
            (database, name): emulator.tables.add(
                databases[database],
                NewTable(
                    name=name,
                    columns=columns,
                    credentials=f"hdfs://lake/{database.replace(' ', '_')}/{name.replace(' ', '_')}.parq",
                    public=name in ("wards", "insurers"),
                    description=f"{len(columns)} columns, delivered nightly" if name != "variants" else None,
                ),
            )
            for database, found in _TABLES.items()
            for name, columns in found.items()
        }
        emulator.tables.add_view(
            databases["admissions"], "adult stays", "age of 18 and up", ["stays"], ["age", "nights"]
        )
        emulator.tables.add_view(
            databases["registry"], "late stages", "III and IV", ["cases"], ["stage", "survival_days"]
        )
        _grant(emulator, users, groups, databases, tables)
        for database in databases.values():
            for user in (ANALYST, "chiara.neri"):
                values = (database, users[user], round(chance.uniform(0.01, 0.4), 3))
                emulator.database.run("INSERT INTO exposure VALUES (?, ?, ?)", values)
        emulator.caches.fill(analysis=1284, relations=17, metadata=212)
    _jobs(emulator, databases)


def _grant(
    emulator: Emulator,
    users: dict[str, int],
    groups: dict[str, int],
    databases: dict[str, int],
    tables: dict[tuple[str, str], int],
) -> None:
    grants = emulator.grants
    for database, number in databases.items():
        if database != "genomics":
            grants.grant("group", groups["analysts"], number, "view")
        grants.grant("group", groups["data stewards"], number, "administer" if database == "registry" else "view")
    grants.grant("user", users["chiara.neri"], databases["genomics"], "view")
    grants.grant("user", users["dmitri.sokol"], databases["vital signs"], "administer")
    grants.grant("group", groups["auditors"], databases["claims"], "view")
    for (database, name), number in tables.items():
        for column in _TABLES[database][name]:
            level = "precise" if name in ("wards", "insurers") else "private"
            if database != "genomics" and column.name != "postcode":
                grants.grant_column("group", groups["analysts"], number, column.name, level)
            if database == "genomics" and column.name in ("age", "sex", "frequency"):
                grants.grant_column("user", users["chiara.neri"], number, column.name, "private")


def _jobs(emulator: Emulator, databases: dict[str, int]) -> None:
    """Put in jobs that are over, and some that run for a while yet."""
    now = emulator.clock.now()
    for place, (kind, database, name, state, seconds) in enumerate(_OVER):
        target = {"type": "table", "database": database, "name": name}
        user = (ADMINISTRATOR, ANALYST, "chiara.neri")[place % 3]
        job = emulator.jobs.done(user, kind, target)
        began = now - 86_400 * 2 + place * 9_000
        error = {"failed": {"code": "upstream_error", "message": "The data cannot be read."}}.get(state)
        emulator.database.run(
            "UPDATE job SET state = ?, submitted = ?, started = ?, finished = ?, error = ? WHERE id = ?",
            (state, began, began + 2, began + 2 + seconds, None if error is None else json.dumps(error), job["id"]),
        )
    under_way = (
        (ADMINISTRATOR, "table.add_slice", "vital signs", "readings 2025", 900.0),
        ("chiara.neri", "analysis", "registry", "cases", 240.0),
        (ANALYST, "analysis", "admissions", "stays", 75.0),
    )
    for user, kind, database, name, seconds in under_way:
        target = {"type": "table", "database": database, "name": name}
        row = emulator.database.row("SELECT id FROM tbl WHERE db = ? AND name = ?", (databases[database], name))
        emulator.jobs.start(user, kind, target, {"table": row["id"] if row is not None else 0}, seconds)
