"""The guides as pages, in the operator's language where there is one, with the other language a click away."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final

from robot.guides import languages_of, on_shelf, read
from robot.guides.as_html import as_html
from robot.texts import LANGUAGES

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from robot.serve.office import Served
    from robot.serve.pages import Pages
    from robot.texts import Language

ADDRESS: Final = "/guide/"


class Guides:
    """The list of guides, and each of them."""

    def __init__(self, served: Served, pages: Pages) -> None:
        self._speaks = served.speaks
        self._pages = pages

    def shelf(self, request: Request) -> Response:
        """All guides by their titles."""
        return self._pages.show(request, "guides.html", guides=on_shelf(self._speaks), languages_of=languages_of)

    def guide(self, request: Request) -> Response:
        """One of them; `?language=en` asks for that one."""
        asked = request.query_params.get("language")
        guide = read(str(request.path_params["name"]), next((one for one in LANGUAGES if one == asked), self._speaks))
        html = _html(guide.name, guide.language)
        return self._pages.show(request, "guide.html", guide=guide, html=html, languages=languages_of(guide.name))


@cache
def _html(name: str, language: Language) -> str:
    return as_html(read(name, language).body, ADDRESS)
