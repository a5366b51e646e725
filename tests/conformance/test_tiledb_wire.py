"""What the real tiledb-client does when the embedded server misbehaves: detection, retries, redirections, refusals."""

from __future__ import annotations

import pytest

from tests.conformance.tiledb_server import RealTileDB

pytestmark = pytest.mark.conformance

ROOT = "tiledb://meteo-institute/radar/composite"


def probe(real: RealTileDB, **settings: str) -> dict[str, object]:
    """Let libtiledb, which detects the generation first, look at a URI; return what it made of it."""
    where = {"url": real.server.url, "token": real.credentials["token"], "rest.retry_count": "0", **settings}
    return real.child.ask("timed", what="object_type", uri=ROOT, **where)


def test_detection_by_the_capabilities(carrara: RealTileDB) -> None:
    assert probe(carrara)["returned"]
    paths = [entry.path for entry in carrara.state.log.entries()]
    assert paths[0] == "/v4/capabilities"
    assert any(path.startswith("/v1/arrays/meteo-institute/radar/") for path in paths)


def test_detection_takes_404_for_the_classic_cloud(carrara: RealTileDB) -> None:
    carrara.state.faults.add("status", path="^/v4/capabilities$", status=404)
    assert "class" not in probe(carrara)
    # The classic cloud has two parts in a path, so what was three is asked for in another way than above.
    assert carrara.state.log.lines()[1].startswith("GET /v1/arrays/meteo-institute/radar")


@pytest.mark.parametrize("status", [401, 403, 500])
def test_detection_raises_on_any_other_answer(carrara: RealTileDB, status: int) -> None:
    carrara.state.faults.add("status", path="^/v4/capabilities$", status=status, times=-1)
    told = probe(carrara)
    assert told["class"] == "TileDBError"
    assert {entry.path for entry in carrara.state.log.entries()} == {"/v4/capabilities"}


def test_detection_raises_when_no_answer_comes(carrara: RealTileDB) -> None:
    carrara.state.faults.add("drop", path="^/v4/capabilities$", times=-1)
    assert probe(carrara)["class"] == "TileDBError"


@pytest.mark.parametrize(
    ("mode", "method", "status", "retry_after", "sent"),
    [
        ("default", "GET", 503, None, 2),
        ("default", "POST", 503, None, 2),
        ("default", "PATCH", 503, None, 2),
        ("default", "DELETE", 503, None, 2),
        ("default", "GET", 500, None, 1),
        ("default", "GET", 429, None, 1),
        ("default", "GET", 429, 0, 2),
        ("default", "GET", 504, None, 1),
        ("forceful", "GET", 400, None, 2),
        ("forceful", "GET", 500, None, 2),
        ("forceful", "GET", 502, None, 2),
        ("forceful", "GET", 404, None, 1),
        ("disabled", "GET", 503, 0, 1),
    ],
)
def test_which_refusals_are_retried(
    carrara: RealTileDB, mode: str, method: str, status: int, retry_after: int | None, sent: int
) -> None:
    carrara.call("client.client.retry_mode", mode)
    folder = f"retry-{method.lower()}"
    if method in ("PATCH", "DELETE"):
        carrara.call("folders.create_folder", folder, teamspace="radar")
    carrara.state.log.clear()
    carrara.state.faults.add("status", method=method, status=status, retry_after=retry_after)
    asked = {
        "GET": ("get_asset", []),
        "POST": ("move_assets", None),
        "PATCH": ("update_asset", [{"model": "AssetUpdateRequest", "description": "x"}]),
        "DELETE": ("delete_asset", []),
    }[method]
    given = [carrara.workspace, "radar", "README.md" if method == "GET" else folder, *(asked[1] or [])]
    if method == "POST":
        given = [
            carrara.workspace,
            "radar",
            {"model": "AssetsMoveRequest", "assets_to_add": ["README.md"], "target": "sites"},
        ]
    arguments = {"group": "AssetsApi", "method": asked[0], "given": given}
    told = carrara.child.ask("timed", what="api", **arguments)
    assert ("class" in told) == (sent == 1)
    assert [entry.method for entry in carrara.state.log.entries()] == [method] * sent


def test_a_redirection_takes_the_key_to_another_host(carrara: RealTileDB) -> None:
    """The real client's behaviour that ours departs from (contract §15)."""
    carrara.call("client.client.retry_mode", "default")
    carrara.state.faults.add("redirect", path="/v4/versions")
    assert carrara.api("VersionsApi", "get_versions")["data"]["tiledb_version"] == "2.30.0"
    first, second = carrara.state.log.entries()
    assert (first.side, first.status, second.side, second.status) == ("server", 307, "elsewhere", 200)
    assert second.carried_credential


@pytest.mark.parametrize(
    ("kind", "raised"), [("garbage", "ClientError"), ("schema", "ClientError"), ("drop", "ProtocolError")]
)
def test_what_is_no_answer(carrara: RealTileDB, kind: str, raised: str) -> None:
    carrara.state.faults.add(kind, path="/v4/users/self")
    assert carrara.refused("client.default_user")["class"] == raised


def test_a_refusal_without_a_body(carrara: RealTileDB) -> None:
    carrara.state.faults.add("empty", path="/v4/teamspaces", status=502)
    told = carrara.refused("teamspaces.list_teamspaces")
    assert (told["class"], told["status"]) == ("TeamspacesError", 502)


def test_validation_errors_reach_the_caller(carrara: RealTileDB) -> None:
    told = carrara.refused(
        "UsersApi.create_user", {"model": "UserCreateRequest", "email": "", "username": "x", "password": "y"}
    )
    assert told["status"] == 400
    assert "validation_error" in told["text"]


def test_a_workspace_has_the_published_attributes(carrara: RealTileDB) -> None:
    assert carrara.child.ask("workspace_attributes") == [
        "workspace_id",
        "name",
        "created_by",
        "description",
        "created_at",
        "updated_at",
        "image_id",
        "workspace_role",
    ]
