"""Who is let in: the Host we are called by, no other site's Origin, the token or its cookie, and a form of ours for each POST.

A page on this machine is within reach of every site that is open in the same browser: by a form that posts here, by a script that
fetches, by a name that is made to lead here (DNS rebinding). Each check is against one of these, and all are made before
anything else looks at a request.
"""

from __future__ import annotations

from http.cookies import CookieError, SimpleCookie
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qsl, quote, urlencode

from loguru import logger
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse, RedirectResponse

from robot.errors import RobotError
from robot.serve.keys import same
from robot.texts import Text

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from starlette.responses import Response
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from robot.serve.keys import Keys
    from robot.texts import Language

MOST_BYTES: Final = 16_384  # of a form: an answer, a number, a reason
BY_BEARER: Final = "/metrics"  # for a program, which keeps no cookies
OWN_PAGE: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
HEADERS: Final = {
    "content-security-policy": OWN_PAGE,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    # Not `no-referrer`: with it browsers say `Origin: null` of our own forms, too.
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store",
}


class Refusal(Exception):  # noqa: N818 - says what happened
    """A request that goes no further: its status and the sentence's key."""

    def __init__(self, status: int, key: str) -> None:
        self.status = status
        self.key = key
        super().__init__(key)


class Guard:
    """In front of the application; `hosts` are the Host headers (lower case) that are ours."""

    def __init__(self, app: ASGIApp, *, keys: Keys, hosts: Collection[str], speaks: Language) -> None:
        self._app = app
        self._keys = keys
        self._hosts = hosts
        self._speaks = speaks

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, redirect the one that brings the token in its address, refuse the rest."""
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self._app(scope, receive, send)
            return

        begun = False

        async def send_guarded(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        try:
            answer = self._let_in(scope)
            if answer is None and scope["method"] == "POST":
                scope.setdefault("state", {})["form"] = await self._form(scope, receive)
        except Refusal as refused:
            logger.bind(action="serve.refused", why=refused.key, path=scope["path"]).warning("a request was refused")
            said = Text(f"serve.{refused.key}").say(self._speaks)
            answer = PlainTextResponse(said + "\n", refused.status)
        try:
            await (self._app if answer is None else answer)(scope, receive, send_guarded)
        except Exception as wrong:
            logger.bind(action="serve.failed", path=scope["path"]).opt(exception=True).error("a page failed")
            if begun:
                raise
            said = RobotError("command_failed", why=type(wrong).__name__).text.say(self._speaks)
            await PlainTextResponse(said + "\n", 500)(scope, receive, send_guarded)

    def _let_in(self, scope: Scope) -> Response | None:
        headers = Headers(scope=scope)
        host = headers.get("host", "").lower()
        if host not in self._hosts:
            raise Refusal(421, "refused_host")
        if scope["method"] not in {"GET", "HEAD", "POST"}:
            raise Refusal(405, "refused_method")
        origin = headers.get("origin")
        if origin is None and scope["method"] == "POST":
            raise Refusal(403, "refused_origin")
        if origin is not None and origin.lower() != f"http://{host}":
            raise Refusal(403, "refused_origin")
        if headers.get("sec-fetch-site", "none") in {"cross-site", "same-site"} and scope["method"] == "POST":
            raise Refusal(403, "refused_origin")
        asked = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
        brought = next((value for name, value in asked if name == "token"), None)
        if brought is not None:
            return self._moved(scope, host, brought, [pair for pair in asked if pair[0] != "token"])
        if not self._known(scope["path"], headers, host):
            raise Refusal(403, "refused_token")
        return None

    def _moved(self, scope: Scope, host: str, token: str, rest: list[tuple[str, str]]) -> Response:
        """The token leaves the address: it would stand in the browser's history and on every screen."""
        if scope["method"] == "POST" or not self._keys.opens(token):
            raise Refusal(403, "refused_token")
        path = "/" + quote(scope["path"].lstrip("/"))  # two slashes at its begin would lead to another host
        answer = RedirectResponse(path + (f"?{urlencode(rest)}" if rest else ""), 303)
        answer.set_cookie(cookie_name(host), self._keys.cookie, httponly=True, samesite="strict", path="/")
        return answer

    def _known(self, path: str, headers: Headers, host: str) -> bool:
        kind, _, bearer = headers.get("authorization", "").partition(" ")
        if path == BY_BEARER and kind.lower() == "bearer":
            return self._keys.opens(bearer.strip())
        try:
            found = SimpleCookie(headers.get("cookie", "")).get(cookie_name(host))
        except CookieError:
            return False
        return found is not None and same(found.value, self._keys.cookie)

    async def _form(self, scope: Scope, receive: Receive) -> Mapping[str, str]:
        """The fields of a form of ours; read here, so that no page can forget to look at where it comes from."""
        kind = Headers(scope=scope).get("content-type", "").partition(";")[0].strip().lower()
        if kind != "application/x-www-form-urlencoded":
            raise Refusal(415, "refused_form")
        body = b""
        more = True
        while more:
            message = await receive()
            if message["type"] != "http.request":
                raise Refusal(400, "refused_form")
            body += message.get("body", b"")
            more = message.get("more_body", False)
            if len(body) > MOST_BYTES:
                raise Refusal(413, "refused_form")
        try:
            fields = dict(parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=20, errors="strict"))
        except ValueError as wrong:
            raise Refusal(400, "refused_form") from wrong
        if not same(fields.pop("csrf", ""), self._keys.csrf):
            raise Refusal(403, "refused_csrf")
        return fields


def cookie_name(host: str) -> str:
    """Cookies know no port: pages of two homes on one machine keep theirs apart by its name."""
    return f"vss_robot_{host.rpartition(':')[2]}"
