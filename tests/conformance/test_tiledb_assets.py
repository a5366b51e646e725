"""The real tiledb-client on the embedded server: assets, folders, metadata, search, activities, libtiledb's probes."""

from __future__ import annotations

import pytest

from tests.conformance.tiledb_server import RealTileDB

pytestmark = pytest.mark.conformance

RADAR = {"teamspace": "radar"}
ARRAY = "sites/north/velocity_2026-02"


def test_looking_at_assets(carrara: RealTileDB) -> None:
    top = carrara.call("assets.list_assets", "", **RADAR, order_by="name")
    assert [one["name"] for one in top] == ["README.md", "composite", "nowcasts", "sites"]
    inner = carrara.call("assets.list_assets", "sites/north", **RADAR, per_page=2)
    assert len({one["id"] for one in inner}) == 3
    array = carrara.call("assets.get_asset", ARRAY, **RADAR)
    assert carrara.call("assets.get_asset", array["id"], **RADAR) == array
    by_uri = carrara.call("assets.get_asset", f"tiledb://meteo-institute/radar/{ARRAY}")
    assert by_uri["id"] == array["id"]
    assert array["tiledb_uri"] == f"tiledb://meteo-institute/radar/{array['id']}"
    way = carrara.api("AssetsApi", "get_assets_in_path", carrara.workspace, "radar", ARRAY)["data"]
    assert [one["path"] for one in way] == ["sites", "sites/north", ARRAY]
    assert carrara.call("assets.list_assets", "sites", **RADAR, type="folder", expand="metadata")
    missing = carrara.refused("assets.get_asset", "sites/nowhere", **RADAR)
    assert (missing["class"], missing["status"]) == ("AssetsError", 404)
    assert carrara.answered() == {
        "GET /v4/assets/list/{workspace}/{teamspace}/{path?}",
        "GET /v4/assets/item/{workspace}/{teamspace}/{asset}",
        "GET /v4/assets/path/{workspace}/{teamspace}/{path}",
    }
    assert not [line for line in carrara.state.log.lines() if "sites/north" in line]


def test_a_nested_path_goes_as_one_segment(carrara: RealTileDB) -> None:
    carrara.call("assets.get_asset", ARRAY, **RADAR)
    carrara.call("assets.list_assets", "", **RADAR)
    paths = [entry.path for entry in carrara.state.log.entries()]
    assert paths == [
        f"/v4/assets/item/{carrara.workspace}/radar/sites%2Fnorth%2Fvelocity_2026-02",
        f"/v4/assets/list/{carrara.workspace}/radar/",
    ]


def test_folders(carrara: RealTileDB) -> None:
    assert carrara.refused("folders.create_folder", "a/b/c", **RADAR)["class"] == "FoldersError"
    made = carrara.call("folders.create_folder", "a/b/c", **RADAR, parents=True, description="new")
    assert (made["name"], made["description"]) == ("c", "new")
    seen = carrara.call("folders.get_folder", "a/b/c", **RADAR)
    assert carrara.call("folders.get_folder", seen["asset_id"], **RADAR)["id"] == seen["id"]
    assert carrara.refused("folders.create_folder", "a/b/c", **RADAR)["status"] == 409
    assert carrara.call("folders.create_folder", "a/b/c", **RADAR, exist_ok=True)["id"] == seen["id"]
    (inside,) = carrara.call("folders.list_folder_contents", "a", **RADAR)
    assert (inside["path"], inside["folder_info"]["length"]) == ("a/b", 1)
    assert carrara.answered() == {
        "POST /v4/folders/{workspace}/{teamspace}/{folder}",
        "GET /v4/folders/{workspace}/{teamspace}/{folder}",
        "GET /v4/folders/{workspace}/{teamspace}/{folder}/contents",
    }


