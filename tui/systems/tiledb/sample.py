"""Sample data of the embedded server: a weather institute with people, teamspaces, assets, tasks and storage."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

from tui.services import sample_world
from tui.systems.tiledb.service_side.people import Person
from tui.systems.tiledb.service_side.records import Record
from tui.systems.tiledb.service_side.state import State
from tui.systems.tiledb.service_side.tasks import Node
from tui.systems.tiledb.service_side.teamspaces import Teamspace
from tui.systems.tiledb.service_side.v4_storage import add_credential, add_storage_setting
from tui.systems.tiledb.service_side.workspaces import Workspace

WORKSPACE = "meteo-institute"
USERNAME, PASSWORD = "ada.vogel", "nimbostratus"
"""Who the demo is logged in as; an owner."""
READER = "noor.haddad"
"""A plain member, with the same password."""
SEED = 20_260_301
DAY = 86_400.0

PEOPLE = tuple(
    (name, shown, {USERNAME: "owner", "ben.okafor": "admin"}.get(name, "member"))
    for name, shown in sample_world.PEOPLE.items()
)


@dataclass(frozen=True)
class Team:
    """A teamspace of the sample: its folders, and what the arrays in them are named after."""

    name: str
    description: str
    visibility: str
    folders: tuple[str, ...]
    fields: tuple[str, ...]


TEAMS = (
    Team(
        "forecasting",
        "Operational model output",
        "private",
        ("global", "europe", "nested-alps", "ensembles", "verification"),
        ("t2m", "msl", "u10", "v10", "precip"),
    ),
    Team(
        "observations",
        "Stations, buoys and soundings",
        "public",
        ("stations", "buoys", "soundings", "stations/quality", "ships"),
        ("air_temperature", "humidity", "wind_speed", "pressure"),
    ),
    Team(
        "radar",
        "Composites and single sites",
        "private",
        ("composite", "sites", "sites/north", "sites/south", "nowcasts"),
        ("reflectivity", "velocity", "rain_rate"),
    ),
    Team(
        "climate",
        "Reanalysis and projections",
        "private",
        ("reanalysis", "projections", "projections/ssp245", "projections/ssp585", "indices"),
        ("tas", "pr", "sst", "soil_moisture"),
    ),
    Team(
        "satellite",
        "Imagery and retrievals",
        "public",
        ("visible", "infrared", "water-vapour", "retrievals", "masks"),
        ("radiance", "cloud_top", "albedo"),
    ),
    Team(
        "hydrology",
        "Catchments and gauges",
        "private",
        ("gauges", "catchments", "floods", "snow", "groundwater"),
        ("discharge", "level", "swe"),
    ),
    Team(
        "air-quality",
        "Pollutants and pollen",
        "private",
        ("ozone", "particulates", "pollen", "emissions", "bulletins"),
        ("o3", "pm10", "pm25", "no2"),
    ),
    Team(
        "archive",
        "Scanned records since 1853",
        "public",
        ("logbooks", "maps", "thermographs", "barographs", "letters"),
        ("rain", "temperature", "pressure"),
    ),
)
"""Forty folders, five a team."""
TOKENS = (
    ("airflow-ingest", 41.0, "*"),
    ("laptop-ada", 210.0, "*"),
    ("dashboard-readonly", 12.0, "array:read"),
    ("ci-pipeline", 330.0, "array:read-write"),
)
"""API tokens: name, age in days, scope."""
FORGOTTEN_DAYS = (0.2, 3.0, 19.0, 64.0, 131.0, 298.0, 352.0)
"""Ages of the tokens that log-ins by password left behind."""


_SMALLER = {"notebook": 18, "user_defined_function": 22, "file": 10}
"""By how many powers of two an asset of a kind is smaller than an array of up to 64 GiB."""


def fill(state: State, *, assets_per_folder: int = 12, tasks: int = 160) -> Workspace:
    """Put the sample of the current platform into an empty state; return its workspace."""
    chance = random.Random(SEED)
    now = state.clock.now()
    with state.database.together():
        people = [
            state.people.add(name, f"{name}@meteo.example", PASSWORD, shown, "owner" if role == "owner" else "member")
            for name, shown, role in PEOPLE
        ]
        owner = people[0]
        workspace = state.workspaces.add(WORKSPACE, "Forecasts, observations and their archive", owner)
        other = state.workspaces.add("station-network", "The stations' own workspace", people[1])
        state.workspaces.add_member(other, owner, "member", people[1])
        for person, (_, _, role) in zip(people[1:], PEOPLE[1:], strict=True):
            state.workspaces.add_member(workspace, person, role, owner)
        _storage(state, workspace)
        teams = [_team(state, workspace, team, people, chance) for team in TEAMS]
        for team, teamspace in zip(TEAMS, teams, strict=True):
            _assets(state, team, teamspace, people, assets_per_folder, chance, now)
        _tokens(state, workspace, owner, chance, now)
        _tasks(state, workspace, teams, people, tasks, chance, now)
        _graphs(state, workspace, people, now)
        _invitations(state, workspace, owner, now)
        _backdate(state, now)
    return workspace


def _backdate(state: State, now: float) -> None:
    """Let people and places have been there for years, those made first the longest."""
    for table, days in (
        ("person", 1900),
        ("workspace", 1890),
        ("workspace_member", 1880),
        ("teamspace", 1400),
        ("teamspace_member", 1390),
    ):
        statement = f"UPDATE {table} SET created = ? - (? - rowid * 7) * {DAY}"
        state.database.run(statement, (now, days))
    state.database.run(f"UPDATE record SET created = ? - {400 * DAY} WHERE kind <> 'invitation'", (now,))


def _storage(state: State, workspace: Workspace) -> None:
    role = {"aws": {"role_arn": "arn:aws:iam::123456789012:role/meteo-arrays", "external_id": "meteo"}}
    key = {"aws": {"access_key_id": "AKIAEXAMPLE0METEO", "secret_access_key": "not kept"}}
    blob = {"azure": {"blob_endpoint": "https://meteo.blob.core.example", "account_name": "meteo", "account_key": "x"}}
    add_credential(
        state,
        workspace.id,
        "workspace",
        {"name": "aws-frankfurt", "provider": "AWS", "role": role, "provider_default": True},
    )
    add_credential(state, workspace.id, "workspace", {"name": "aws-legacy-key", "provider": "AWS", "credential": key})
    failing = add_credential(
        state, workspace.id, "workspace", {"name": "azure-archive", "provider": "AZURE", "credential": blob}
    )
    state.records.change(failing, status="failed")
    for name, path, credential, default in (
        ("frankfurt", "s3://meteo-arrays/", "aws-frankfurt", True),
        ("legacy", "s3://meteo-old/", "aws-legacy-key", False),
        ("tape-mirror", "azure://archive/tape", "tape-key", False),
    ):
        setting = {"name": name, "path": path, "credentials_name": credential, "is_default": default}
        add_storage_setting(state, workspace.id, setting)


def _team(state: State, workspace: Workspace, team: Team, people: Sequence[Person], chance: random.Random) -> Teamspace:
    teamspace = state.teamspaces.add(
        workspace.id, team.name, people[0], description=team.description, visibility=team.visibility
    )
    for person in chance.sample(list(people[1:-1]), 4):
        state.teamspaces.add_member(teamspace, person.id, chance.choice(("editor", "viewer", "viewer")), people[0])
    if team.visibility == "private":
        setting = {"name": f"{team.name}-scratch", "path": f"s3://meteo-arrays/{team.name}/", "is_default": True}
        add_storage_setting(state, f"{workspace.id}/{teamspace.id}", {**setting, "credentials_name": "aws-frankfurt"})
    return teamspace


def _assets(
    state: State,
    team: Team,
    teamspace: Teamspace,
    people: Sequence[Person],
    count: int,
    chance: random.Random,
    now: float,
) -> None:
    for folder in team.folders:
        maker = chance.choice(people).id
        begun = now - chance.uniform(400, 900) * DAY
        text = f"{folder.rpartition('/')[2].replace('-', ' ').capitalize()} of {team.name}"
        state.assets.add(teamspace.workspace, teamspace.id, folder, "folder", maker, created=begun, description=text)
        for number in range(count):
            _asset(state, team, teamspace, folder, number, chance.choice(people).id, chance, begun)
    state.assets.add(
        teamspace.workspace,
        teamspace.id,
        "README.md",
        "file",
        people[0].id,
        size=chance.randint(900, 9000),
        mime="text/markdown",
        created=now - 500 * DAY,
        description="What is where",
    )


def _asset(
    state: State,
    team: Team,
    teamspace: Teamspace,
    folder: str,
    number: int,
    maker: str,
    chance: random.Random,
    begun: float,
) -> None:
    field = team.fields[number % len(team.fields)]
    kind, name, mime = {
        7: ("notebook", f"look_at_{field}.ipynb", "application/x-ipynb+json"),
        9: ("file", f"{field}_stations.csv", "text/csv"),
        10: ("group", f"{field}_monthly", None),
        11: ("user_defined_function", f"mean_{field}", None),
    }.get(number % 12, ("array", f"{field}_{2026 - number // 12:04d}-{number % 12 + 1:02d}", None))
    if number >= 12 and kind != "array":
        name = f"{number // 12:02d}_{name}"
    path = f"{folder}/{name}"
    asset = state.assets.add(
        teamspace.workspace,
        teamspace.id,
        path,
        kind,
        maker,
        size=chance.randint(2**12, 2**36) >> _SMALLER.get(kind, 0) if kind != "group" else 0,
        mime=mime,
        created=begun + number * 3 * DAY,
        uri=f"s3://meteo-arrays/{team.name}/{path}",
        schema=("grid", "stations")[number % 2] if kind == "array" else None,
        description=f"{field} of {team.name}",
    )
    if kind == "array":
        for key, value, type_of_it in (
            ("units", {"t2m": "K", "tas": "K", "msl": "Pa"}.get(field, "1"), "STRING_UTF8"),
            ("source", team.name, "STRING_UTF8"),
            ("version", str(number % 4), "INT64"),
            ("coverage", f"{chance.uniform(0.5, 1):.4f}", "FLOAT64"),
        ):
            state.assets.put_metadata(asset.id, key, value, type_of_it)
    if number < 3:
        told = {"asset_id": asset.id, "path": asset.path, "type": asset.type, "name": asset.name}
        for action, back in (("create", 6.0), ("query-write", 5.0), ("query-read", 0.5), ("update-metadata", 0.2)):
            person = state.people.get(maker)
            when = state.clock.now() - back * DAY * chance.uniform(0.5, 1)
            state.activities.record(person, action, asset.workspace, asset.teamspace, "asset", asset.id, told, when)


def _tokens(state: State, workspace: Workspace, owner: Person, chance: random.Random, now: float) -> None:
    for name, days, scope in TOKENS:
        state.people.add_token(owner, name, scope, workspace.id, created=now - days * DAY)
    for days in FORGOTTEN_DAYS:
        name = f"login-session-{state.identities.uuid()}"
        state.people.add_token(owner, name, "*", workspace.id, created=now - days * DAY)
    for minutes in (3, 17):
        state.people.add_token(owner, "session", created=now - minutes * 60)


_STEPS = ("regrid", "bias-correction", "quality-control", "tile-pyramid", "daily-mean", "station-match")
_ENDS = ("COMPLETED",) * 8 + ("FAILED", "CANCELLED")


def _tasks(
    state: State,
    workspace: Workspace,
    teams: Sequence[Teamspace],
    people: Sequence[Person],
    count: int,
    chance: random.Random,
    now: float,
) -> None:
    for number in range(count):
        team = chance.choice(list(teams))
        assets, _ = state.assets.below(team.id, TEAMS[teams.index(team)].folders[0], kind="array", limit=5, offset=0)
        back = 0.0 if number < 4 else chance.uniform(60, 6.9 * DAY)
        outcome = chance.choice(_ENDS)
        kind = chance.choice(("GENERIC_UDF", "SQL", "UDF", "QUERY", "BATCH_UDF"))
        state.tasks.submit(
            workspace.id,
            f"{chance.choice(_STEPS)}-{number:04d}",
            chance.choice(people).id,
            kind,
            chance.uniform(60, 600) if number < 4 else chance.uniform(2, 900),
            outcome=outcome,
            message={"FAILED": "MemoryError: worker ran out of memory", "CANCELLED": "stopped by its owner"}.get(
                outcome, ""
            ),
            submitted=now - back,
            space=team.id,
            asset=assets[0].id if assets else None,
            code="SELECT avg(t2m) FROM forecast" if kind == "SQL" else None,
            cpu=chance.choice((1000, 2000, 4000, 8000)),
            memory=chance.choice((2, 4, 8, 16)) * 2**30,
        )


def ingest(prefix: str, seconds: float = 40.0, failing: str = "") -> tuple[Node, ...]:
    """Return the steps of the sample's graph: fetch, four parts side by side, join, publish; one may fail."""
    fetch, join = f"{prefix}-fetch", f"{prefix}-join"
    parts = [f"{prefix}-part-{number}" for number in range(4)]
    wanted = {
        fetch: ("fetch", ()),
        **{part: (f"regrid part {number}", (fetch,)) for number, part in enumerate(parts)},
        join: ("join", tuple(parts)),
        f"{prefix}-statistics": ("statistics", (join,)),
        f"{prefix}-publish": ("publish", (join,)),
    }
    return tuple(
        Node(
            identity,
            name,
            needs,
            seconds,
            "FAILED" if name == failing else "COMPLETED",
            "ValueError: 3 of 420 files are truncated" if name == failing else "",
        )
        for identity, (name, needs) in wanted.items()
    )


