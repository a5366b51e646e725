"""A plain HTTP client on an embedded server: what is sent and answered, without any client's help."""

from __future__ import annotations

from types import TracebackType
from typing import Any, Self

import httpx


class Asker:
    """Sends requests to a server as the holder of a token."""

    def __init__(self, url: str, token: str = "") -> None:
        headers = {"authorization": f"Bearer {token}"} if token else {}
        # Nothing is asked by TLS here, and loading the usual authorities takes longer than a test.
        self._client = httpx.Client(base_url=url, headers=headers, trust_env=False, verify=False, timeout=20)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.close()

    def ask(self, method: str, path: str, **keywords: Any) -> httpx.Response:
        """Send a request and return the answer, whatever it is."""
        return self._client.request(method, path, **keywords)

    def done(self, method: str, path: str, **keywords: Any) -> Any:
        """Send a request that must succeed, and return the body."""
        answer = self.ask(method, path, **keywords)
        assert answer.is_success, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.json() if answer.content else None

    def failed(self, method: str, path: str, **keywords: Any) -> httpx.Response:
        """Send a request that must fail, and return the answer."""
        answer = self.ask(method, path, **keywords)
        assert answer.is_error, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer
