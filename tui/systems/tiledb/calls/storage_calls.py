"""Where assets are stored, and how the clouds are logged in to (contract §8). Secrets go out and never come back."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from typing import Any, Literal, get_args

from tui.services.http.session import route
from tui.systems.tiledb.calls.pages import PAGE, Listed, ListPage, One, numbered_pages
from tui.systems.tiledb.connection import CallGroup, without_nothing
from tui.systems.tiledb.errors import invalid, one_of
from tui.systems.tiledb.models.storage_models import AccessCredential, StorageSetting

Provider = Literal["AWS", "AZURE", "GCP", "SNOWFLAKE", "DATABRICKS"]
Means = Literal["credential", "role", "token"]


class StorageCalls(CallGroup):
    """Methods on storage settings and credentials: of the workspace, or of a teamspace by its id (not its name)."""

    async def setting_pages(
        self, teamspace_id: str | None = None, workspace: str | None = None, *, page_size: int = PAGE
    ) -> AsyncGenerator[ListPage[StorageSetting]]:
        """Yield the storage settings page by page."""
        path = route("/v4/storagesettings/{}", await self.link.workspace(workspace))
        async for page in numbered_pages(
            self.link,
            path,
            "list storage settings",
            Listed[StorageSetting],
            _of(teamspace_id),
            page_size,
            whole_feature=True,
        ):
            yield page

    async def get_setting(
        self, setting_id: str, teamspace_id: str | None = None, workspace: str | None = None
    ) -> StorageSetting:
        """Return a storage setting. Raises NotFound if there is none of that id."""
        path = await self._setting(setting_id, workspace)
        return (await self.link.get(path, "get storage setting", One[StorageSetting], _of(teamspace_id))).data

    async def create_setting(
        self,
        name: str,
        path: str,
        credentials_name: str,
        *,
        is_default: bool = False,
        test_settings: bool = True,
        teamspace_id: str | None = None,
        workspace: str | None = None,
    ) -> StorageSetting:
        """Make a storage setting.

        Args:
            name: what it is called.
            path: where it stores, such as `s3://bucket/folder`.
            credentials_name: the credential that opens it.
            is_default: whether new assets are stored there.
            test_settings: let the server write a small object there, to see that it can.
            teamspace_id: of which teamspace; by default of the workspace.
            workspace: its name or id.
        """
        body = {
            "name": name,
            "path": path,
            "credentials_name": credentials_name,
            "is_default": is_default,
            "test_settings": test_settings,
        }
        place = route("/v4/storagesettings/{}", await self.link.workspace(workspace))
        made = await self.link.send(
            "POST", place, "create storage setting", One[StorageSetting], body, query=_of(teamspace_id)
        )
        return made.data

    async def update_setting(
        self,
        setting_id: str,
        *,
        name: str | None = None,
        path: str | None = None,
        credentials_name: str | None = None,
        is_default: bool | None = None,
        test_settings: bool = True,
        teamspace_id: str | None = None,
        workspace: str | None = None,
    ) -> None:
        """Change what is not None of a storage setting."""
        body = without_nothing(
            name=name,
            path=path,
            credentials_name=credentials_name,
            is_default=is_default,
            test_settings=test_settings,
        )
        place = await self._setting(setting_id, workspace)
        await self.link.do("PATCH", place, "update storage setting", body, query=_of(teamspace_id))

    async def delete_setting(
        self, setting_id: str, teamspace_id: str | None = None, workspace: str | None = None
    ) -> None:
        """Remove a storage setting. What is stored there stays."""
        path = await self._setting(setting_id, workspace)
        await self.link.do("DELETE", path, "delete storage setting", query=_of(teamspace_id))

    async def credential_pages(
        self,
        teamspace_id: str | None = None,
        workspace: str | None = None,
        *,
        providers: tuple[Provider, ...] = (),
        verify: bool = False,
        page_size: int = PAGE,
    ) -> AsyncGenerator[ListPage[AccessCredential]]:
        """Yield the credentials page by page, without what proves them.

        Args:
            teamspace_id: of which teamspace; by default of the workspace.
            workspace: its name or id.
            providers: only of these clouds.
            verify: let the server try each one, which takes a while.
            page_size: how many are asked for at a time.
        """
        query = without_nothing(provider=list(providers) or None, verify="True" if verify else None)
        path = route("/v4/credentials/{}", await self.link.workspace(workspace))
        async for page in numbered_pages(
            self.link,
            path,
            "list credentials",
            Listed[AccessCredential],
            {**query, **_of(teamspace_id)},
            page_size,
            whole_feature=True,
        ):
            yield page

    async def get_credential(
        self, name: str, teamspace_id: str | None = None, workspace: str | None = None
    ) -> AccessCredential:
        """Return a credential without what proves it. Raises NotFound if there is none of that name."""
        path = await self._credential(name, workspace)
        return (await self.link.get(path, "get credential", One[AccessCredential], _of(teamspace_id))).data

    async def create_credential(
        self,
        name: str,
        provider: Provider,
        means: Means,
        content: Mapping[str, Any],
        *,
        provider_default: bool = False,
        allowed_in_tasks: bool = False,
        teamspace_id: str | None = None,
        workspace: str | None = None,
    ) -> None:
        """Store a credential with the server.

        Args:
            name: what it is called.
            provider: of which cloud.
            means: whether `content` is a credential, a role or a token.
            content: the fields by kind, as in `{"aws": {"access_key_id": …, "secret_access_key": SecretStr(…)}}`;
                what is a SecretStr is shown nowhere.
            provider_default: use it wherever none is named.
            allowed_in_tasks: let tasks use it.
            teamspace_id: of which teamspace; by default of the workspace.
            workspace: its name or id.
        """
        body = _credential_body(name, provider, means, content, provider_default, allowed_in_tasks)
        place = route("/v4/credentials/{}", await self.link.workspace(workspace))
        await self.link.do("POST", place, "create credential", body, query=_of(teamspace_id), private=True)

    async def update_credential(
        self,
        name: str,
        *,
        new_name: str | None = None,
        provider_default: bool | None = None,
        allowed_in_tasks: bool | None = None,
        means: Means | None = None,
        content: Mapping[str, Any] | None = None,
        teamspace_id: str | None = None,
        workspace: str | None = None,
    ) -> None:
        """Change what is not None of a credential; `means` and `content` go together."""
        if (means is None) != (content is None):
            raise invalid("update credential", "means and content: give both or neither")
        body = without_nothing(name=new_name, provider_default=provider_default, allowed_in_tasks=allowed_in_tasks)
        if means is not None:
            body[_check_means(means)] = content
        place = await self._credential(name, workspace)
        await self.link.do("PATCH", place, "update credential", body, query=_of(teamspace_id), private=True)

    async def verify_credential(
        self, name: str, provider: Provider, means: Means, content: Mapping[str, Any], workspace: str | None = None
    ) -> None:
        """Let the server try a credential before it is stored.

        Raises:
            InvalidInput, PermissionDenied: the cloud does not take it.
        """
        body = _credential_body(name, provider, means, content, False, False)
        await self.link.do(
            "POST", "/v4/actions/credentials/verify", "verify credential", body, private=True, repeatable=True
        )

    async def delete_credential(self, name: str, teamspace_id: str | None = None, workspace: str | None = None) -> None:
        """Remove a credential. What it opened cannot be opened with it any more."""
        path = await self._credential(name, workspace)
        await self.link.do("DELETE", path, "delete credential", query=_of(teamspace_id))

    async def _setting(self, setting_id: str, workspace: str | None) -> str:
        return route("/v4/storagesettings/{}/{}", await self.link.workspace(workspace), setting_id)

    async def _credential(self, name: str, workspace: str | None) -> str:
        return route("/v4/credentials/{}/{}", await self.link.workspace(workspace), name)


def _of(teamspace_id: str | None) -> dict[str, str]:
    return {} if teamspace_id is None else {"teamspace_id": teamspace_id}


def _credential_body(
    name: str,
    provider: str,
    means: str,
    content: Mapping[str, Any],
    provider_default: bool,
    allowed_in_tasks: bool,
) -> dict[str, Any]:
    return {
        "name": name,
        "provider": one_of(get_args(Provider), provider, "provider", "credential"),
        "provider_default": provider_default,
        "allowed_in_tasks": allowed_in_tasks,
        _check_means(means): content,
    }


def _check_means(means: str) -> str:
    return one_of(get_args(Means), means, "means", "credential")
