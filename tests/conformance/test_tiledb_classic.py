"""The real tiledb-cloud on the embedded server as the classic cloud: account, organisations, arrays, sharing."""

from __future__ import annotations

import json

import pytest

from tests.conformance.tiledb_server import RealTileDB
from tui.systems.tiledb.sample import PASSWORD, USERNAME

pytestmark = pytest.mark.conformance

ORG = "meteo-institute"
ARRAY = f"tiledb://{ORG}/radar-velocity-2024"
OTHER = "chiara.lindqvist"


def test_log_in_with_a_token_asks_nobody(classic: RealTileDB) -> None:
    kept = json.loads(classic.child.ask("login", token=classic.credentials["token"], host=classic.server.url + "/"))
    assert kept["api_key"] == {"X-TILEDB-REST-API-KEY": classic.credentials["token"]}
    assert classic.state.log.lines() == []
    assert classic.call("user_profile")["username"] == USERNAME
    assert [entry.path for entry in classic.state.log.entries()] == ["//v1/user"]


def test_log_in_with_a_password_takes_a_session(classic: RealTileDB) -> None:
    classic.log_in(username=USERNAME, password=PASSWORD, token="")
    assert classic.state.log.lines() == ["GET /v1/session?remember_me=True 200"]
    assert classic.state.log.entries()[0].headers.count("authorization") == 1
    assert classic.call("client.default_user")["username"] == USERNAME
    wrong = classic.child.ask("failure", what="login", username=USERNAME, password="no", host=classic.server.url)
    assert (wrong["class"], wrong["status"]) == ("ApiException", 401)


def test_account_and_organisations(classic: RealTileDB) -> None:
    user = classic.call("user_profile")
    assert [one["organization_name"] for one in user["organizations"]] == [ORG, "station-network"]
    assert classic.call("client.default_charged_namespace") == USERNAME
    assert [one["name"] for one in classic.call("organizations")] == [ORG, "station-network"]
    found = classic.call("organization", ORG)
    assert (found["role"], len(found["users"])) == ("owner", 12)
    assert classic.refused("organization", "nowhere")["status"] == 404
    member = {"model": "OrganizationUser", "username": "liv.aaker", "role": "read_only"}
    classic.state.people.add("liv.aaker", "liv@fjord.example", "cirrus0")
    classic.api("OrganizationApi", "add_user_to_organization", ORG, member)
    role = {"model": "OrganizationUser", "role": "admin"}
    classic.api("OrganizationApi", "update_user_in_organization", ORG, "liv.aaker", role)
    assert classic.api("OrganizationApi", "get_organization_user", ORG, "liv.aaker")["role"] == "admin"
    classic.api("OrganizationApi", "delete_user_from_organization", ORG, "liv.aaker")
    assert classic.refused("OrganizationApi.get_organization_user", ORG, "liv.aaker")["status"] == 404
    change = {"model": "OrganizationUpdate", "description": "Weather"}
    classic.api("OrganizationApi", "update_organization", ORG, change)
    assert classic.call("organization", ORG)["description"] == "Weather"
    assert classic.api("UserApi", "get_user_with_username", OTHER)["username"] == OTHER
    assert classic.answered() == {
        "GET /v1/user",
        "GET /v1/users/{username}",
        "GET /v1/organizations",
        "GET /v1/organizations/{organization}",
        "PATCH /v1/organizations/{organization}",
        "POST /v1/organizations/{organization}/user",
        "GET /v1/organizations/{organization}/{username}",
        "PATCH /v1/organizations/{organization}/{username}",
        "DELETE /v1/organizations/{organization}/{username}",
    }


def test_tokens_and_sessions(classic: RealTileDB) -> None:
    request = {"model": "TokenRequest", "name": "nightly", "scope": ["*"]}
    first = classic.api("UserApi", "request_token", token_request=request)
    second = classic.api("UserApi", "request_token", token_request=request)
    assert (first["name"], second["name"]) == ("nightly", "nightly-1")
    names = [one["name"] for one in classic.api("UserApi", "tokens_get")]
    assert {"nightly", "nightly-1"} < set(names)
    assert len(classic.api("UserApi", "tokens_session_get")) == 7
    classic.api("UserApi", "revoke_token", "nightly")
    assert "nightly" not in [one["name"] for one in classic.api("UserApi", "tokens_get")]
    assert classic.refused("UserApi.revoke_token", "nightly")["status"] == 404
    assert "*" in classic.api("UserApi", "get_token_scopes")
    assert classic.answered() == {
        "POST /v1/token",
        "GET /v1/tokens",
        "GET /v1/tokens/session",
        "GET /v1/tokens/scopes",
        "DELETE /v1/tokens/{token}",
    }