def test_rename_move_and_describe(carrara: RealTileDB) -> None:
    array = carrara.call("assets.get_asset", ARRAY, **RADAR)["id"]
    assert carrara.call("assets.rename_asset", "sites/north", "arctic", **RADAR) == "sites/arctic"
    assert carrara.call("assets.get_asset", array, **RADAR)["path"] == "sites/arctic/velocity_2026-02"
    taken = carrara.refused("assets.move_assets", [array], "nowcasts", **RADAR)
    assert (taken["class"], taken["status"]) == ("AssetsError", 409)
    inbox = carrara.call("folders.create_folder", "inbox", **RADAR)["asset_id"]
    carrara.call("assets.move_assets", [array, "README.md"], inbox, **RADAR)
    assert carrara.call("assets.get_asset", "inbox/README.md", **RADAR)["type"] == "file"
    assert carrara.call("assets.get_asset", array, **RADAR)["path"] == "inbox/velocity_2026-02"
    carrara.call("assets.move_assets", "inbox/README.md", "", **RADAR)
    carrara.call("assets.update_asset", "README.md", **RADAR, description="Read it", type="notebook")
    seen = carrara.call("assets.get_asset", "README.md", **RADAR)
    assert (seen["description"], seen["type"]) == ("Read it", "notebook")
    into_itself = carrara.refused("assets.move_assets", "sites", "sites/south", **RADAR)
    assert (into_itself["class"], into_itself["status"]) == ("AssetsError", 400)
    assert carrara.refused("assets.rename_asset", "sites", "nowcasts", **RADAR)["status"] == 409
    assert carrara.answered() >= {
        "PATCH /v4/assets/item/{workspace}/{teamspace}/{asset}",
        "POST /v4/assets/move/{workspace}/{teamspace}",
    }


def test_deregister_keeps_the_storage_and_delete_does_not(carrara: RealTileDB) -> None:
    uri = carrara.call("assets.get_asset", ARRAY, **RADAR)["uri"]
    carrara.call("assets.delete_asset", ARRAY, **RADAR)
    assert carrara.refused("assets.get_asset", ARRAY, **RADAR)["status"] == 404
    carrara.call("assets.register_asset", uri, "kept/again", **RADAR, acn="aws-frankfurt")
    assert carrara.call("assets.get_asset", "kept/again", **RADAR)["uri"] == uri
    carrara.call("assets.delete_asset", "kept", **RADAR, delete_storage=True)
    gone = carrara.refused("assets.register_asset", uri, "kept/third", **RADAR)
    assert (gone["class"], gone["status"]) == ("AssetsError", 404)
    queries = [entry.query for entry in carrara.state.log.entries(method="DELETE")]
    assert queries == ["delete-assets=false", "delete-assets=true"]
    assert carrara.answered() >= {
        "DELETE /v4/assets/item/{workspace}/{teamspace}/{asset}",
        "POST /v4/assets/register/{workspace}/{teamspace}/{path?}",
    }


def test_metadata_and_properties(carrara: RealTileDB) -> None:
    before = carrara.call("assets.get_metadata", ARRAY, **RADAR)
    carrara.call("assets.update_metadata", ARRAY, {"height": 12, "scale": 0.25, "site": "Nord"}, **RADAR)
    after = carrara.call("assets.get_metadata", ARRAY, **RADAR)
    assert after == before | {"height": 12, "scale": 0.25, "site": "Nord"}
    carrara.call("assets.delete_metadata", ARRAY, ["height", "site"], **RADAR)
    assert carrara.call("assets.get_metadata", ARRAY, **RADAR) == before | {"scale": 0.25}
    entry = {"model": "AssetPropertySaveRequestInner", "key": "size", "value": "12"}
    carrara.api("AssetsApi", "update_asset_properties", carrara.workspace, "radar", ARRAY, [entry])
    (seen,) = carrara.api("AssetsApi", "get_asset_properties", carrara.workspace, "radar", ARRAY)["data"]
    assert (seen["key"], seen["value"]) == ("size", "12")
    item = "/v4/assets/item/{workspace}/{teamspace}/{asset}"
    assert carrara.answered() == {
        *(f"{method} {item}/metadata" for method in ("GET", "PATCH", "DELETE")),
        *(f"{method} {item}/properties" for method in ("GET", "PATCH")),
    }


