"""Pages as HTML: the templates, everything in them escaped and made visible, and the answer that says when nothing changed."""

from __future__ import annotations

import hashlib
from datetime import datetime
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.responses import HTMLResponse, Response

import robot
from robot.clock import shown
from robot.harmless import harmless
from robot.report.page.environment import environment
from robot.texts import Text, catalogue, say_step

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request

    from robot.serve.keys import Keys
    from robot.serve.office import Served

LIVE: Final = "x-live"
"""The header by which our script asks for a page's inner part alone."""
REPORT: Final = (
    "sandbox allow-scripts allow-modals allow-popups allow-top-navigation-by-user-activation; default-src 'none'; "
    "style-src 'unsafe-inline'; script-src '{script}'; img-src data:; form-action 'none'; frame-ancestors 'none'; base-uri 'none'"
)
KINDS: Final = {"page.css": "text/css", "page.js": "text/javascript"}


class Pages:
    """Renders templates in the operator's language."""

    def __init__(self, served: Served, keys: Keys) -> None:
        self._served = served
        self._speaks = served.speaks
        self._static = {name: (files(__package__) / "static" / name).read_bytes() for name in KINDS}
        made = Environment(
            loader=PackageLoader("robot.serve"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            finalize=_harmless,
        )
        made.globals.update(
            t=self.said,
            word=self._word,
            word_of=lambda text: text.say(self._speaks),
            at=shown,
            moment=datetime.fromisoformat,
            step=lambda name: say_step(name, self._speaks),
            flow=self._flow,
            speaks=self._speaks,
        )
        made.filters["typed"] = environment().filters["typed"]
        made.globals.update(csrf=keys.csrf, version=robot.__version__)
        self._made = made

    def show(self, request: Request, template: str, **facts: Any) -> Response:
        """The page of this template; its inner part alone where our script asks for that, nothing where it has it already."""
        body = self._made.get_template(template).render(frame="fragment.html", **facts).encode()
        tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
        if LIVE not in request.headers:
            saying = self._served.saying(request.query_params.get("said", ""))
            return HTMLResponse(self._whole(request, template, self._waiting(), saying=saying, tag=tag, **facts))
        if request.headers.get("if-none-match") == tag:
            return Response(status_code=304, headers={"etag": tag})
        return HTMLResponse(body, headers={"etag": tag})

    def wrong(self, request: Request, status: int, said: str) -> Response:
        """What could not be shown or done, and why; it asks nothing of the books, which may be what is wrong."""
        return HTMLResponse(self._whole(request, "wrong.html", {}, saying=None, tag="", said=said), status)

    def report(self, html: str) -> Response:
        """A report's page: a file that is whole by itself, kept apart from the pages that may do something (`sandbox`)."""
        script = environment().globals["script_digest"]
        return HTMLResponse(html, headers={"content-security-policy": REPORT.format(script=script)})

    def static(self, name: str) -> Response | None:
        """A file of ours that every page needs."""
        if name not in KINDS:
            return None
        return Response(self._static[name], media_type=KINDS[name])

    def _whole(self, request: Request, template: str, waiting: Mapping[str, int], **facts: Any) -> str:
        return self._made.get_template(template).render(frame="base.html", path=request.url.path, waiting=waiting, **facts)

    def _waiting(self) -> dict[str, int]:
        """What waits for a person, for the numbers beside the pages' names."""
        asked = self._served.ledger.open_questions()
        held = sum(question.kind == "held" for question in asked)
        return {"held": held, "questions": len(asked) - held}

    def said(self, key: str, **fills: Any) -> str:
        """A sentence of the page."""
        return Text(f"serve.{key}", fills).say(self._speaks)

    def _flow(self, name: str) -> str:
        """A flow as a person calls it; an office's own is shown as it is called."""
        key = f"report.flow_{name}"
        return Text(key).say(self._speaks) if key in catalogue("en") else name

    def _word(self, table: str, name: Any) -> str:
        """A word of the catalogue; what it does not know is shown as it is."""
        key = f"{table}.{name}"
        return Text(key).say(self._speaks) if key in catalogue("en") else str(name)


def _harmless(value: Any) -> Any:
    return harmless(value) if isinstance(value, str) else value
