"""Users, groups and privacy profiles by the vendor's package."""

from __future__ import annotations

from typing import Any

from .access import Access
from .refused import missing, unsupported


class People(Access):
    """The operations on users, groups and privacy profiles."""

    def list_users(self, names: Any, query: Any, body: Any) -> Any:
        wanted = query.get("q", "")
        return [self._user_document(name, user) for name, user in sorted(self._client.users.items()) if wanted in name]

    def get_user(self, names: Any, query: Any, body: Any) -> Any:
        return self._user_document(names["user"], self._user_named(names["user"]))

    def create_user(self, names: Any, query: Any, body: Any) -> Any:
        if body.get("is_admin") or body.get("enabled") is False or body.get("description"):
            raise unsupported("user_enable")
        made = self._package.admin.User(body["username"], body["password"])
        place = {"user": body["username"]}
        users = self._client.users
        return self._created("user", body["username"], users, made, query, lambda: self.get_user(place, {}, None))

    def update_user(self, names: Any, query: Any, body: Any) -> Any:
        fields = self._only(body, "password", "is_admin", "enabled", "description")
        self._client.update(self._user_named(names["user"]), **fields)
        return self.get_user(names, query, None)

    def drop_user(self, names: Any, query: Any, body: Any) -> Any:
        if names["user"] not in self._client.users and query.get("if_missing") == "ignore":
            return
        self._client.drop(self._user_named(names["user"]))

    def list_groups(self, names: Any, query: Any, body: Any) -> Any:
        return [self._group_document(name, group) for name, group in sorted(self._client.groups.items())]

    def get_group(self, names: Any, query: Any, body: Any) -> Any:
        return self._group_document(names["group"], self._group_named(names["group"]))

    def drop_group(self, names: Any, query: Any, body: Any) -> Any:
        if names["group"] not in self._client.groups and query.get("if_missing") == "ignore":
            return
        self._client.drop(self._group_named(names["group"]))

    def list_privacy_profiles(self, names: Any, query: Any, body: Any) -> Any:
        found = self._client.privacy_profiles
        return [self._profile_document(name, profile) for name, profile in sorted(found.items())]

    def get_privacy_profile(self, names: Any, query: Any, body: Any) -> Any:
        profile = self._client.privacy_profiles.get(names["profile"])
        if profile is None:
            raise missing("privacy profile", names["profile"])
        using = [
            name for name, database in self._client.databases.items() if database.privacy_profile == names["profile"]
        ]
        return {**self._profile_document(names["profile"], profile), "used_by": len(using), "databases": sorted(using)}
