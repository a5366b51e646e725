"""Sample data of the demo: a weather institute with five organisations, their buckets and their repositories."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from tui.services.serving.compact import compact
from tui.systems.arraylake.service_side.accounts import Principal
from tui.systems.arraylake.service_side.datasets import DATASETS
from tui.systems.arraylake.service_side.state import State

API_KEY = "ema_d0c5d0c5d0c5d0c5d0c5d0c5d0c5d0c5"
"""An administrator's key to the sample, the same each time: it opens nothing but an embedded service."""
READING_KEY = "ema_4ead4ead4ead4ead4ead4ead4ead4ead"
"""A key that may only read."""
ADMINISTRATOR = "ada.vogel@example.com"
HMAC_KEYS = {"method": "hmac", "access_key_id": "AKIDEMBEDDEDSAMPLE", "secret_access_key": "sample-secret-of-the-demo"}
_LOCAL = {"use_ssl": False, "force_path_style": True, "region_name": "us-east-1"}
_FIRST_DAY = datetime(2025, 9, 1, 6, tzinfo=UTC)


@dataclass(frozen=True)
class Project:
    """One organisation: what its repositories are named after and about."""

    org: str
    domain: str
    themes: tuple[str, ...]
    sources: tuple[str, ...]
    role: str
    """What the second person of the sample is there."""
    buckets: tuple[str, ...] = field(default=("primary", "scratch", "aws-role", "minio", "gcs", "azure", "open-data"))


PROJECTS = (
    Project(
        "kestrel-forecast", "forecast", ("surface", "upper-air", "precipitation"), ("icon", "ifs", "gfs"), "writer"
    ),
    Project("kestrel-climate", "climate", ("temperature", "soil", "radiation"), ("era5", "cmip6", "cordex"), "reader"),
    Project("kestrel-ocean", "ocean", ("sea-surface", "waves", "currents"), ("nemo", "hycom", "argo"), "writer"),
    Project("kestrel-radar", "radar", ("reflectivity", "rain-rate", "echo-top"), ("odim", "nexrad", "opera"), "reader"),
    Project("kestrel-archive", "archive", ("stations", "ships", "balloons"), ("paper", "telex", "bufr"), "admin"),
)
REPOSITORIES = 60
"""How many repositories there are unless another number is asked for."""


