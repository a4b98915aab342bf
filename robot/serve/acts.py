"""What is done from the page: by the functions of the commands, or by the commands themselves, and nothing that these do not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from starlette.responses import RedirectResponse, Response

from robot.drive.answering import answered
from robot.errors import RobotError
from robot.serve.office import Saying
from robot.texts import Text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request

    from robot.serve.office import Served

CARE: Final = ("hold", "release", "retry", "cancel")
LONGEST: Final = 200  # characters of an answer or a reason


class Acts:
    """One method a form; each ends with the way back to a page that shows what was said."""

    def __init__(self, served: Served) -> None:
        self._served = served

    def answer(self, request: Request) -> Response:
        """As `vss-robot answer QUESTION ANSWER`; the number that `sent` asks for stands in a field of its own."""
        form = _form(request)
        words = (form.get("answer", "").strip()[:LONGEST], form.get("number", "").strip()[:LONGEST])
        text = " ".join(word for word in words if word)
        back = "/held" if form.get("back") == "held" else "/questions"
        if not text:
            return RedirectResponse(back, 303)
        try:
            said = answered(self._served.office, int(request.path_params["question"]), text)
        except RobotError as wrong:
            return self._back(back, Saying(good=False, said=wrong.text.say(self._served.speaks)))
        return self._back(back, Saying(good=True, said=said.say(self._served.speaks)))

    def care(self, request: Request) -> Response:
        """`vss-robot queue hold|release|retry|cancel ITEM`."""
        item, form = int(request.path_params["item"]), _form(request)
        command = form.get("command", "")
        if command not in CARE:
            return RedirectResponse(f"/queue/{item}", 303)
        why = [f"--why={form.get('why', '').strip()[:LONGEST]}"] if command == "hold" else []
        ran = self._served.commands.run("queue", command, *why, str(item))
        done = Text("serve.done" if ran.exit_code == 0 else "serve.not_done").say(self._served.speaks)
        return self._back(f"/queue/{item}", Saying(good=ran.exit_code == 0, said=ran.said or done))

    def tokens(self, _request: Request) -> Response:
        """`vss-robot tokens`, now."""
        self._served.tokens.seen(anew=True)
        return RedirectResponse("/tokens", 303)

    def examine(self, request: Request) -> Response:
        """`vss-robot doctor --org ORGANISATION`; it takes a while, so the page shows that it goes on."""
        organisation = _form(request).get("org", "")
        self._served.office.organisation(organisation)
        self._served.doctor.examine(organisation)
        return RedirectResponse("/checks", 303)

    def _back(self, page: str, saying: Saying) -> Response:
        return RedirectResponse(f"{page}?said={self._served.heard(saying)}", 303)


def _form(request: Request) -> Mapping[str, str]:
    """The fields, as the guard has read them."""
    fields: Mapping[str, str] = request.state.form
    return fields
