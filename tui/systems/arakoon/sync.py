"""Client: the same cluster without asyncio, for scripts and the prompt."""

from __future__ import annotations

from typing import Self

from tui.services.blocking import Blocking, BlockingClient
from tui.systems.arakoon.client import AsyncClient
from tui.systems.arakoon.settings import ClusterSettings


class Client(BlockingClient[AsyncClient]):
    """AsyncClient's methods as plain ones, which wait for their results. Safe to use from several threads.

    `client[key]`, `key in client` and `del client[key]` work as in the cluster's own client. Not for use inside an
    event loop, which it would block. After `close`, `connect` opens it again.
    """

    def __init__(self, cluster: ClusterSettings | str) -> None:
        """Take the cluster: settings, or the text of a URI, or a path to the cluster's file. Nothing is read yet."""
        super().__init__(AsyncClient(cluster), "arakoon client")

    def __enter__(self) -> Self:
        self.connect()
        return self

    @property
    def connected(self) -> bool:
        """Whether it was connected, and not closed since."""
        return self._inner.connected

    @property
    def nodes(self) -> list[str]:
        """The names of the nodes, or the addresses of those whose names are not known."""
        return self._inner.nodes

    @property
    def master(self) -> str | None:
        """The node that was found to be the master, None if it is not known now."""
        return self._inner.master

    def __getitem__(self, key: bytes) -> bytes:
        return self.get(key)

    def __setitem__(self, key: bytes, value: bytes) -> None:
        self.set(key, value)

    def __delitem__(self, key: bytes) -> None:
        self.delete(key)

    def __contains__(self, key: bytes) -> bool:
        return self.exists(key)

    connect = Blocking(AsyncClient.connect)
    hello = Blocking(AsyncClient.hello)
    exists = Blocking(AsyncClient.exists)
    who_master = Blocking(AsyncClient.who_master)
    get = Blocking(AsyncClient.get)
    set = Blocking(AsyncClient.set)
    delete = Blocking(AsyncClient.delete)
    prefix = Blocking(AsyncClient.prefix)
    test_and_set = Blocking(AsyncClient.test_and_set)
    sequence = Blocking(AsyncClient.sequence)
    range = Blocking(AsyncClient.range)
    range_entries = Blocking(AsyncClient.range_entries)
    multi_get = Blocking(AsyncClient.multi_get)
    multi_get_option = Blocking(AsyncClient.multi_get_option)
    expect_progress_possible = Blocking(AsyncClient.expect_progress_possible)
    get_key_count = Blocking(AsyncClient.get_key_count)
    user_function = Blocking(AsyncClient.user_function)
    confirm = Blocking(AsyncClient.confirm)
    assert_ = Blocking(AsyncClient.assert_)
    rev_range_entries = Blocking(AsyncClient.rev_range_entries)
    statistics = Blocking(AsyncClient.statistics)
    version = Blocking(AsyncClient.version)
    assert_exists = Blocking(AsyncClient.assert_exists)
    delete_prefix = Blocking(AsyncClient.delete_prefix)
    replace = Blocking(AsyncClient.replace)
    nop = Blocking(AsyncClient.nop)
    get_current_state = Blocking(AsyncClient.get_current_state)
    get_tx_id = Blocking(AsyncClient.get_tx_id)
    collapse_tlogs = Blocking(AsyncClient.collapse_tlogs)
    optimize_db = Blocking(AsyncClient.optimize_db)
    defrag_db = Blocking(AsyncClient.defrag_db)
    copy_db_to_head = Blocking(AsyncClient.copy_db_to_head)
    flush_store = Blocking(AsyncClient.flush_store)
    drop_master = Blocking(AsyncClient.drop_master)
