"""Sample deployment of the demo: surveys of those whom the weather met, who may use them, and what is under way."""

from __future__ import annotations

import json
import random
from typing import TYPE_CHECKING, Any

from tui.systems.leapyear.columns import ColumnDefinition
from tui.systems.leapyear.service_side.bodies import NewTable

if TYPE_CHECKING:
    from tui.systems.leapyear.service_side.emulator import Emulator

ADMINISTRATOR = "ada.vogel"
ANALYST = "chiara.lindqvist"
STEWARD = "daniel.moreau"
PASSWORD = "sample-password-of-the-demo"
"""Of every user of the sample: it opens nothing but a bundled server."""
_PEOPLE = (
    (ADMINISTRATOR, True, "Platform administrator"),
    (ANALYST, False, "Analyst, heat and health"),
    ("ines.duarte", False, "Analyst, floods"),
    (STEWARD, False, "Data steward of the surveys"),
    ("jonas.weiß", False, "Auditor"),
    ("guest", False, None),
)
_GROUPS = {
    "analysts": ("May compute on what is released", (ANALYST, "ines.duarte")),
    "data stewards": ("Look after tables and bounds", (STEWARD,)),
    "auditors": (None, ("jonas.weiß", STEWARD)),
}
_DATABASES = {
    "heat and health": ("Who was ill in a heat wave", "Standard", {"max_exposure": 10.0, "window_days": 365}),
    "flood claims": ("What insurers were asked to pay", "Standard", {"max_exposure": 4.0, "window_days": 90}),
    "hail damage": ("Roofs, cars and glasshouses", "Strict", {"max_exposure": 0.5, "window_days": 365}),
    "storm damage": ("Survey after each winter’s storms", "Survey 2025", {"max_exposure": 2.0, "window_days": None}),
    "farm yields": ("What farms harvested, field by field", "Standard", None),
    "sandbox": (None, "Standard", None),
}
_SURVEY = {"max_exposure_per_computation": 0.2, "minimum_dataset_size": 500, "extra": {"approved_by": "ethics board"}}


def _columns(*declared: tuple[str, str, Any]) -> list[ColumnDefinition]:
    made: list[ColumnDefinition] = []
    for name, kind, limits in declared:
        field = "options" if kind.endswith("FACTOR") else "bounds"
        made.append(ColumnDefinition(name, type=kind, **({field: limits} if limits is not None else {})))
    return made


