"""Who is logged in, their workspaces, and whether a log-in is good: of the current platform (contract §6, §8)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from tui.services.errors import (
    NotAuthenticated,
    NotFound,
    NotSupported,
    PermissionDenied,
    ProtocolError,
    Unavailable,
)
from tui.services.http.session import route
from tui.services.printable import printable
from tui.systems.tiledb.calls.pages import One
from tui.systems.tiledb.connection import CallGroup, Connection, without_nothing
from tui.systems.tiledb.errors import (
    LOG_IN,
    SYSTEM,
    HostUnreachable,
    LoginRefused,
    WorkspaceRefused,
    client_errors,
)
from tui.systems.tiledb.models.account_models import (
    RestCapabilities,
    SelfUser,
    User,
    UserSelfWorkspace,
    Versions,
    Workspace,
    published,
)


class AccountCalls(CallGroup):
    """Methods on the person and the workspaces. The answers are kept until `forget`, as the published client does."""

    def __init__(self, link: Connection) -> None:
        super().__init__(link)
        self._self: SelfUser | None = None
        self._workspaces: dict[str, Workspace] = {}

    def forget(self) -> None:
        """Ask anew the next time."""
        self._self = None
        self._workspaces = {}

    async def get_self_user(self) -> tuple[User, list[UserSelfWorkspace]]:
        """Return who is logged in, and their workspaces.

        Raises:
            ClientError: the server has no such call, cannot be reached, or its answer lacks what it must hold.
            NotAuthenticated: it does not take the credential.
        """
        if self._self is None:
            with client_errors():
                self._self = (await self.link.get("/v4/users/self", "who am I", One[SelfUser])).data
        return self._self.user, self._self.workspaces

    async def get_user(self) -> User:
        """Return who is logged in. Raises as `get_self_user`."""
        return (await self.get_self_user())[0]

    async def get_user_workspaces(self) -> list[Workspace]:
        """Return the workspaces of whoever is logged in, each with their role in it. Raises as `get_self_user`."""
        return [published(workspace) for workspace in (await self.get_self_user())[1]]

    async def get_workspace(self, workspace: str | None = None) -> Workspace:
        """Return a workspace.

        Args:
            workspace: its id or name; by default the one that is configured.

        Raises:
            ClientError: it is not there, or the server cannot be asked.
            ConfigurationError: none is named and none is configured.
        """
        named = await self.link.workspace(workspace)
        if named not in self._workspaces:
            with client_errors():
                path = route("/v4/workspaces/{}", named)
                found = (await self.link.get(path, "get workspace", One[UserSelfWorkspace])).data
            self._workspaces[named] = published(found)
        return self._workspaces[named]

    async def get_workspace_id(self) -> str:
        """Return the id of the workspace that is configured; asks the server only for the id of a name.

        Raises:
            ConfigurationError: none is configured.
            ClientError: as `get_workspace`.
        """
        named = await self.link.workspace()
        if named.startswith("ws_"):
            return named
        return self.link.exchanged_workspace_id or (await self.get_workspace(named)).workspace_id

    async def get_versions(self) -> Versions:
        """Return what the server runs on."""
        return (await self.link.get("/v4/versions", "versions", One[Versions])).data

    async def get_capabilities(self) -> RestCapabilities:
        """Return which core the server has."""
        return await self.link.get("/v4/capabilities", "capabilities", RestCapabilities)

    async def update_user(
        self,
        user_id: str,
        *,
        display_name: str | None = None,
        email: str | None = None,
        timezone: str | None = None,
        role: str | None = None,
    ) -> None:
        """Change what is not None of a person. `role` is what they are on the whole deployment."""
        body = without_nothing(display_name=display_name, email=email, timezone=timezone, role=role)
        await self.link.do("PATCH", route("/v4/users/{}", user_id), "update user", body)
        self.forget()

    async def update_workspace(
        self, workspace: str | None = None, *, name: str | None = None, description: str | None = None
    ) -> None:
        """Change what is not None of a workspace."""
        path = route("/v4/workspaces/{}", await self.link.workspace(workspace))
        await self.link.do("PATCH", path, "update workspace", without_nothing(name=name, description=description))
        self.forget()

    async def check_login(self) -> None:
        """See that the host, the credential and the workspace that are configured are good.

        Raises:
            HostUnreachable: there is no server there, or none of this platform.
            LoginRefused: it does not take the credential.
            WorkspaceRefused: the workspace is not there, is not for this user, or not the one that the token is for.
        """
        self.forget()
        await checked_user(self.get_self_user)
        options = await self.link.options()
        named = options.workspace_in_use
        if not named:
            return
        try:
            found = await self.get_workspace(named)
        except (NotFound, PermissionDenied, NotAuthenticated) as error:
            place = printable(named, 80)
            hint = "the workspaces of this log-in can be listed"
            raise WorkspaceRefused(SYSTEM, "log in", f"no workspace {place!r}: {error.message}", hint) from error
        except Unavailable as error:
            raise HostUnreachable(SYSTEM, "log in", error.message, error.hint) from error
        if options.workspace not in ("", named, found.name, found.workspace_id):
            wanted, place = printable(options.workspace, 80), printable(found.name, 80)
            message = f"the token is for the workspace {place!r}, not for {wanted!r}"
            raise WorkspaceRefused(SYSTEM, "log in", message, "use a token of that workspace")


async def checked_user(ask: Callable[[], Awaitable[object]]) -> None:
    """Ask who is logged in by calling `ask`, telling apart a bad host and a bad credential. Raises as `check_login`."""
    try:
        await ask()
    except (NotAuthenticated, PermissionDenied) as error:
        raise LoginRefused(SYSTEM, "log in", error.message, LOG_IN) from error
    except (NotFound, NotSupported, ProtocolError) as error:
        message = f"what answers there does not speak as TileDB does: {error.message}"
        raise HostUnreachable(SYSTEM, "log in", message, "look at the server's address") from error
    except Unavailable as error:
        raise HostUnreachable(SYSTEM, "log in", error.message, error.hint) from error
