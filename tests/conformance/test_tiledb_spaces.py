"""The real tiledb-client on the embedded server: teamspaces and their members, spaces, credentials, storage."""

from __future__ import annotations

import pytest

from tests.conformance.tiledb_server import RealTileDB
from tui.systems.tiledb.sample import READER, TEAMS, USERNAME

pytestmark = pytest.mark.conformance

NAMES = {team.name for team in TEAMS}


def test_teamspaces(carrara: RealTileDB) -> None:
    listed = carrara.call("teamspaces.list_teamspaces", order_by="name", order="asc")
    names = [one["name"] for one in listed]
    assert names == sorted(names)
    assert set(names) >= NAMES
    made = carrara.call("teamspaces.create_teamspace", "lightning", description="Strokes", visibility="public")
    assert (made["visibility"], made["teamspace_role"]) == ("public", "owner")
    assert carrara.call("teamspaces.list_teamspaces")[0]["name"] == "lightning"
    assert carrara.refused("teamspaces.create_teamspace", "lightning")["status"] == 409
    change = {"model": "TeamspaceUpdateRequest", "name": "sferics", "visibility_level": "private"}
    carrara.api("TeamspacesApi", "update_teamspace", carrara.workspace, made["teamspace_id"], change)
    seen = carrara.call("teamspaces.get_teamspace", "sferics")
    assert (seen["teamspace_id"], seen["visibility"]) == (made["teamspace_id"], "private")
    carrara.call("teamspaces.delete_teamspace", "sferics", delete_assets=True)
    told = carrara.refused("teamspaces.get_teamspace", "sferics")
    assert (told["class"], told["status"]) == ("TeamspacesError", 404)
    carrara.call("teamspaces.delete_all_teamspaces")
    assert not NAMES & {one["name"] for one in carrara.call("teamspaces.list_teamspaces")}
    assert carrara.answered() >= {
        "GET /v4/teamspaces/{workspace}",
        "POST /v4/teamspaces/{workspace}",
        "DELETE /v4/teamspaces/{workspace}",
        "GET /v4/teamspaces/{workspace}/{teamspace}",
        "PATCH /v4/teamspaces/{workspace}/{teamspace}",
        "DELETE /v4/teamspaces/{workspace}/{teamspace}",
    }


def test_what_a_member_sees_of_teamspaces(carrara: RealTileDB) -> None:
    reader = carrara.state.people.get(READER)
    _, token = carrara.state.people.add_token(reader, "reader", workspace=carrara.workspace)
    carrara.log_in(token=token)
    public = {team.name for team in TEAMS if team.visibility == "public"}
    assert {one["name"] for one in carrara.call("teamspaces.list_teamspaces")} == public | {"general", READER}
    open_ones = [one["name"] for one in carrara.call("teamspaces.list_teamspaces", memberships=False)]
    assert set(open_ones) == public | {"general"}
    assert carrara.refused("teamspaces.get_teamspace", "radar")["status"] == 404
    assert carrara.refused("folders.create_folder", "x", teamspace="archive")["status"] == 403
    joined = carrara.api("TeamspacesApi", "join_teamspace", carrara.workspace, "archive")
    assert joined["data"]["role"] == "viewer"
    assert "archive" in [one["name"] for one in carrara.call("teamspaces.list_teamspaces", memberships=True)]
    carrara.api("TeamspacesApi", "leave_teamspace", carrara.workspace, "archive")
    assert carrara.refused("TeamspacesApi.leave_teamspace", carrara.workspace, "archive")["status"] == 404
    assert carrara.answered() >= {
        "POST /v4/actions/teamspaces/{workspace}/{teamspace}/users/join",
        "POST /v4/actions/teamspaces/{workspace}/{teamspace}/users/leave",
    }


def test_members_of_a_teamspace(carrara: RealTileDB) -> None:
    reader = carrara.state.people.get(READER).id
    before = carrara.call("teamspaces.list_teamspace_members", "radar", per_page=2)
    carrara.call("teamspaces.add_teamspace_members", "radar", [{"pair": [reader, "viewer"]}])
    after = carrara.call("teamspaces.list_teamspace_members", "radar")
    assert {one["user_id"] for one in after} == {one["user_id"] for one in before} | {reader}
    carrara.call("teamspaces.update_teamspace_member_roles", "radar", [{"pair": [reader, "editor"]}])
    assert carrara.call("teamspaces.get_teamspace_user", "radar", reader)["role"] == "editor"
    one = {"model": "TeamspaceUserUpdateRequest", "role": "owner"}
    carrara.api("TeamspacesApi", "update_teamspace_user", carrara.workspace, "radar", reader, one)
    (found,) = carrara.call("teamspaces.list_teamspace_members", "radar", query="haddad")
    assert found["role"] == "owner"
    carrara.call("teamspaces.remove_teamspace_members", "radar", [reader])
    assert carrara.refused("teamspaces.get_teamspace_user", "radar", reader)["status"] == 404
    carrara.call("teamspaces.add_teamspace_members", "radar", [{"pair": [reader, "viewer"]}])
    carrara.api("TeamspacesApi", "delete_teamspace_user", carrara.workspace, "radar", reader)
    told = carrara.refused("teamspaces.remove_teamspace_members", "radar", [reader])
    assert (told["class"], told["status"]) == ("TeamspacesError", 404)
    of_it, actions = "/v4/teamspaces/{workspace}/{teamspace}", "/v4/actions/teamspaces/{workspace}/{teamspace}"
    assert carrara.answered() >= {
        f"GET {of_it}/users",
        f"POST {of_it}/users",
        f"GET {of_it}/users/{{user_id}}",
        f"PATCH {of_it}/users/{{user_id}}",
        f"DELETE {of_it}/users/{{user_id}}",
        f"PATCH {actions}/users/bulk_update",
        f"POST {actions}/users/bulk_delete",
    }


