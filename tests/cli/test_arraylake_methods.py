"""Every published method of Arraylake's client is within reach: on the command line, and by a key on a screen."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.cli.conftest import Call
from tests.ui.arraylake_stage import OCEAN, catalogue, changes, profile_of
from tui.config.profiles import ProfileStore
from tui.systems.arraylake.sample import API_KEY
from tui.systems.arraylake.service_side.service import EmbeddedService

PUBLISHED: list[str] = json.loads((Path(__file__).parents[1] / "unit" / "published_methods.json").read_text())[
    "arraylake"
]["methods"]
MORE = ["list_orgs", "modify_repo", "import_repo", "get_user", "get_permission_check", "get_repo_status"]
MORE += ["set_repo_status", "get_virtual_chunk_containers", "authorize_virtual_chunk_access"]
MORE += ["list_virtual_chunk_access_policies", "set_virtual_chunk_access_policy", "delete_virtual_chunk_access_policy"]
"""What a dashboard needs besides (contract §10)."""


class Place(NamedTuple):
    """Where a method is.

    `words` call it. `sent` is what the service must get of it: `METHOD path`, or the beginning of one. `screen` is an
    action of a list, which has a key, a column of it, or "" where it is the list itself.
    """

    words: tuple[str, ...]
    sent: str
    screen: tuple[str, str]


def repos(*words: str) -> tuple[str, ...]:
    return ("run", "repos", words[0], OCEAN, *words[1:])


def buckets(*words: str) -> tuple[str, ...]:
    return ("run", "buckets", words[0], OCEAN, *words[1:])


ONE = "waves-nemo"
REPO, ORG = f"/repos/{OCEAN}", f"/orgs/{OCEAN}"
YES = ("--yes",)
KEYS = ("--method", "hmac", "--access-key-id", "AKID", "--secret-access-key", "hush")
PLACES: dict[str, Place] = {
    "list_repos": Place(("get", "repos", OCEAN), f"GET {ORG}/repos/paginated", ("repos", "")),
    "get_repo_object": Place(repos("entry", ONE), f"GET {REPO}/{ONE}", ("repos", "entry")),
    "get_repo": Place(repos("open", ONE, "--checkout", "false"), f"GET {REPO}/{ONE}/open", ("repos", "open")),
    "get_or_create_repo": Place(repos("get-or-create", "--name", ONE), f"GET {REPO}/{ONE}/open",
                                ("repos", "get-or-create")),
    "create_repo": Place(repos("create", "--name", "tides"), f"POST {ORG}/repos", ("repos", "create")),
    "delete_repo": Place(repos("delete", ONE, *YES, "--confirm", ONE), f"DELETE {ORG}/{ONE}", ("repos", "delete")),
    "create_bucket_config": Place(
        buckets("create", "--nickname", "new", "--uri", "s3://new", "--region-name", "us-east-1", *KEYS),
        f"POST {ORG}/buckets", ("buckets", "create")),
    "set_default_bucket_config": Place(buckets("set-default", "scratch"), f"POST {ORG}/buckets/",
                                       ("buckets", "set-default")),
    "get_bucket_config": Place(buckets("entry", "scratch"), f"GET {ORG}/buckets/", ("buckets", "entry")),
    "list_bucket_configs": Place(("get", "buckets", OCEAN), f"GET {ORG}/buckets", ("buckets", "")),
    "list_repos_for_bucket_config": Place(("get", "bucket-repos", OCEAN, "primary"), f"GET {ORG}/buckets/",
                                          ("bucket-repos", "")),
    "delete_bucket_config": Place(buckets("delete", "open-data", *YES, "--confirm", "open-data"),
                                  f"DELETE {ORG}/buckets/", ("buckets", "delete")),
    "login": Place(("run", "orgs", "login"), "POST /oauth/token", ("orgs", "login")),
    "logout": Place(("run", "orgs", "logout", *YES), "GET /v2/logout", ("orgs", "logout")),
    "list_orgs": Place(("get", "orgs"), "GET /user/orgs", ("orgs", "")),
    "modify_repo": Place(repos("edit", ONE, "--description", "new words"), f"PATCH {ORG}/{ONE}", ("repos", "edit")),
    "import_repo": Place(repos("import-repo", "--name", "brought", "--bucket", "primary", "--prefix", "arrays/x"),
                         f"POST {ORG}/repos/import", ("repos", "import-repo")),
    "get_user": Place(("run", "orgs", "account"), "GET /user", ("orgs", "account")),
    "get_permission_check": Place(repos("permission", ONE), f"GET {ORG}/permissions/check", ("repos", "permission")),
    "get_repo_status": Place(repos("entry", ONE), f"GET {REPO}/{ONE}", ("repos", "status")),
    "set_repo_status": Place(repos("status", ONE, "--mode", "maintenance", *YES), f"PUT {ORG}/{ONE}/status",
                             ("repos", "status")),
    "get_virtual_chunk_containers": Place(("get", "chunks", OCEAN, ONE), f"GET /repos/icechunk/{OCEAN}/{ONE}/virtual",
                                          ("chunks", "")),
    "authorize_virtual_chunk_access": Place(
        ("run", "chunks", "authorize", OCEAN, ONE, "--prefix", f"s3://{OCEAN}-open-data/observations/2025/",
         "--bucket", "open-data"), f"PATCH /repos/icechunk/{OCEAN}/{ONE}/virtual", ("chunks", "authorize")),
    "list_virtual_chunk_access_policies": Place(("get", "policies", OCEAN), f"GET {ORG}/settings/virtual",
                                                ("policies", "")),
    "set_virtual_chunk_access_policy": Place(
        ("run", "policies", "allow", OCEAN, "--bucket", "open-data", "--subprefix", "2026", *YES),
        f"PUT {ORG}/settings/virtual", ("policies", "allow")),
    "delete_virtual_chunk_access_policy": Place(
        ("run", "policies", "forbid", OCEAN, "open-data/2025#public", *YES, "--confirm", "open-data/2025#public"),
        f"DELETE {ORG}/settings/virtual", ("policies", "forbid")),
}  # fmt: skip
UNREACHED = {"import_repo"}
"""What the service gets and does, and what fails afterwards here: nothing is in the bucket at that place."""


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[EmbeddedService]:
    """A service, and a profile `lab` that is logged in to it."""
    with catalogue(15) as service:
        ProfileStore().add(profile_of(service, tmp_path))
        yield service


def test_every_method_has_a_place() -> None:
    assert PLACES.keys() == {*PUBLISHED, *MORE}


@pytest.mark.parametrize("method", PLACES)
def test_a_method_is_reached_from_the_command_line(call: Call, lab: EmbeddedService, method: str) -> None:
    words, sent, _ = PLACES[method]
    said = call(*words, "-p", "lab")
    asked = [f"{entry.method} {entry.path}" for entry in lab.state.log.entries()]
    assert any(each.startswith(sent) for each in asked), (said.err, asked)
    assert said.code == 0 or method in UNREACHED, said.err


@pytest.mark.parametrize("method", PLACES)
def test_a_method_has_its_place_on_a_screen(call: Call, method: str) -> None:
    kind, name = PLACES[method].screen
    listed = json.loads(call("types", "-p", "arraylake://lab@127.0.0.1:1", "-o", "json").out)[0]["types"]
    (found,) = (each for each in listed if each["name"] == kind)
    keyed = [action["name"] for action in found["actions"] if action["key"]]
    assert not name or name in keyed or name in [column["name"] for column in found["columns"]]


def test_no_two_actions_of_a_list_share_a_key_and_every_list_leads_to_the_log_in(call: Call) -> None:
    listed = json.loads(call("types", "-p", "arraylake://lab@127.0.0.1:1", "-o", "json").out)[0]["types"]
    for kind in listed:
        taken = {action["name"]: action["key"] for action in kind["actions"] if action["key"]}
        assert len(taken) == len(set(taken.values())), kind["name"]
        assert taken["login"] == "L", kind["name"]


def test_a_delete_needs_both_words_and_says_what_it_found(call: Call, lab: EmbeddedService) -> None:
    for words in ((), YES, (*YES, "--confirm", "waves"), ("--confirm", ONE)):
        said = call(*repos("delete", ONE, *words), "-p", "lab")
        assert said.code == 3 and said.out == "", said
    assert changes(lab) == []
    assert call(*repos("delete", ONE, *YES, "--confirm", ONE), "-p", "lab").code == 0
    gone = call(*repos("delete", ONE, *YES, "--confirm", ONE), "-p", "lab")
    assert gone.code == 1 and "not found" in gone.err
    assert len(changes(lab)) == 1


def test_a_bucket_in_use_is_refused_with_what_uses_it(call: Call, lab: EmbeddedService) -> None:
    dry = call(*buckets("delete", "primary", "--dry-run"), "-p", "lab")
    assert dry.code == 1 and "primary is used by a repository: sea-surface-nemo" in dry.err
    said = call(*buckets("delete", "primary", *YES, "--confirm", "primary"), "-p", "lab")
    assert said.code == 1 and changes(lab) == []


def test_logging_in_prints_the_address_and_the_code_and_waits(call: Call, lab: EmbeddedService, tmp_path: Path) -> None:
    (tmp_path / "token.json").unlink()
    said = call("get", "orgs", "-p", "lab")
    assert said.code == 1 and "not logged in" in said.err and "run orgs login" in said.err
    lab.state.logins.approve_after = 0.2
    said = call("run", "orgs", "login", "-p", "lab")
    assert said.code == 0 and said.out.startswith("logged in as Ada Vogel until "), said.err
    assert f"https://{lab.state.domain}/activate?user_code=" in said.err and "the code" in said.err
    tokens = json.loads((tmp_path / "token.json").read_text())
    assert not any(str(secret) in said.out + said.err for secret in tokens.values() if len(str(secret)) > 10)
    assert call("get", "orgs", "-p", "lab").code == 0
    # A log-in that is good already is renewed, and nobody is asked.
    assert "user_code" not in call("run", "orgs", "login", "-p", "lab").err


def test_a_key_comes_from_a_file_and_logging_out_forgets_it(
    call: Call, lab: EmbeddedService, tmp_path: Path, home: Path
) -> None:
    (tmp_path / "token.json").unlink()
    (tmp_path / "key").write_text("no key at all")
    assert call("run", "orgs", "api-key", "--file", str(tmp_path / "key"), "-p", "lab").code == 2
    (tmp_path / "key").write_text(f"{API_KEY}\n")
    said = call("run", "orgs", "api-key", "--file", str(tmp_path / "key"), "-p", "lab")
    assert said.code == 0 and "kept for this profile" in said.out
    assert call("get", "orgs", "-p", "lab").code == 0
    assert call("run", "orgs", "logout", "--yes", "-p", "lab").code == 0
    assert call("get", "orgs", "-p", "lab").code == 1
    assert not any(API_KEY in path.read_text(errors="replace") for path in home.rglob("*") if path.is_file())


def test_metadata_filters_numbers_lists_and_names_of_any_case(call: Call, lab: EmbeddedService) -> None:
    def names(expression: str) -> list[str]:
        said = call("get", "repos", OCEAN, "-p", "lab", "-o", "name", "--filter", expression)
        assert said.code == 0, said.err
        return sorted(said.out.split())

    every = json.loads(call("get", "repos", OCEAN, "-p", "lab", "-o", "json").out)
    for expression, holds in {
        "metadata.tags = waves": lambda held: "waves" in held["tags"],
        "metadata.tags != waves": lambda held: "waves" not in held["tags"],
        "metadata.resolution_km > 5": lambda held: held["resolution_km"] > 5,
        "metadata.SOURCE ~ ^ne": lambda held: held["source"].startswith("ne"),
        "metadata.quality_checked = no": lambda held: not held["quality_checked"],
        "metadata.nowhere = x": lambda held: False,
    }.items():
        wanted = sorted(repo["name"] for repo in every if holds(repo["metadata"]))
        assert names(expression) == wanted, expression
