"""What every group of the client's methods stands on: the session with the service, and who asks."""

from __future__ import annotations

from pydantic import SecretStr

from tui.services.command_log import CommandLog
from tui.services.http.session import HttpSession
from tui.systems.arraylake.account import Account
from tui.systems.arraylake.errors import refine
from tui.systems.arraylake.options import ServiceOptions, service_options
from tui.systems.arraylake.provider import Provider


class Calls:
    """The base of the client. `session` sends, `account` proves who asks, `provider` keeps the log-ins."""

    def __init__(
        self,
        service_uri: str | None = None,
        token: SecretStr | str | None = None,
        *,
        options: ServiceOptions | None = None,
    ) -> None:
        """Take the service, by default the one that the vendor's tools are set to, and an API key.

        Without a key it is `ARRAYLAKE_TOKEN`, or the log-in in the vendor's token file. Reads the vendor's
        configuration unless `options` are given; asks nobody.

        Raises:
            InvalidInput: the address, the key or the vendor's configuration cannot be used.
        """
        self.options = options if options is not None else service_options(service_uri, token)
        self.account = Account(self.options)
        self.session = HttpSession(self.options.http(), auth=self.account, refine=refine)
        self.provider = Provider(self.options, self.session)
        self.account.provider = self.provider

    @property
    def org(self) -> str:
        """The organisation that is looked at, "" for all of the user's."""
        return self.options.org

    def watch(self, log: CommandLog, profile: str) -> None:
        """Write every request from now on into `log`, under the name of `profile`."""
        self.session.log = self.provider.log = log
        self.session.profile = self.provider.profile = profile

    async def close(self) -> None:
        """End the connections and the background work. Safe to call twice."""
        await self.account.close()
        await self.provider.close()
        await self.session.close()
