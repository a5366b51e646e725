"""Every path of the contract and the operation that answers it (contract §7), and how a path is read."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import unquote_to_bytes

from tui.systems.leapyear.names import check_name
from tui.systems.leapyear.service_side.refusal import Refusal, invalid

BASE = "/api/v1"


@dataclass(frozen=True, slots=True)
class Route:
    """A method and a path below `BASE`; `{name}` stands for one part. `is_open`: anybody may ask, without a token."""

    method: str
    path: str
    operation: str
    is_open: bool = False


def _crud(path: str, item: str, thing: str, things: str) -> tuple[Route, ...]:
    return (
        Route("GET", path, f"list_{things}"),
        Route("POST", path, f"create_{thing}"),
        Route("GET", item, f"get_{thing}"),
        Route("PATCH", item, f"update_{thing}"),
        Route("DELETE", item, f"drop_{thing}"),
    )


_DB = "/databases/{db}"
_TABLE = "/databases/{db}/tables/{table}"
ROUTES = (
    Route("GET", "/health", "health", True),
    Route("GET", "/version", "version", True),
    Route("GET", "/capabilities", "capabilities"),
    Route("POST", "/session", "log_in", True),
    Route("POST", "/session/key", "log_in_by_key", True),
    Route("GET", "/session", "get_session"),
    Route("DELETE", "/session", "log_out"),
    *_crud("/databases", _DB, "database", "databases"),
    Route("PUT", f"{_DB}/privacy-profile", "set_privacy_profile"),
    Route("GET", f"{_DB}/privacy-limit", "get_privacy_limit"),
    Route("PUT", f"{_DB}/privacy-limit", "set_privacy_limit"),
    Route("GET", f"{_DB}/exposure", "get_exposure"),
    Route("GET", f"{_DB}/access", "list_database_access"),
    Route("GET", f"{_DB}/access/me", "get_own_access"),
    Route("GET", f"{_DB}/access/{{kind}}/{{subject}}", "get_database_access"),
    Route("PUT", f"{_DB}/access/{{kind}}/{{subject}}", "set_database_access"),
    *_crud(f"{_DB}/tables", _TABLE, "table", "tables"),
    Route("GET", f"{_TABLE}/columns", "list_columns"),
    Route("POST", f"{_TABLE}/slices", "add_slice"),
    Route("GET", f"{_TABLE}/access", "list_table_access"),
    Route("GET", f"{_TABLE}/access/{{kind}}/{{subject}}", "get_table_access"),
    Route("PUT", f"{_TABLE}/access/{{kind}}/{{subject}}", "set_table_access"),
    Route("GET", f"{_DB}/views", "list_views"),
    Route("GET", f"{_DB}/views/{{view}}", "get_view"),
    Route("DELETE", f"{_DB}/views/{{view}}", "drop_view"),
    *_crud("/users", "/users/{user}", "user", "users"),
    Route("GET", "/users/{user}/access", "list_user_access"),
    Route("GET", "/users/{user}/keys", "list_keys"),
    Route("POST", "/users/{user}/keys", "add_key"),
    Route("DELETE", "/users/{user}/keys/{key}", "drop_key"),
    *_crud("/groups", "/groups/{group}", "group", "groups"),
    Route("PUT", "/groups/{group}/members/{user}", "add_member"),
    Route("DELETE", "/groups/{group}/members/{user}", "remove_member"),
    Route("GET", "/groups/{group}/access", "list_group_access"),
    *_crud("/privacy-profiles", "/privacy-profiles/{profile}", "privacy_profile", "privacy_profiles"),
    Route("GET", "/jobs", "list_jobs"),
    Route("GET", "/jobs/{job}", "get_job"),
    Route("GET", "/jobs/{job}/result", "get_job_result"),
    Route("POST", "/jobs/{job}/cancel", "cancel_job"),
    Route("GET", "/caches", "get_caches"),
    Route("DELETE", "/caches/analysis", "clear_analysis_cache"),
    Route("DELETE", "/caches/relations", "unpersist_all_relations"),
    Route("DELETE", "/caches", "clear_all_caches"),
)
_PARTS = [(route, route.path.split("/")[1:]) for route in ROUTES]


def find(method: str, raw_path: bytes) -> tuple[Route, dict[str, str]]:
    """Return the route of a request and the names in its path.

    The path is taken apart before it is decoded, and decoded once, so that no name can be more than one part of it.

    Raises:
        Refusal: 404, no such path; 405, not by this method; 422, a name in it cannot be one.
    """
    path = raw_path.partition(b"?")[0].decode("latin-1")
    given = path.removeprefix(BASE).split("/")[1:] if path.startswith(f"{BASE}/") else []
    others: list[str] = []
    for route, parts in _PARTS:
        if len(parts) != len(given):
            continue
        names = {part[1:-1]: found for part, found in zip(parts, given, strict=True) if part.startswith("{")}
        if any(part != found for part, found in zip(parts, given, strict=True) if not part.startswith("{")):
            continue
        if route.method != method:
            others.append(route.method)
            continue
        return route, {key: _name(key, found) for key, found in names.items()}
    if others:
        raise Refusal(405, "method_not_allowed", f"This path answers {', '.join(others)} only.")
    raise Refusal(404, "not_found", "There is no such path.")


def _name(key: str, raw: str) -> str:
    try:
        return check_name(unquote_to_bytes(raw).decode())
    except ValueError as error:
        why = "a name is UTF-8" if isinstance(error, UnicodeDecodeError) else str(error)
        raise invalid(key, why) from None
