"""The embedded identity provider: OAuth device flow, refresh, log-out and the page of the browser (contract §4.1)."""

from __future__ import annotations

import html
from typing import Any
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from tui.systems.arraylake.service_side.call import Answer, json_response
from tui.systems.arraylake.service_side.logins import CLIENT_ID, ProviderError
from tui.systems.arraylake.service_side.state import State

DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code"
_STATUS = {"authorization_pending": 403, "slow_down": 429, "access_denied": 403, "expired_token": 403}
"""The status of each OAuth error; clients go by the error alone. 400 for those that are not here."""

_PAGE = """<!doctype html><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Log in</title><style>body{{font:18px sans-serif;margin:10vh auto;max-width:24em;padding:0 1em}}
code{{font-size:1.6em}}button,select{{font-size:1em;padding:.4em 1em;margin:.3em 0}}</style>
<h1>Embedded Arraylake</h1>{body}"""
_QUESTION = """<p>Is this the code that your device shows?</p><p><code>{code}</code></p>
<form method="post"><input type="hidden" name="user_code" value="{code}">
<p>as <select name="email">{people}</select></p>
<button name="answer" value="allow">Allow</button> <button name="answer" value="deny">Deny</button></form>"""


class Identity:
    """The provider's pages and endpoints over the log-ins of the state."""

    def __init__(self, state: State) -> None:
        self._state = state

    def app(self) -> Starlette:
        """Return the provider as an ASGI application."""
        app = Starlette(
            routes=[
                Route("/oauth/device/code", self.device_code, methods=["POST"]),
                Route("/oauth/token", self.token, methods=["POST"]),
                Route("/v2/logout", self.logged_out),
                Route("/activate", self.page),
                Route("/activate", self.decide, methods=["POST"]),
                Route("/.well-known/jwks.json", self.keys),
                Route("/.well-known/openid-configuration", self.configuration),
            ]
        )
        app.router.redirect_slashes = False
        return app

    async def device_code(self, request: Request) -> Response:
        form = await _form(request)
        if form.get("client_id") != CLIENT_ID:
            return _refused(ProviderError("unauthorized_client", "Unknown client."))
        code, address = self._state.logins.begin(), f"https://{self._state.domain}/activate"
        return json_response(
            Answer(
                {
                    "device_code": code.device_code,
                    "user_code": code.user_code,
                    "verification_uri": address,
                    "verification_uri_complete": f"{address}?user_code={code.user_code}",
                    "expires_in": int(self._state.logins.code_seconds),
                    "interval": self._state.logins.interval,
                }
            )
        )

    async def token(self, request: Request) -> Response:
        form, logins = await _form(request), self._state.logins
        try:
            if form.get("client_id") != CLIENT_ID:
                raise ProviderError("invalid_client", "Unknown client.")
            if form.get("grant_type") == DEVICE_GRANT:
                return json_response(Answer(logins.poll(form.get("device_code", ""))))
            if form.get("grant_type") == "refresh_token":
                return json_response(Answer(logins.refresh(form.get("refresh_token", ""))))
            raise ProviderError("unsupported_grant_type", "Grant type is not supported.")
        except ProviderError as error:
            return _refused(error)

    async def logged_out(self, request: Request) -> Response:
        return HTMLResponse("OK")

    async def page(self, request: Request) -> Response:
        """Ask whoever opened the address in a browser."""
        given = request.query_params.get("user_code", "").strip().upper()
        if given not in {code.user_code for code in self._state.logins.waiting()}:
            field = '<form><input name="user_code" autofocus placeholder="XXXX-XXXX"> <button>Go on</button></form>'
            return _shown(f"<p>Type the code that your device shows.</p>{field}")
        emails = [html.escape(person.email) for person in self._state.accounts.people()]
        people = "".join(f"<option>{email}</option>" for email in emails)
        return _shown(_QUESTION.format(code=html.escape(given), people=people))

    async def decide(self, request: Request) -> Response:
        form = await _form(request)
        email = form.get("email", "") if form.get("answer") == "allow" else None
        if not self._state.logins.decide(form.get("user_code", ""), email):
            return _shown("<p>There is no such log-in, or it has ended.</p>", 404)
        return _shown("<p>Done. Go back to your terminal.</p>")

    async def keys(self, request: Request) -> Response:
        return json_response(Answer(self._state.logins.key_set))

    async def configuration(self, request: Request) -> Response:
        base = f"https://{self._state.domain}"
        document: dict[str, Any] = {
            "issuer": f"{base}/",
            "device_authorization_endpoint": f"{base}/oauth/device/code",
            "token_endpoint": f"{base}/oauth/token",
            "jwks_uri": f"{base}/.well-known/jwks.json",
            "id_token_signing_alg_values_supported": ["ES256"],
        }
        return json_response(Answer(document))


async def _form(request: Request) -> dict[str, str]:
    """Return the fields of a form, which both clients and browsers send urlencoded."""
    return dict(parse_qsl((await request.body()).decode(errors="replace"), keep_blank_values=True))


def _shown(body: str, status: int = 200) -> Response:
    return HTMLResponse(_PAGE.format(body=body), status)


def _refused(error: ProviderError) -> Response:
    body = {"error": error.error, "error_description": error.description}
    return json_response(Answer(body, _STATUS.get(error.error, 400)))
