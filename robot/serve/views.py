"""Pages that are read: each is a question or two to the books, by the functions that the commands ask with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from starlette.responses import Response

from robot.errors import NameUnknown
from robot.ledger import OUTCOMES
from robot.ledger.item import ENDED, STATES
from robot.report import Cover
from robot.report.metrics import CONTENT_TYPE, as_prometheus, gather
from robot.report.page.night import night_page, read_night
from robot.report.page.run import read_run, run_page
from robot.serve.deadlines import Month, deadlines
from robot.serve.drifts import drifts
from robot.serve.tonight import KINDS, of_night, tonight

if TYPE_CHECKING:
    from pathlib import Path

    from starlette.requests import Request

    from robot.ledger import Question
    from robot.ledger.item import ItemState
    from robot.serve.office import Served
    from robot.serve.pages import Pages

HELD: Final[tuple[ItemState, ...]] = ("held",)
ROWS: Final = 50
LAST_PAGE: Final = 200
PNG: Final = b"\x89PNG\r\n\x1a\n"
LARGEST: Final = 8 * 1024 * 1024


class Views:
    """One method a page."""

    def __init__(self, served: Served, pages: Pages) -> None:
        self._served = served
        self._pages = pages
        self._ledger = served.ledger

    def tonight(self, request: Request) -> Response:
        """The first page: how far the night has come, what waits, which certificate runs out next."""
        self._served.tidy()
        ending = sorted(
            ((held["days_left"], held, token) for token in self._served.tokens.facts for held in token["certificates"]),
            key=lambda row: row[0],
        )
        asked = self._ledger.open_questions()
        return self._pages.show(
            request, "tonight.html", now=tonight(self._ledger), ending=ending[:3], asked=asked[:ROWS], names=self._names
        )

    def queue(self, request: Request) -> Response:
        """Dossiers in the order in which they are sent, by organisation and state; or a night's, by what became of them."""
        org, state, page = _asked(request, "org"), _asked(request, "state"), _page(request)
        night, kind = _asked(request, "night"), _asked(request, "kind")
        if night.isascii() and night.isdigit() and len(night) < 10 and kind in KINDS:  # noqa: PLR2004 - no night has such a number
            all_of_it = [one for one in of_night(self._ledger, int(night), kind) if org in {"", one.organisation}]
            rows, more = all_of_it[(page - 1) * ROWS : page * ROWS], len(all_of_it) > page * ROWS
            asked = {"org": org, "night": night, "kind": kind}
            return self._pages.show(
                request, "of_night.html", rows=rows, more=more, page=page, asked=asked, number=len(all_of_it), names=self._names
            )
        known = tuple(one for one in STATES if one == state)
        states = known or (STATES if state == "all" else tuple(one for one in STATES if one not in ENDED))
        found = self._ledger.queue.items(states=states, organisation=org or None, limit=page * ROWS + 1)
        rows, more = found[(page - 1) * ROWS : page * ROWS], len(found) > page * ROWS
        asked = {"org": org, "state": state}
        return self._pages.show(
            request, "queue.html", rows=rows, more=more, page=page, asked=asked, states=STATES, names=self._names
        )

    def item(self, request: Request) -> Response:
        """One dossier: the way it came, its faults, and what a person may do with it."""
        number = int(request.path_params["item"])
        item = self._ledger.queue.item(number)
        asked = [one for one in self._ledger.open_questions(item.organisation) if one.item == number]
        moves = self._ledger.queue.moves(number)
        return self._pages.show(request, "item.html", item=item, moves=moves, asked=asked, names=self._names)

    def held(self, request: Request) -> Response:
        """Held dossiers, each with why and the decision that it needs."""
        self._served.tidy()
        items = self._ledger.queue.items(states=HELD, limit=ROWS * 4)
        asked = {one.item: one for one in self._ledger.open_questions() if one.kind == "held"}
        return self._pages.show(request, "held.html", items=items, asked=asked, names=self._names)

    def questions(self, request: Request) -> Response:
        """What waits for a person, but for held dossiers: captchas with their pictures, consents."""
        self._served.tidy()
        asked = [one for one in self._ledger.open_questions() if one.kind != "held"]
        drawn = {one.id for one in asked if self._picture(one) is not None}
        return self._pages.show(request, "questions.html", asked=asked, drawn=drawn, names=self._names)

    def picture(self, request: Request) -> Response:
        """The picture that a question is about."""
        question = self._ledger.question(int(request.path_params["question"]))
        file = self._picture(question)
        held = b""
        if file is not None:
            with file.open("rb") as opened:
                held = opened.read(LARGEST)
        if not held.startswith(PNG):
            raise NameUnknown("question_unknown", name=question.id)
        return Response(held, media_type="image/png")

    def runs(self, request: Request) -> Response:
        """Runs, the newest first, by organisation, flow and outcome."""
        self._served.tidy()
        asked = {name: _asked(request, name) for name in ("org", "flow", "outcome")}
        page = _page(request)
        found = self._ledger.runs(page * ROWS + 1, asked["org"] or None, asked["flow"] or None, asked["outcome"] or None)
        rows, more = found[(page - 1) * ROWS : page * ROWS], len(found) > page * ROWS
        flows = sorted({run.flow for run in self._ledger.runs(ROWS * 4)} | ({asked["flow"]} - {""}))
        facts: dict[str, Any] = {"rows": rows, "more": more, "page": page, "asked": asked, "flows": flows}
        return self._pages.show(request, "runs.html", outcomes=OUTCOMES, names=self._names, **facts)

    def run(self, request: Request) -> Response:
        """One run: its steps, what it did outside, its finding; from here its report is opened."""
        run = self._ledger.run(str(request.path_params["run"]))
        books = self._ledger
        facts: dict[str, Any] = {
            "steps": books.steps(run.id),
            "effects": books.effects(run.id),
            "signed": len(books.signatures(run.id)),
            "covered": Cover(self._served.office.redactor, self._served.settings).text,
        }
        return self._pages.show(request, "run.html", run=run, names=self._names, kept=run.evidence.is_dir(), **facts)

    def report(self, request: Request) -> Response:
        """A run's report, as `vss-robot report` writes it."""
        run = self._ledger.run(str(request.path_params["run"]))
        settings = self._served.settings
        read = read_run(run, self._ledger, settings, Cover(self._served.office.redactor, settings))
        return self._pages.report(run_page(read, self._served.speaks))

    def night(self, request: Request) -> Response:
        """A night's report, as `vss-robot report --night` writes it."""
        night, settings = int(request.path_params["night"]), self._served.settings
        read = read_night(self._ledger, night, settings, Cover(self._served.office.redactor, settings))
        return self._pages.report(night_page([read], str(night), self._served.speaks))

    def tokens(self, request: Request) -> Response:
        """Tokens that are plugged in, their certificates' days left, and those whose log-in is stopped."""
        stopped = [row for row in self._ledger.tokens() if row.state != "clear"]
        return self._pages.show(request, "tokens.html", look=self._served.tokens.seen(), stopped=stopped, names=self._names)

    def deadlines(self, request: Request) -> Response:
        """The month's deadlines by organisation."""
        month = Month.read(request.query_params.get("month", "")) or Month.now()
        rows = deadlines(self._ledger, self._served.settings, month)
        return self._pages.show(request, "deadlines.html", rows=rows, month=month)

    def checks(self, request: Request) -> Response:
        """The last examination of each organisation's chain, and where the portal's pages were not as the map says."""
        looks = {key: self._served.doctor.seen(key) for key in self._served.settings.organisations}
        return self._pages.show(request, "checks.html", looks=looks, drifts=drifts(self._ledger), names=self._names)

    def metrics(self, _request: Request) -> Response:
        """The figures as Prometheus reads them."""
        told = as_prometheus(gather(self._ledger, self._served.tokens.facts), self._served.speaks)
        return Response(told, headers={"content-type": CONTENT_TYPE})

    def static(self, request: Request) -> Response:
        """Style and script."""
        return self._pages.static(str(request.path_params["name"])) or Response(status_code=404)

    @property
    def _names(self) -> dict[str, str]:
        """The organisations' names by their keys."""
        return {key: row.name for key, row in self._served.settings.organisations.items()}

    def _picture(self, question: Question) -> Path | None:
        """The file of a question's picture: a PNG in the robot's home or its evidence, and nothing else that a row may name."""
        if not question.picture.endswith(".png"):
            return None
        settings = self._served.settings
        file = (settings.home / question.picture).resolve()
        inside = any(file.is_relative_to(folder.resolve()) for folder in (settings.home, settings.evidence.folder))
        return file if inside and file.is_file() else None


def _asked(request: Request, name: str) -> str:
    return request.query_params.get(name, "")[:100]


def _page(request: Request) -> int:
    asked = request.query_params.get("page", "1")
    return min(max(int(asked), 1), LAST_PAGE) if asked.isascii() and asked.isdigit() and len(asked) < 6 else 1  # noqa: PLR2004 - digits enough for LAST_PAGE