def test_general_and_user_space(carrara: RealTileDB) -> None:
    general = carrara.api("GeneralspacesApi", "get_generalspace_by_workspace", carrara.workspace)["data"]
    assert general["name"] == "general"
    own = carrara.api("UserspacesApi", "get_userspace", carrara.workspace, USERNAME)["data"]
    assert own["name"] == USERNAME
    other = carrara.refused("UserspacesApi.get_userspace", carrara.workspace, READER)
    assert other["status"] == 404
    assert carrara.answered() == {
        "GET /v4/generalspaces/{workspace}",
        "GET /v4/userspaces/{workspace}/{userspace}",
    }


def test_credentials(carrara: RealTileDB) -> None:
    secret = {"model": "AWSCredential", "access_key_id": "AKIA1", "secret_access_key": "of-the-key"}
    key = {"model": "Credential", "aws": secret}
    carrara.call("credentials.verify_credential", "new", "AWS", credential=key)
    carrara.call("credentials.create_credential", "new", "AWS", credential=key)
    seen = carrara.call("credentials.get_credential", "new")
    assert seen["credential"]["aws"]["access_key_id"] == "AKIA1"
    assert "of-the-key" not in str(seen)
    assert not carrara.state.database.row("SELECT * FROM record WHERE document LIKE '%of-the-key%'")
    assert carrara.refused("credentials.create_credential", "new", "AWS", credential=key)["status"] == 409
    carrara.call("credentials.update_credential", "new", name="newer", provider_default=True)
    listed = carrara.call("credentials.list_credentials", per_page=2)
    assert [one["name"] for one in listed] == ["aws-frankfurt", "aws-legacy-key", "azure-archive", "newer"]
    radar = carrara.call("teamspaces.get_teamspace", "radar")["teamspace_id"]
    carrara.call("credentials.create_credential", "of-radar", "AWS", credential=key, teamspace=radar)
    (of_radar,) = carrara.call("credentials.list_credentials", radar)
    assert of_radar["credential_type"] == "teamspace"
    carrara.call("credentials.delete_credential", "newer")
    told = carrara.refused("credentials.get_credential", "newer")
    assert (told["class"], told["status"]) == ("CredentialsError", 404)
    assert carrara.answered() >= {
        "POST /v4/actions/credentials/verify",
        "GET /v4/credentials/{workspace}",
        "POST /v4/credentials/{workspace}",
        "GET /v4/credentials/{workspace}/{name}",
        "PATCH /v4/credentials/{workspace}/{name}",
        "DELETE /v4/credentials/{workspace}/{name}",
    }


def test_storage_settings(carrara: RealTileDB) -> None:
    made = carrara.call(
        "storagesettings.create_storage_setting",
        name="zurich",
        is_default=True,
        path="s3://meteo-zurich/",
        credentials_name="aws-frankfurt",
    )
    identity = made["storage_setting_id"]
    listed = carrara.call("storagesettings.list_storage_settings")
    assert [one["name"] for one in listed if one["is_default"]] == ["zurich"]
    assert [one["name"] for one in listed if one["invalid"]] == ["tape-mirror"]
    carrara.call("storagesettings.update_storage_setting", identity, path="s3://meteo-geneva/", name="geneva")
    seen = carrara.call("storagesettings.get_storage_setting", identity)
    assert (seen["name"], seen["path"], seen["is_default"]) == ("geneva", "s3://meteo-geneva/", True)
    radar = carrara.call("teamspaces.get_teamspace", "radar")["teamspace_id"]
    (scratch,) = carrara.call("storagesettings.list_storage_settings", teamspace=radar)
    assert scratch["name"] == "radar-scratch"
    carrara.call("storagesettings.delete_storage_setting", identity)
    told = carrara.refused("storagesettings.get_storage_setting", identity)
    assert (told["class"], told["status"]) == ("StorageSettingsError", 404)
    assert carrara.answered() >= {
        "GET /v4/storagesettings/{workspace}",
        "POST /v4/storagesettings/{workspace}",
        "GET /v4/storagesettings/{workspace}/{stset_id}",
        "PATCH /v4/storagesettings/{workspace}/{stset_id}",
        "DELETE /v4/storagesettings/{workspace}/{stset_id}",
    }