def fill(state: State, repositories: int = REPOSITORIES) -> None:
    """Put the sample into an empty state: the same at every call but for the keys that the service makes up."""
    accounts = state.accounts
    with state.database.together():
        ada = accounts.add_person(ADMINISTRATOR, "Ada", "Vogel")
        ines = accounts.add_person("ines.duarte@example.com", "Inês", "Duarte")
        accounts.add_person("guest@example.com", None, None)
        keys = [accounts.add_key(name, token=token)[0] for name, token in (("ci", API_KEY), ("viewer", READING_KEY))]
        for project in PROJECTS:
            accounts.add_organisation(project.org)
            for principal, role in ((ada, "admin"), (ines, project.role), (keys[0], "admin"), (keys[1], "reader")):
                accounts.join(project.org, principal, role)
            for nickname in project.buckets:
                state.buckets.create(project.org, _bucket(project, nickname, state.object_uri), ADMINISTRATOR)
        chance = random.Random(1859)
        for number in range(repositories):
            _add_repository(state, PROJECTS[number % len(PROJECTS)], number // len(PROJECTS), chance, (ada, ines))
        _point_elsewhere(state)


def _bucket(project: Project, nickname: str, object_uri: str) -> dict[str, Any]:
    """Return a bucket config as a client would send it."""
    here = {**_LOCAL, "endpoint_url": object_uri}
    name = f"{project.org}-{nickname}"
    role = {"external_customer_id": "123456789012", "external_role_name": f"arraylake-{project.domain}"}
    kinds: dict[str, dict[str, Any]] = {
        "primary": {"platform": "s3-compatible", "extra_config": here, "auth_config": HMAC_KEYS, "prefix": "arrays"},
        "scratch": {"platform": "s3-compatible", "extra_config": here, "auth_config": HMAC_KEYS},
        "aws-role": {
            "platform": "s3",
            "extra_config": here,
            "auth_config": {"method": "aws_customer_managed_role", **role, "shared_secret": "sample-shared-secret"},
        },
        "minio": {"platform": "minio", "extra_config": here, "auth_config": HMAC_KEYS},
        "gcs": {
            "platform": "gs",
            "extra_config": {},
            "auth_config": {
                "method": "gcp_customer_managed_role",
                "target_service_account": f"arraylake@{project.org}.iam.gserviceaccount.com",
            },
        },
        "azure": {
            "platform": "azure",
            "extra_config": {},
            "auth_config": {
                "method": "azure_credential_delegation",
                "tenant_id": "0f8fad5b-d9cb-469f-a165-70867728950e",
                "storage_account": project.org.replace("-", ""),
            },
        },
        "open-data": {
            "platform": "s3",
            "prefix": "observations",
            "extra_config": {"region_name": "us-east-1"},
            "auth_config": {"method": "anonymous"},
        },
    }
    return {"nickname": nickname, "name": name, **kinds[nickname]}


def repository_name(project: Project, place: int) -> str:
    """Return the name of an organisation's repository number `place`."""
    theme = project.themes[place % len(project.themes)]
    source = project.sources[place // len(project.themes) % len(project.sources)]
    edition = place // (len(project.themes) * len(project.sources)) + 1
    return f"{theme}-{source}" if edition == 1 else f"{theme}-{source}-v{edition}"


def _add_repository(
    state: State, project: Project, place: int, chance: random.Random, authors: tuple[Principal, ...]
) -> None:
    name = repository_name(project, place)
    # Storage of others, which the demo cannot reach, holds what is offline.
    nickname = ("primary", "primary", "aws-role", "scratch", "primary", "gcs", "minio", "primary", "azure")[place % 9]
    offline = nickname in ("gcs", "azure")
    described = name in DATASETS[project.domain] if project.domain in DATASETS else False
    if described:
        nickname, offline = ("primary", "aws-role", "scratch")[place % 3], False
    author = authors[place % len(authors)]
    theme, source = project.themes[place % 3], project.sources[place // 3 % 3]
    body = {
        "name": name,
        "kind": "v1" if place % 17 == 16 else "icechunk",
        "bucket_nickname": nickname,
        "prefix": name,
        "description": _description(project, theme, source, place),
        "metadata": _metadata(project, theme, source, place, chance),
    }
    row = state.repositories.create(project.org, body, author)
    created = _FIRST_DAY + timedelta(hours=place * 7, minutes=chance.randrange(60), seconds=chance.randrange(60))
    updated = created + timedelta(minutes=chance.randrange(60 * 24 * 200))
    state.database.run(
        "UPDATE repository SET id = ?, created = ?, updated = ?, visibility = ?, status = ? WHERE id = ?",
        (
            identity := f"{chance.getrandbits(96):024x}",
            created.isoformat(timespec="microseconds"),
            updated.isoformat(timespec="microseconds"),
            "AUTHENTICATED_PUBLIC" if place % 11 == 3 else "PRIVATE",
            compact(_status(offline, place, author)),
            row["id"],
        ),
    )
    if described:
        for path, node in DATASETS[project.domain][name].nodes():
            state.nodes.put(identity, path, node)


def _description(project: Project, theme: str, source: str, place: int) -> str | None:
    texts = (
        f"{theme.replace('-', ' ').capitalize()} fields of {source.upper()}, every hour",
        f"{source.upper()} {theme}, daily means; see the wiki for what changed in 2024",
        f"Überarbeitete Fassung: {theme} ({source}) – naïve Interpolation, 日本語の注記あり",
        None,
    )
    return texts[place % len(texts)]


def _metadata(project: Project, theme: str, source: str, place: int, chance: random.Random) -> dict[str, Any]:
    return {
        "domain": project.domain,
        "source": source,
        "stage": ("operational", "test", "frozen")[place % 3],
        "resolution_km": chance.choice([2.2, 9, 13, 28]),
        "quality_checked": place % 4 != 0,
        "tags": sorted({theme, chance.choice(["hourly", "daily"]), chance.choice(["public", "internal"])}),
    }


def _status(offline: bool, place: int, author: Principal) -> dict[str, Any]:
    """Return the status of a repository: most are online, some under repair by the service itself."""
    mode, message, by = "online", "new repo creation", {"principal_id": author.id}
    if offline:
        mode, message = "offline", "moved to cold storage"
    elif place % 10 == 9:
        mode, message, by = "maintenance", "garbage collection", {"system_id": "optimizer"}
    modifiable = mode != "maintenance" or place % 20 == 9
    return {
        "mode": mode,
        "message": message,
        "initiated_by": by,
        "is_user_modifiable": modifiable,
        "estimated_end_time": None,
    }


def _point_elsewhere(state: State) -> None:
    """Let a repository of each organisation point into open data, as far as the organisation allows it."""
    for project in PROJECTS:
        bucket = state.buckets.by_nickname(project.org, "open-data")
        policy = {"use_case": "explicit", "bucket_id": bucket["id"], "subprefix": "2025", "public": True}
        state.chunks.put_policy(project.org, policy, ADMINISTRATOR)
        found = state.repositories.listed(project.org)
        if found:
            place = f"s3://{bucket['name']}/observations/2025/"
            state.chunks.modify_containers(found[-1], {"add": {place: "open-data"}, "remove": []})


def described_repositories(state: State) -> Iterator[tuple[str, str]]:
    """Yield organisation and name of each repository whose contents the sample describes."""
    for project in PROJECTS:
        held = {row["name"] for row in state.repositories.listed(project.org)}
        yield from ((project.org, name) for name in DATASETS[project.domain] if name in held)