def test_lists_of_arrays(classic: RealTileDB) -> None:
    owned = classic.call("list_arrays", per_page=5)
    assert len(owned["arrays"]) == 5
    assert owned["pagination_metadata"]["total_items"] == 122
    again = classic.call("list_arrays", per_page=5, page=2)
    assert not {one["id"] for one in owned["arrays"]} & {one["id"] for one in again["arrays"]}
    shared = classic.call("list_shared_arrays")["arrays"]
    assert [one["name"] for one in shared] == ["pilot-0", "pilot-1", "pilot-2"]
    public = classic.call("list_public_arrays", search="archive-rain")["arrays"]
    assert len(public) == 4 and all(one["public_share"] for one in public)
    notebooks = classic.call("list_arrays", file_type=["notebook"])["arrays"]
    assert [one["name"] for one in notebooks] == ["look-at-radar", "verification-report"]
    assert len(classic.call("list_arrays", tag=["radar", "2024"])["arrays"]) == 3
    everything = classic.api("ArrayApi", "get_all_array_metadata")
    assert len(everything) == 122 + 3
    assert classic.api("ArrayApi", "get_arrays_in_namespace", USERNAME)
    sidebar = classic.api("ArrayApi", "arrays_browser_owned_sidebar_get")
    assert sidebar["result_count_for_all"] == 122
    assert classic.api("ArrayApi", "get_last_accessed_arrays")
    classic.api("FavoritesApi", "list_array_favorites")
    assert classic.answered() == {
        *(f"GET /v1/arrays/browser/{tab}" for tab in ("owned", "shared", "public")),
        "GET /v1/arrays/browser/owned/sidebar",
        "GET /v1/arrays",
        "GET /v1/arrays/{namespace}",
        "GET /v1/arrays/last_accessed",
        "GET /v1/arrays/favorites",
    }


def test_one_array(classic: RealTileDB) -> None:
    info = classic.call("array.info", ARRAY)
    assert (info["namespace"], info["tiledb_uri"]) == (ORG, ARRAY)
    assert classic.refused("array.info", f"tiledb://{ORG}/nothing")["status"] == 404
    classic.call("array.update_info", ARRAY, description="Winds of the radar", tags=["wind"])
    seen = classic.call("array.info", ARRAY)
    assert (seen["description"], seen["tags"]) == ("Winds of the radar", ["wind"])
    assert classic.call("array.array_activity", ARRAY)
    name = "radar-velocity-2024"
    assert classic.api("ArrayApi", "get_array_meta_data_json", ORG, name)["units"] == "K"
    domain = classic.api("ArrayApi", "get_array_non_empty_domain_json", ORG, name)
    assert len(domain) == 2
    classic.api("ArrayApi", "arrays_namespace_array_end_timestamps_get", ORG, name)
    schema = classic.api("ArrayApi", "get_array", ORG, name, "application/json")
    assert [one["name"] for one in schema["domain"]["dimensions"]] == ["station", "time"]
    one = "/v1/arrays/{namespace}/{array}"
    assert classic.answered() == {
        f"GET {one}",
        f"GET {one}/metadata",
        f"PATCH {one}/metadata",
        f"GET {one}/activity",
        f"GET {one}/metadata_json",
        f"GET {one}/non_empty_domain_json",
        f"GET {one}/end_timestamps",
    }


def test_sharing_an_array(classic: RealTileDB) -> None:
    classic.call("array.share_array", ARRAY, OTHER, ["read", "write"])
    shares = {one["namespace"]: one["actions"] for one in classic.call("array.list_shared_with", ARRAY)}
    assert shares[OTHER] == ["read", "write"]
    classic.call("array.share_array", ARRAY, "public", ["read"])
    assert classic.call("array.info", ARRAY)["public_share"]
    classic.call("array.unshare_array", ARRAY, OTHER)
    assert OTHER not in {one["namespace"] for one in classic.call("array.list_shared_with", ARRAY)}
    assert classic.refused("array.share_array", ARRAY, "nobody.at.all", ["read"])["status"] == 404
    assert classic.answered() >= {
        "GET /v1/arrays/{namespace}/{array}/share",
        "PATCH /v1/arrays/{namespace}/{array}/share",
    }


def test_deregister_keeps_the_storage_and_delete_does_not(classic: RealTileDB) -> None:
    uri = classic.call("array.info", ARRAY)["uri"]
    classic.call("array.deregister_array", ARRAY)
    assert classic.refused("array.info", ARRAY)["status"] == 404
    new = classic.call("array.register_array", uri, namespace=USERNAME, array_name="winds")
    assert (new["namespace"], new["name"], new["uri"]) == (USERNAME, "winds", uri)
    classic.call("array.delete_array", f"tiledb://{USERNAME}/winds")
    gone = classic.refused("array.register_array", uri, namespace=USERNAME, array_name="winds")
    assert gone["status"] == 404
    one = "/v1/arrays/{namespace}/{array}"
    assert classic.answered() >= {f"DELETE {one}/deregister", f"POST {one}/register", f"DELETE {one}"}


def test_libtiledb_on_the_classic_cloud(classic: RealTileDB) -> None:
    assert classic.child.ask("object_type", uri=ARRAY) == "array"
    assert classic.child.ask("object_type", uri=f"tiledb://{ORG}/radar") == "group"
    assert classic.child.ask("object_type", uri=f"tiledb://{ORG}/nothing") is None
    assert classic.state.log.lines()[0] == "GET /v4/capabilities 404"
    assert classic.child.ask("schema", uri=ARRAY) == ["station", "time", "value", "flag"]
