"""Client: the same catalogue without asyncio, for scripts and the prompt."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from pydantic import SecretStr

from tui.services.blocking import Blocking, BlockingClient
from tui.systems.arraylake.client import AsyncClient
from tui.systems.arraylake.login import LoginState
from tui.systems.arraylake.options import ServiceOptions
from tui.systems.arraylake.repo_models import Repo


class Client(BlockingClient[AsyncClient]):
    """AsyncClient's methods as plain ones, which wait for their results. Safe to use from several threads.

    Not for use inside an event loop, which it would block. `run` does with the asynchronous client what has no
    plain method, such as reading contents: `client.run(lambda inner: inner.contents("org/repo"))`.
    """

    def __init__(
        self,
        service_uri: str | None = None,
        token: SecretStr | str | None = None,
        *,
        options: ServiceOptions | None = None,
    ) -> None:
        """Take the service and an API key, as AsyncClient does."""
        super().__init__(AsyncClient(service_uri, token, options=options), "arraylake client")

    def list_repos_paginated(
        self, org: str, filter_metadata: Mapping[str, Any] | None = None, page_size: int = 50
    ) -> Iterator[Repo]:
        """Yield an organisation's repositories one by one, asking for a page when it is due."""
        found = self._inner.list_repos_paginated(org, filter_metadata, page_size)

        async def next_one() -> Repo | None:
            return await anext(found, None)

        while (repo := self.run(lambda _: next_one())) is not None:
            yield repo

    def login(
        self, *, org: str | None = None, browser: bool = False, show: Callable[[LoginState], None] | None = None
    ) -> None:
        """Log in, as AsyncClient does."""
        self.run(lambda inner: inner.login(org=org, browser=browser, show=show))

    list_orgs = Blocking(AsyncClient.list_orgs)
    list_repos = Blocking(AsyncClient.list_repos)
    get_repo_object = Blocking(AsyncClient.get_repo_object)
    get_repo = Blocking(AsyncClient.get_repo)
    get_or_create_repo = Blocking(AsyncClient.get_or_create_repo)
    create_repo = Blocking(AsyncClient.create_repo)
    register_repo = Blocking(AsyncClient.register_repo)
    register_import = Blocking(AsyncClient.register_import)
    import_repo = Blocking(AsyncClient.import_repo)
    modify_repo = Blocking(AsyncClient.modify_repo)
    delete_repo = Blocking(AsyncClient.delete_repo)
    get_repo_status = Blocking(AsyncClient.get_repo_status)
    set_repo_status = Blocking(AsyncClient.set_repo_status)
    open_repo = Blocking(AsyncClient.open_repo)
    get_dataset_node = Blocking(AsyncClient.get_dataset_node)
    create_bucket_config = Blocking(AsyncClient.create_bucket_config)
    set_default_bucket_config = Blocking(AsyncClient.set_default_bucket_config)
    get_bucket_config = Blocking(AsyncClient.get_bucket_config)
    list_bucket_configs = Blocking(AsyncClient.list_bucket_configs)
    list_repos_for_bucket_config = Blocking(AsyncClient.list_repos_for_bucket_config)
    delete_bucket_config = Blocking(AsyncClient.delete_bucket_config)
    get_permission_check = Blocking(AsyncClient.get_permission_check)
    get_virtual_chunk_containers = Blocking(AsyncClient.get_virtual_chunk_containers)
    authorize_virtual_chunk_access = Blocking(AsyncClient.authorize_virtual_chunk_access)
    list_virtual_chunk_access_policies = Blocking(AsyncClient.list_virtual_chunk_access_policies)
    set_virtual_chunk_access_policy = Blocking(AsyncClient.set_virtual_chunk_access_policy)
    delete_virtual_chunk_access_policy = Blocking(AsyncClient.delete_virtual_chunk_access_policy)
    get_user = Blocking(AsyncClient.get_user)
    get_service_info = Blocking(AsyncClient.get_service_info)
    logout = Blocking(AsyncClient.logout)