def _graphs(state: State, workspace: Workspace, people: Sequence[Person], now: float) -> None:
    for number, (name, hours, seconds, failing) in enumerate(
        (
            ("radar-composite", 0.0, 45.0, ""),
            ("era5-ingest", 0.02, 90.0, ""),
            ("nightly-verification", 7.0, 120.0, "join"),
            ("radar-composite", 1.0, 45.0, ""),
            ("radar-composite", 2.0, 45.0, "regrid part 2"),
            ("satellite-masks", 26.0, 300.0, ""),
            ("climate-indices", 50.0, 600.0, ""),
            ("pollen-bulletin", 75.0, 30.0, "fetch"),
        )
    ):
        nodes = ingest(f"n{number}", seconds, failing)
        state.tasks.run(workspace.id, name, people[number % len(people)].id, nodes, submitted=now - hours * 3600)

    state.tasks.repeat(workspace.id, "radar-composite", people[1].id, ingest("five-minutes", 45.0), 300.0)


def _invitations(state: State, workspace: Workspace, owner: Person, now: float) -> None:
    for days, email in ((2.0, "liv.aaker@fjord.example"), (33.0, "marco.bianchi@po.example")):
        document = {"email": email, "role": "member", "by": owner.id}
        state.records.put(
            Record("invitation", workspace.id, email, state.identities.id("inv"), now - days * DAY, document)
        )
