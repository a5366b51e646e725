"""The catalogue's API as an ASGI application: every route in the order in which it must be looked at (contract §11)."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tui.systems.arraylake.service_side import account_routes, bucket_routes, repository_routes
from tui.systems.arraylake.service_side.call import Answer, answering, json_response
from tui.systems.arraylake.service_side.state import State


def catalogue_app(state: State) -> Starlette:
    """Return the catalogue over a state."""
    # `/repos/icechunk/…` before `/repos/{org}/{repo}`, and what is fixed before `/orgs/{org}/{repo}`.
    tables = (account_routes.ROUTES, bucket_routes.ROUTES, repository_routes.ROUTES, repository_routes.LAST_ROUTES)
    routes = [
        *(_route(state, path, handlers, True) for path, handlers in account_routes.OPEN_ROUTES),
        *(_route(state, path, handlers, False) for table in tables for path, handlers in table),
    ]
    app = Starlette(routes=routes, exception_handlers={HTTPException: _unrouted})
    # A redirect would be an error of the server to the vendor's client.
    app.router.redirect_slashes = False
    return app


def _route(state: State, path: str, handlers: dict[str, account_routes.Handler], is_open: bool) -> Route:
    return Route(path, answering(state, handlers, is_open), methods=list(handlers))


async def _unrouted(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return json_response(Answer({"detail": error.detail}, error.status_code))