PUBLIC = ("stations", "insurers")
"""Tables that hold nothing about people."""
_PERSON = (
    ("age", "INT", (0, 120)),
    ("sex", "FACTOR", ("f", "m", "x")),
    ("postcode", "NULL_TEXT", None),
)
_TABLES: dict[str, dict[str, list[ColumnDefinition]]] = {
    "heat and health": {
        "households": _columns(
            *_PERSON,
            ("asked", "DATETIME", ("2015-01-01T00:00:00Z", "2026-01-01T00:00:00Z")),
            ("days_ill", "INT", (0, 400)),
            ("lives_alone", "BOOL", None),
            ("warned_by", "FACTOR", ("app", "neighbour", "nobody", "radio", "television")),
        ),
        "symptoms": _columns(
            ("code", "TEXT", None), ("certainty", "REAL", (0.0, 1.0)), ("began", "DATE", ("2015-01-01", "2026-01-01"))
        ),
        "stations": _columns(("name", "TEXT", None), ("altitude", "INT", (0, 5_000))),
    },
    "flood claims": {
        "payments": _columns(
            *_PERSON, ("amount", "REAL", (0.0, 250_000.0)), ("paid", "NULL_DATE", ("2018-01-01", "2026-01-01"))
        ),
        "insurers": _columns(("name", "TEXT", None), ("statutory", "BOOL", None)),
    },
    "hail damage": {
        "owners": _columns(*_PERSON, ("agreed", "DATE", ("2010-01-01", "2026-01-01"))),
        "claims": _columns(("roof", "TEXT", None), ("share", "REAL", (0.0, 1.0)), ("total_loss", "NULL_BOOL", None)),
    },
    "storm damage": {
        "cases": _columns(
            *_PERSON, ("severity", "FACTOR", ("I", "II", "III", "IV")), ("days_without_power", "NULL_INT", (0, 20_000))
        ),
    },
    "farm yields": {
        f"harvest {year}": _columns(
            ("at", "DATETIME", (f"{year}-01-01T00:00:00Z", f"{year + 1}-01-01T00:00:00Z")),
            ("hectares", "INT", (0, 3_000)),
            ("tonnes", "NULL_REAL", (0.0, 40_000.0)),
            ("lost_to_frost", "NULL_REAL", (0.0, 100.0)),
        )
        for year in range(2019, 2026)
    },
}
_OVER = (
    ("table.create", "heat and health", "households", "succeeded", 912.0),
    ("table.add_slice", "farm yields", "harvest 2024", "succeeded", 244.0),
    ("table.create", "flood claims", "payments 2017", "failed", 31.0),
    ("table.create", "hail damage", "claims raw", "timed_out", 3600.0),
    ("analysis", "storm damage", "cases", "cancelled", 12.0),
    ("analysis", "heat and health", "households", "succeeded", 3.5),
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
        emulator.profiles.add("Survey 2025", "As approved for the yearly report on storms", _SURVEY)
        emulator.profiles.add("Open data", None, {**_SURVEY, "minimum_dataset_size": 10, "extra": {}})
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
                    public=name in PUBLIC,
                    description=f"{len(columns)} columns, delivered nightly" if name != "claims" else None,
                ),
            )
            for database, found in _TABLES.items()
            for name, columns in found.items()
        }
        emulator.tables.add_view(
            databases["heat and health"], "adults", "age of 18 and up", ["households"], ["age", "days_ill"]
        )
        emulator.tables.add_view(
            databases["storm damage"], "severe cases", "III and IV", ["cases"], ["severity", "days_without_power"]
        )
        _grant(emulator, users, groups, databases, tables)
        for database in databases.values():
            for user in (ANALYST, "ines.duarte"):
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
        if database != "hail damage":
            grants.grant("group", groups["analysts"], number, "view")
        grants.grant("group", groups["data stewards"], number, "administer" if database == "storm damage" else "view")
    grants.grant("user", users["ines.duarte"], databases["hail damage"], "view")
    grants.grant("user", users[STEWARD], databases["farm yields"], "administer")
    grants.grant("group", groups["auditors"], databases["flood claims"], "view")
    for (database, name), number in tables.items():
        for column in _TABLES[database][name]:
            level = "precise" if name in PUBLIC else "private"
            if database != "hail damage" and column.name != "postcode":
                grants.grant_column("group", groups["analysts"], number, column.name, level)
            if database == "hail damage" and column.name in ("age", "sex", "share"):
                grants.grant_column("user", users["ines.duarte"], number, column.name, "private")


def _jobs(emulator: Emulator, databases: dict[str, int]) -> None:
    """Put in jobs that are over, and some that run for a while yet."""
    now = emulator.clock.now()
    for place, (kind, database, name, state, seconds) in enumerate(_OVER):
        target = {"type": "table", "database": database, "name": name}
        user = (ADMINISTRATOR, ANALYST, "ines.duarte")[place % 3]
        job = emulator.jobs.done(user, kind, target)
        began = now - 86_400 * 2 + place * 9_000
        error = {"failed": {"code": "upstream_error", "message": "The data cannot be read."}}.get(state)
        emulator.database.run(
            "UPDATE job SET state = ?, submitted = ?, started = ?, finished = ?, error = ? WHERE id = ?",
            (state, began, began + 2, began + 2 + seconds, None if error is None else json.dumps(error), job["id"]),
        )
    under_way = (
        (ADMINISTRATOR, "table.add_slice", "farm yields", "harvest 2025", 900.0),
        ("ines.duarte", "analysis", "storm damage", "cases", 240.0),
        (ANALYST, "analysis", "heat and health", "households", 75.0),
    )
    for user, kind, database, name, seconds in under_way:
        target = {"type": "table", "database": database, "name": name}
        row = emulator.database.row("SELECT id FROM tbl WHERE db = ? AND name = ?", (databases[database], name))
        emulator.jobs.start(user, kind, target, {"table": row["id"] if row is not None else 0}, seconds)
