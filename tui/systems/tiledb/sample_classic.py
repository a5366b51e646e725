"""Sample data of the embedded server as the classic cloud: the same institute with namespaces instead of workspaces."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

from tui.systems.tiledb.sample import DAY, FORGOTTEN_DAYS, PASSWORD, PEOPLE, SEED, TEAMS, TOKENS, USERNAME, ingest
from tui.systems.tiledb.service_side.classic_access import (
    ARRAY,
    ARRAY_ACTIONS,
    GROUP,
    MEMBER,
    ORGANIZATION,
    PUBLIC,
)
from tui.systems.tiledb.service_side.classic_credentials import AWS, CREDENTIAL
from tui.systems.tiledb.service_side.classic_invitations import INVITATION
from tui.systems.tiledb.service_side.people import Person
from tui.systems.tiledb.service_side.records import Record
from tui.systems.tiledb.service_side.state import State
from tui.systems.tiledb.service_side.task_documents import NOTEBOOK

ORGANIZATIONS = ("meteo-institute", "station-network")
ROLES = ("owner", "admin", "read_write_delete", "read_write", "read_only")


def fill(state: State, *, empty: bool = False, tasks: int = 160) -> None:
    """Put the sample of the classic cloud into an empty state; only its user if it shall be empty."""
    chance = random.Random(SEED)
    people = PEOPLE[:1] if empty else PEOPLE
    with state.database.together():
        known = [
            state.people.add(name, f"{name}@meteo.example", PASSWORD, shown, "owner" if role == "owner" else "member")
            for name, shown, role in people
        ]
        if empty:
            return
        _organizations(state, known)
        _arrays(state, known, chance)
        _groups(state)
        _storage(state)
        _tokens(state, known[0])
        _tasks(state, known, tasks, chance)
        _invitations(state, known)


def _put(state: State, kind: str, scope: str, name: str, days: float, **document: Any) -> Record:
    created = state.clock.now() - days * DAY
    return state.records.put(Record(kind, scope, name, state.identities.uuid(), created, document))


def _organizations(state: State, people: Sequence[Person]) -> None:
    _put(state, ORGANIZATION, "", ORGANIZATIONS[0], 1900, description="Forecasts, observations and their archive")
    _put(state, ORGANIZATION, "", ORGANIZATIONS[1], 700, description="The stations' own arrays")
    for number, person in enumerate(people):
        role = ROLES[min(number, 1) if number < 2 else 2 + number % 3]
        _put(state, MEMBER, ORGANIZATIONS[0], person.username, 600 - number, role=role)
    _put(state, MEMBER, ORGANIZATIONS[1], people[1].username, 700, role="owner")
    _put(state, MEMBER, ORGANIZATIONS[1], people[0].username, 300, role="read_write")


def _arrays(state: State, people: Sequence[Person], chance: random.Random) -> None:
    for team in TEAMS:
        for number, field in enumerate(team.fields):
            for year in range(2022, 2026):
                days = (2026 - year) * 365.0 - chance.uniform(0, 300)
                shares: dict[str, list[str]] = {}
                if team.visibility == "public":
                    shares[PUBLIC] = ["read", "read_array_info", "read_array_schema"]
                if year == 2025:
                    shares["station-network"] = list(ARRAY_ACTIONS[:2])
                array = _put(
                    state,
                    ARRAY,
                    ORGANIZATIONS[0] if number % 3 else people[0].username,
                    f"{team.name}-{field}-{year}",
                    days,
                    uri=f"s3://meteo-arrays/{team.name}/{field}/{year}",
                    type="sparse" if number % 2 else "dense",
                    schema=("grid", "stations")[number % 2],
                    size=chance.randint(2**12, 2**36),
                    description=f"{field} of {team.name}, {year}",
                    tags=[team.name, str(year)],
                    shares=shares,
                    last_accessed=state.clock.now() - chance.uniform(0, 40) * DAY,
                    metadata=[
                        {"key": "units", "value": "K", "type": "STRING_UTF8"},
                        {"key": "version", "value": str(number), "type": "INT32"},
                    ],
                )
                _activity(state, array, chance.choice(people), chance)
    for kind, name in (
        ("notebook", "look-at-radar"),
        ("notebook", "verification-report"),
        ("user_defined_function", "daily-mean"),
        ("file", "stations.csv"),
        ("ml_model", "nowcast-unet"),
    ):
        _put(
            state,
            ARRAY,
            people[0].username,
            name,
            90,
            uri=f"s3://meteo-arrays/{kind}/{name}",
            file_type=kind,
            shares={},
        )
    nodes = [
        {"client_node_id": node.id, "name": node.name, "depends_on": list(node.depends_on)} for node in ingest("r")
    ]
    _put(
        state,
        ARRAY,
        people[0].username,
        "radar-composite",
        200,
        uri="s3://meteo-arrays/graphs/radar",
        file_type="registered_task_graph",
        shares={},
        nodes=nodes,
    )
    for number in range(3):
        shares = {people[0].username: ["read"]} if number else {ORGANIZATIONS[0]: ["read", "write"]}
        name = f"pilot-{number}"
        where, size = f"s3://other/{name}", (number + 2) * 3_141_592
        _put(state, ARRAY, people[2].username, name, 30, uri=where, shares=shares, schema="grid", size=size)


def _activity(state: State, array: Record, person: Person, chance: random.Random) -> None:
    for action in ("query_read", "query_read", "query_write", "read_schema"):
        when = state.clock.now() - chance.uniform(0, 9) * DAY
        told = {"name": array.name, "bytes": chance.randint(100, 10**8)}
        state.activities.record(person, action, array.scope, None, "array", array.id, told, when)


def _groups(state: State) -> None:
    groups: list[dict[str, str]] = []
    for team in TEAMS:
        members = [
            {"namespace": record.scope, "name": record.name, "member_type": "array"}
            for record in state.records.all(ARRAY)
            if team.name in record.document.get("tags", [])
        ]
        shares = {PUBLIC: ["read"]} if team.visibility == "public" else {}
        _put(
            state,
            GROUP,
            ORGANIZATIONS[0],
            team.name,
            500,
            uri=f"s3://meteo-arrays/{team.name}",
            description=team.description,
            members=members,
            shares=shares,
        )
        groups.append({"namespace": ORGANIZATIONS[0], "name": team.name, "member_type": "group"})
    _put(state, GROUP, ORGANIZATIONS[0], "everything", 480, uri="s3://meteo-arrays/all", members=groups, shares={})


def _storage(state: State) -> None:
    role = "arn:aws:iam::123456789012:role/meteo-arrays"
    for namespace in (USERNAME, ORGANIZATIONS[0]):
        _put(state, AWS, namespace, "aws-frankfurt", 800, service_role_arn=role, default=True, buckets=["meteo-arrays"])
        _put(
            state,
            CREDENTIAL,
            namespace,
            "aws-frankfurt",
            800,
            provider="AWS",
            provider_default=True,
            role={"aws": {"role_arn": role, "external_id": "meteo"}},
        )
    _put(state, AWS, USERNAME, "aws-legacy-key", 1500, access_key_id="AKIAEXAMPLE0METEO", default=False, buckets=[])
    _put(
        state,
        NOTEBOOK,
        USERNAME,
        "server",
        0.1,
        cpu_usage=310,
        memory_usage=2**30,
        memory_limit=2**33,
        cpu_count=4,
        cost=0.4,
    )


def _tokens(state: State, owner: Person) -> None:
    now = state.clock.now()
    for name, days, scope in TOKENS:
        state.people.add_token(owner, name, scope, created=now - days * DAY, kind="api", expires=now + 90 * DAY)
    for days in FORGOTTEN_DAYS:
        name = f"session-{state.identities.text(12)}"
        state.people.add_token(owner, name, created=now - days * DAY, expires=now + (30 - days) * DAY)


def _tasks(state: State, people: Sequence[Person], count: int, chance: random.Random) -> None:
    now = state.clock.now()
    arrays = [record for record in state.records.all(ARRAY) if not record.document.get("file_type")]
    for number in range(count):
        outcome = chance.choice(("COMPLETED",) * 8 + ("FAILED", "CANCELLED"))
        state.tasks.submit(
            chance.choice((USERNAME, ORGANIZATIONS[0])),
            f"regrid-{number:04d}",
            chance.choice(people).id,
            chance.choice(("GENERIC_UDF", "SQL", "UDF", "QUERY", "BATCH_UDF")),
            chance.uniform(60, 600) if number < 4 else chance.uniform(2, 900),
            outcome=outcome,
            message="MemoryError: worker ran out of memory" if outcome == "FAILED" else "",
            submitted=now - (0.0 if number < 4 else chance.uniform(60, 6.9 * DAY)),
            asset=chance.choice(arrays).id,
        )
    for number, (hours, failing) in enumerate(((0.0, ""), (0.02, ""), (2.0, "join"), (30.0, ""), (55.0, "fetch"))):
        nodes = ingest(f"c{number}", 60, failing)
        tenant = (USERNAME, ORGANIZATIONS[0])[number % 2]
        state.tasks.run(tenant, "radar-composite", people[number].id, nodes, submitted=now - hours * 3600)
    state.tasks.repeat(ORGANIZATIONS[0], "radar-composite", people[1].id, ingest("five-minutes", 45.0), 300.0)


def _invitations(state: State, people: Sequence[Person]) -> None:
    for name, email, role in (
        (ORGANIZATIONS[0], "liv.aaker@fjord.example", "read_only"),
        (ORGANIZATIONS[1], people[0].email, "admin"),
    ):
        told = {"invitation_type": "JOIN_ORGANIZATION", "organization_name": name, "organization_role": role}
        identity = state.identities.uuid()
        document = {**told, "email": email, "inviter_uuid": people[1].id}
        state.records.put(Record(INVITATION, name, identity, identity, state.clock.now() - 3 * DAY, document))
