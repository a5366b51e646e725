"""How objects are declared: the published constructors, for the objects of both clients."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pydantic import SecretStr

from tui.systems.leapyear.columns import ColumnDefinition
from tui.systems.leapyear.fields import (
    DatabaseFields,
    Fields,
    GroupFields,
    PrivacyProfileFields,
    TableFields,
    UserFields,
)
from tui.systems.leapyear.models import PrivacyLimit, PrivacyParams, Subject


def _known(kind: type[Fields], fields: dict[str, Any]) -> dict[str, Any]:
    """Return the given fields. Raises TypeError: there is none of a name; what a server adds is kept, a typo is not."""
    unknown = sorted(set(fields) - set(kind.model_fields))
    if unknown:
        raise TypeError(f"a {kind.kind} has no {', '.join(unknown)}")
    return fields


class DeclaredUser(UserFields):
    """A user.

    Args:
        username: its name.
        password: 12 characters or more, for a new one.
    """

    def __init__(self, username: str, password: SecretStr | str | None = None, **fields: Any) -> None:
        secret = SecretStr(password) if isinstance(password, str) else password
        super().__init__(username=username, password=secret, **_known(UserFields, fields))

    @property
    def subject(self) -> Subject:
        """It as who has a level."""
        return Subject(kind="user", name=self.username)


class DeclaredGroup(GroupFields):
    """A group of users.

    Args:
        name: its name.
        members: the users' names.
    """

    def __init__(self, name: str, **fields: Any) -> None:
        super().__init__(name=name, **_known(GroupFields, fields))

    @property
    def subject(self) -> Subject:
        """It as who has a level."""
        return Subject(kind="group", name=self.name)


class DeclaredPrivacyProfile(PrivacyProfileFields):
    """A privacy profile.

    Args:
        name: its name.
        params: what it asks of every computation.
    """

    def __init__(self, name: str, params: PrivacyParams | None = None, **fields: Any) -> None:
        given = {} if params is None else {"params": params}
        super().__init__(name=name, **given, **_known(PrivacyProfileFields, fields))


class DeclaredDatabase(DatabaseFields):
    """A database.

    Args:
        name: its name.
        description: for people.
        privacy_profile: a profile, or its name.
        privacy_limit: how much exposure it allows.
        db_id: the server's number for it.
    """

    def __init__(
        self,
        name: str,
        *,
        description: str | None = None,
        privacy_profile: PrivacyProfileFields | str | None = None,
        privacy_limit: PrivacyLimit | None = None,
        db_id: int | None = None,
    ) -> None:
        profile = privacy_profile.name if isinstance(privacy_profile, PrivacyProfileFields) else privacy_profile
        given = {"description": description, "privacy_profile": profile, "privacy_limit": privacy_limit, "id": db_id}
        super().__init__(name=name, **{key: value for key, value in given.items() if value is not None})


class DeclaredTable(TableFields):
    """A table.

    Args:
        name: its name.
        database: which it is in, or the database's name.
        columns: as they are declared; without, they are found out from the data.
        credentials: where its first data is.
        description: for people.
        public: whether it is nothing to be protected.
        watch_folder: passed on as it is; what it does was never published.
        table_id: the server's number for it.
    """

    def __init__(
        self,
        name: str,
        *,
        database: DatabaseFields | str,
        columns: Sequence[ColumnDefinition] | None = None,
        credentials: Any = None,
        description: str | None = None,
        public: bool | None = None,
        watch_folder: str | None = None,
        table_id: int | None = None,
    ) -> None:
        of = database if isinstance(database, str) else database.name
        given: dict[str, Any] = {"columns": columns, "credentials": credentials, "description": description}
        given |= {"public": public, "watch_folder": watch_folder, "id": table_id}
        given = {key: value for key, value in given.items() if value is not None}
        super().__init__(name=name, database=of, **given)