def test_search(carrara: RealTileDB) -> None:
    def paths(**asked: object) -> list[str]:
        return [one["path"] for one in carrara.call("assets.search_assets", **asked)]

    assert len(paths(query="velocity north", per_page=1)) == 1
    assert len(paths(query="README", sort="name", per_page=3)) == 8
    assert paths(query="README", teamspace="radar") == ["README.md"]
    assert len(paths(query="README", teamspace_exclude=["radar", "climate"])) == 6
    assert len(paths(query="README", public=True)) == 3
    folders = paths(fields=["type=folder"], teamspace="radar")
    assert sorted(folders) == ["composite", "nowcasts", "sites", "sites/north", "sites/south"]
    assert paths(path="sites/north", query="velocity", teamspace=["radar"]) == [ARRAY]
    with_metadata = paths(fields=["type=array"], metadata=["version>=1"], teamspace="radar")
    assert with_metadata and len(with_metadata) < len(paths(fields=["type=array"], teamspace="radar"))
    assert paths(fields=["created_at>today"]) == []
    assert carrara.refused("assets.search_assets", fields=["colour=red"])["status"] == 400
    assert carrara.answered() == {"GET /v4/assets/search/{workspace}"}


def test_files_come_as_xml_that_the_client_parses_to_nothing(carrara: RealTileDB) -> None:
    answer = carrara.api("FilesApi", "folder_list", carrara.workspace, "radar", 2, "/")
    assert answer == {}
    assert carrara.answered() == {"GET /v4/files/{workspace}/{teamspace}"}


def test_activities_crash_the_real_client_only_when_there_are_some(carrara: RealTileDB) -> None:
    told = carrara.refused("ActivitiesApi.list_activities_in_workspace", carrara.workspace)
    assert told["class"] not in ("ApiException", "ValueError")
    carrara.api("ActivitiesApi", "list_activities_in_teamspace", carrara.workspace, "general")
    assert carrara.answered() == {
        "GET /v4/activities/{workspace}",
        "GET /v4/activities/{workspace}/{teamspace}",
    }


def test_versions_capabilities_onboarding_and_providers(carrara: RealTileDB) -> None:
    # Not `versions.get_versions`: it goes on asking the server of the process's first log-in after another.
    assert carrara.api("VersionsApi", "get_versions")["data"]["tiledb_version"] == "2.30.0"
    versions = carrara.api("CapabilitiesApi", "handle_get_capabilities")
    assert sorted(versions.values(), key=str)[0] == {"major": 2, "minor": 28, "patch": 0}
    carrara.api("OnboardingApi", "get_onboarding_status")
    carrara.api("AuthApi", "get_auth_providers")
    assert carrara.answered() == {
        "GET /v4/versions",
        "GET /v4/capabilities",
        "GET /v4/onboarding",
        "GET /v4/open/auth/providers",
    }


def test_libtiledb_tells_arrays_from_groups_and_reads_schemas(carrara: RealTileDB) -> None:
    where = {"url": carrara.server.url, "token": carrara.credentials["token"]}

    def kind(path: str) -> object:
        return carrara.child.ask("object_type", uri=f"tiledb://meteo-institute/radar/{path}", **where)

    assert kind(ARRAY) == "array"
    assert kind("sites/north") == "group"
    assert kind("sites/nowhere") is None
    assert carrara.state.log.lines()[0] == "GET /v4/capabilities 200"
    sparse = carrara.child.ask("schema", uri=f"tiledb://meteo-institute/radar/{ARRAY}", **where)
    assert sparse["sparse"]
    assert [dimension[0] for dimension in sparse["dimensions"]] == ["station", "time"]
    dense = carrara.child.ask("schema", uri="tiledb://meteo-institute/radar/sites/north/reflectivity_2026-01", **where)
    assert dense["dimensions"][0] == ["time", "int32", ["0", "8759"], "168"]
    as_json = carrara.api("ArrayApi", "get_array", carrara.workspace, "radar", ARRAY, "application/json")
    assert [one["name"] for one in as_json["domain"]["dimensions"]] == ["station", "time"]
    assert carrara.answered() == {
        "GET /v4/capabilities",
        "GET /v1/arrays/{workspace}/{teamspace}/{array}",
        "OPTIONS /v2/groups/{workspace}/{teamspace}/{group}",
    }
