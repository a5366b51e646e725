"""The real tiledb-client on the embedded server: log-in, users, workspaces, members, tokens, invitations."""

from __future__ import annotations

import json

import pytest

from tests.conformance.tiledb_server import RealTileDB
from tui.systems.tiledb.sample import PASSWORD, READER, USERNAME
from tui.systems.tiledb.service_side.v4_workspaces import INVITATION, invitation_jwt

pytestmark = pytest.mark.conformance


def test_log_in_with_a_token_asks_nobody(carrara: RealTileDB) -> None:
    carrara.log_in()
    assert carrara.state.log.lines() == []
    profile = json.loads(carrara.child.ask("configure", host=carrara.server.url, token=carrara.credentials["token"]))
    assert profile["default"]["rest.workspace"] == carrara.workspace


def test_log_in_with_a_password_leaves_a_token_behind(carrara: RealTileDB) -> None:
    carrara.log_in(username=USERNAME, password=PASSWORD, workspace="meteo-institute")
    assert [line.split("?")[0] for line in carrara.state.log.lines()] == [
        "GET /v4/workspaces/meteo-institute 200",
        "POST /v4/tokens 201",
    ]
    newest = carrara.state.people.tokens(carrara.state.people.get(USERNAME), "api")[0]
    assert newest["name"].startswith("login-session-")
    carrara.state.log.clear()
    user = carrara.call("client.default_user")
    assert user["username"] == USERNAME
    assert carrara.state.log.entries()[0].headers.count("x-tiledb-rest-api-key") == 1


def test_a_wrong_password_is_refused_at_log_in(carrara: RealTileDB) -> None:
    carrara.child.ask(
        "configure", host=carrara.server.url, username=USERNAME, password="sunshine", workspace="meteo-institute"
    )
    told = carrara.child.ask("failure", what="login")
    assert (told["class"], told["status"]) == ("ApiException", 401)


def test_a_bad_token_fails_at_the_first_call(carrara: RealTileDB) -> None:
    carrara.log_in(token=f"tiledb-{carrara.workspace}-nobodyknowsthis")
    told = carrara.refused("client.get_self_user")
    assert (told["class"], told["status"]) == ("ApiException", 401)
    assert "invalid token" in told["text"]


def test_users(carrara: RealTileDB) -> None:
    me, workspaces = carrara.call("client.get_self_user")
    assert (me["username"], me["role"]) == (USERNAME, "owner")
    assert [one["name"] for one in workspaces] == ["meteo-institute", "station-network"]
    new = carrara.call(
        "users.create_user", email="liv@fjord.example", username="liv.aaker", password="cirrus0", display_name="Liv"
    )
    assert new["username"] == "liv.aaker"
    carrara.call("users.update_user", new["id"], display_name="Liv Aaker", timezone="Europe/Oslo", role="admin")
    seen = carrara.call("users.get_user", new["id"])
    assert (seen["display_name"], seen["timezone"], seen["role"]) == ("Liv Aaker", "Europe/Oslo", "admin")
    again = carrara.refused(
        "users.create_user", email="liv@fjord.example", username="liv.aaker", password="x", display_name="L"
    )
    assert (again["class"], again["status"]) == ("UsersError", 409)
    carrara.call("users.delete_user", new["id"])
    assert carrara.refused("users.get_user", new["id"])["status"] == 404
    change = {"model": "ChangePasswordRequest", "current_password": PASSWORD, "new_password": "altocumulus"}
    carrara.api("UsersApi", "change_password", change)
    assert carrara.refused("UsersApi.change_password", change)["status"] == 403
    assert carrara.answered() == {
        "GET /v4/users/self",
        "POST /v4/users",
        "PATCH /v4/users/{user_id}",
        "GET /v4/users/{user_id}",
        "DELETE /v4/users/{user_id}",
        "POST /v4/actions/users/change_password",
    }


def test_workspaces(carrara: RealTileDB) -> None:
    credential = {
        "model": "CredentialCreateRequest",
        "name": "key",
        "provider": "AWS",
        "credential": {
            "model": "Credential",
            "aws": {"model": "AWSCredential", "access_key_id": "A", "secret_access_key": "S"},
        },
    }
    setting = {
        "model": "StorageSettingsCreateRequest",
        "name": "main",
        "is_default": True,
        "path": "s3://b/p",
        "credentials_name": "key",
    }
    request = {"model": "WorkspaceCreateRequest", "name": "polar", "description": "Ice"}
    made = carrara.api(
        "WorkspacesApi",
        "create_workspace",
        {**request, "default_credential": credential, "default_storage_setting": setting},
    )["data"]
    assert (made["name"], made["_self"]["role"]) == ("polar", "owner")
    identity = made["workspace_id"]
    assert identity.startswith("ws_")
    carrara.api("WorkspacesApi", "update_workspace", identity, {"model": "WorkspaceUpdateRequest", "name": "polar-sea"})
    assert carrara.call("workspaces.get_workspace", "polar-sea")["workspace_id"] == identity
    names = [one["name"] for one in carrara.call("client.get_user_workspaces")]
    assert names == ["meteo-institute", "station-network", "polar-sea"]
    carrara.api("WorkspacesApi", "delete_workspace", identity)
    assert carrara.refused("workspaces.get_workspace", "polar-sea")["status"] == 404
    assert {"POST /v4/workspaces", "PATCH /v4/workspaces/{workspace}", "DELETE /v4/workspaces/{workspace}"} <= (
        carrara.answered()
    )


