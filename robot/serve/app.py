"""The application: which address shows or does what, behind the guard."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Final

import anyio.to_thread
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.routing import Route

from robot.errors import NameUnknown, RobotError
from robot.serve.acts import Acts
from robot.serve.guard import Guard
from robot.serve.guides import Guides
from robot.serve.pages import Pages
from robot.serve.views import Views

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Collection

    from starlette.requests import Request
    from starlette.responses import Response

    from robot.serve.keys import Keys
    from robot.serve.office import Served

AT_ONCE: Final = 8
"""Requests that are worked on side by side; the books' pool of connections has more."""


def make_app(served: Served, keys: Keys, hosts: Collection[str]) -> Starlette:
    """The operator's page of one office; `hosts` are the Host headers by which it may be asked."""
    pages = Pages(served, keys)
    views, acts, guides = Views(served, pages), Acts(served), Guides(served, pages)

    @asynccontextmanager
    async def life(_app: Starlette) -> AsyncIterator[None]:
        anyio.to_thread.current_default_thread_limiter().total_tokens = AT_ONCE
        yield
        served.close()

    def robot_wrong(request: Request, wrong: Exception) -> Response:
        said = wrong.text.say(served.speaks) if isinstance(wrong, RobotError) else str(wrong)
        return pages.wrong(request, 404 if isinstance(wrong, NameUnknown) else 503, said)

    def http_wrong(request: Request, wrong: Exception) -> Response:
        return pages.wrong(request, wrong.status_code if isinstance(wrong, HTTPException) else 500, pages.said("no_page"))

    routes = [
        Route("/", views.tonight),
        Route("/queue", views.queue),
        Route("/queue/{item:int}", views.item),
        Route("/queue/{item:int}", acts.care, methods=["POST"]),
        Route("/held", views.held),
        Route("/questions", views.questions),
        Route("/questions/{question:int}", acts.answer, methods=["POST"]),
        Route("/questions/{question:int}/picture", views.picture),
        Route("/runs", views.runs),
        Route("/runs/{run}", views.run),
        Route("/runs/{run}/report", views.report),
        Route("/nights/{night:int}/report", views.night),
        Route("/tokens", views.tokens),
        Route("/tokens", acts.tokens, methods=["POST"]),
        Route("/deadlines", views.deadlines),
        Route("/checks", views.checks),
        Route("/checks", acts.examine, methods=["POST"]),
        Route("/guide", guides.shelf),
        Route("/guide/{name}", guides.guide),
        Route("/metrics", views.metrics),
        Route("/static/{name}", views.static),
    ]
    return Starlette(
        routes=routes,
        middleware=[Middleware(Guard, keys=keys, hosts=hosts, speaks=served.speaks)],
        exception_handlers={RobotError: robot_wrong, HTTPException: http_wrong},
        lifespan=life,
    )