def test_members_of_a_workspace(carrara: RealTileDB) -> None:
    everybody = carrara.call("workspaces.list_workspace_members")
    assert len(everybody) == 12
    in_pages = carrara.call("workspaces.list_workspace_members", per_page=5)
    assert [one["user_id"] for one in in_pages] == [one["user_id"] for one in everybody]
    (found,) = carrara.call("workspaces.list_workspace_members", query="haddad")
    assert found["username"] == READER
    carrara.call("workspaces.update_workspace_member_role", found["user_id"], "admin")
    assert carrara.call("workspaces.get_workspace_user", user=found["user_id"])["role"] == "admin"
    carrara.call("workspaces.remove_workspace_member", found["user_id"])
    assert carrara.refused("workspaces.get_workspace_user", user=found["user_id"])["status"] == 404
    carrara.call("workspaces.add_workspace_member", found["user_id"], role="member")
    assert carrara.refused("workspaces.add_workspace_member", found["user_id"], role="member")["status"] == 409
    last_owner = carrara.refused(
        "workspaces.update_workspace_member_role", carrara.state.people.get(USERNAME).id, "member"
    )
    assert last_owner["status"] == 409
    assert carrara.answered() >= {
        "GET /v4/workspaceusers/{workspace}",
        "POST /v4/workspaceusers/{workspace}",
        "GET /v4/workspaceusers/{workspace}/{user_id}",
        "PATCH /v4/workspaceusers/{workspace}/{user_id}",
        "DELETE /v4/workspaceusers/{workspace}/{user_id}",
    }


def test_tokens(carrara: RealTileDB) -> None:
    before = carrara.call("tokens.list_tokens", "api")
    assert sum(token["name"].startswith("login-session-") for token in before) == 7
    made = carrara.call("tokens.create_token", "nightly", "*")
    parts = made["api_key"].split("-")
    assert (len(parts), parts[0], parts[1]) == (3, "tiledb", carrara.workspace)
    listed = carrara.call("tokens.list_tokens", "api", per_page=4)
    assert len(listed) == len(before) + 1
    assert all(token.get("api_key") in (None, "") for token in listed)
    carrara.log_in(token=made["api_key"])
    assert carrara.call("client.default_user")["username"] == USERNAME
    carrara.call("tokens.revoke_token", made["token_id"])
    assert carrara.refused("tokens.list_tokens", "api")["status"] == 401
    carrara.log_in()
    assert carrara.call("tokens.list_tokens", "session")
    assert carrara.refused("tokens.revoke_token", made["token_id"])["status"] == 404
    assert carrara.answered() >= {"GET /v4/tokens", "POST /v4/tokens", "DELETE /v4/tokens/{token_id}"}


def test_invitations(carrara: RealTileDB) -> None:
    who = carrara.state.people.add("liv.aaker", "liv@fjord.example", "cirrus0")
    offer = {
        "model": "InvitationsCreateRequestWorkspace",
        "workspace_id": carrara.workspace,
        "prospective_role": "member",
    }
    carrara.api(
        "InvitationsApi",
        "create_invitations",
        carrara.workspace,
        [{"model": "InvitationsCreateRequestInner", "invitee_email": who.email, "workspace_invitation": offer}],
    )
    listed = carrara.api("InvitationsApi", "list_invitations", carrara.workspace)["data"]
    assert listed[0]["invitee_email"] == who.email
    assert listed[0]["workspace_invitation"]["prospective_role"] == "member"
    carrara.api("InvitationsApi", "revoke_invitation", carrara.workspace, listed[1]["invitation_id"])
    identity = listed[0]["invitation_id"]
    record = carrara.state.records.anywhere(INVITATION, identity)
    assert record is not None
    jwt = invitation_jwt(record)
    seen = carrara.api("InvitationsApi", "get_invitation", identity, {"model": "InvitationRetrieveRequest", "jwt": jwt})
    assert seen["data"]["invitation_id"] == identity
    wrong = {"model": "InvitationRespondRequest", "jwt": "a.b.c", "response": "accept"}
    assert carrara.refused("InvitationsApi.respond_invitation", identity, wrong)["status"] == 401
    _, token = carrara.state.people.add_token(who, "first", workspace=carrara.workspace)
    carrara.log_in(token=token)
    carrara.api(
        "InvitationsApi",
        "respond_invitation",
        identity,
        {"model": "InvitationRespondRequest", "jwt": jwt, "response": "accept"},
    )
    assert [one["name"] for one in carrara.call("client.get_user_workspaces")] == ["meteo-institute"]
    assert carrara.answered() >= {
        "GET /v4/invitations/admin/{workspace}",
        "POST /v4/invitations/admin/{workspace}",
        "DELETE /v4/invitations/admin/{workspace}/{invitation_id}",
        "POST /v4/invitations/{invitation_id}",
        "PATCH /v4/invitations/{invitation_id}",
    }
