"""Looking along the whole chain with a browser: what the cheap half has seen, and what the page and the extension say.

Three timers, three findings: the extension's worker acknowledges, the native host answers, a person answers. Which of them ran
out is told by what happened meanwhile: a host that was started proves the worker, a question for a certificate proves the host.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from loguru import logger
from playwright.sync_api import Error as PlaywrightError

from robot.diagnosis.causes import name_cause, no_cause
from robot.diagnosis.cheap import Cheap, Looking, unseen_if_silent
from robot.diagnosis.probe import Probe, broken, ok, timed, unknown
from robot.diagnosis.probes import extension, host, worker
from robot.diagnosis.probes.dialog import look_at_dialog, open_dialog, refused
from robot.diagnosis.probes.form import look_at_form
from robot.diagnosis.probes.page import look_at_health, look_at_place
from robot.signing.relay import reading

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Page

    from robot.diagnosis.case import Case
    from robot.diagnosis.finding import Finding
    from robot.diagnosis.sightings import Asking, Sightings

ASK_S: Final = 3.0  # after a form has stayed away the host has been waited for long enough already
GREET_S: Final = 1.0  # for a host that has kept the page waiting longer than that: its silence is proved, its end may be seen
SLACK_S: Final = 0.25  # between the page's clock and the relay's lines


@dataclass(frozen=True)
class Scene:
    """The page that was waited on. `transcript`: of the relay, where one is in use; `asked`: a flow has asked for the form."""

    page: Page
    sightings: Sightings
    transcript: Path | None = None
    asked: bool = True


def begin_look(case: Case, scene: Scene) -> Looking:
    """The cheap half under way, for the time of a picture; what the page has waited for is not waited for again."""
    try:
        heard = scene.sightings.asking(scene.page)
    except PlaywrightError:
        heard = None
    within_s = GREET_S if heard is not None and heard.owed(ASK_S) else ASK_S
    return Looking(case, written=True, within_s=within_s)


def look_along(case: Case, scene: Scene, looking: Looking) -> Finding:
    """The earliest link that does not hold; never raises for what it finds. `looking`: of `begin_look`.

    A page that can no longer be asked is an unknown cause, with what was seen.
    """
    begun = time.monotonic()
    try:
        probes = whole(case, scene, looking)
    except PlaywrightError as wrong:
        return no_cause(str(wrong).splitlines()[0])
    finding = name_cause(probes)
    seconds = round(time.monotonic() - begun, 2)
    logger.bind(action="diagnosis.finding", link=finding.link, code=finding.code, seconds=seconds).info(finding.cause.say("en"))
    return finding


def whole(case: Case, scene: Scene, looking: Looking) -> list[Probe]:
    """All probes in the order of the chain; `looking` is the cheap half, under way since the browser was started.

    Raises:
        PlaywrightError: the page cannot be asked any more.
    """
    page = scene.page
    place = look_at_place(page.url, case.settings)
    pages = [place, look_at_health(scene.sightings)]
    extensions = _extension(case, page, looking.family) if place.state == "ok" else []
    heard = scene.sightings.asking(page)
    entries = reading.read(scene.transcript) if scene.transcript is not None else []
    lately = reading.since(entries, heard.seconds + SLACK_S) if heard is not None else []
    form = look_at_form(page, case.settings)
    waiting = open_dialog(heard, entries, started=lambda: worker.host_started(case.settings.browser.extension_id, case.profile))
    if waiting is not None:
        links = [ok("worker", "worker"), ok("host", "host_busy")]
        cheap = looking.result()
        hosts = [probe for probe in cheap.host if probe.state == "ok"]
        return _in_order(cheap, [*pages, *extensions], [*links, *hosts], [form.probe, waiting])
    if any(probe.state == "broken" for probe in extensions) or not extensions:
        reach = [unknown("worker", "worker_unseen", why=(extensions or pages)[0].fact)]
        cheap = looking.result()
        hosts = [unseen_if_silent(probe) for probe in cheap.host]
    else:
        answer, seconds = _asked(page, heard, _patience_s(case, scene))
        began = bool(lately) and answer.state == "silent"
        began = began or _relay_began(scene.transcript, entries)
        began = began or worker.host_started(case.settings.browser.extension_id, case.profile)
        cheap = looking.result()
        reach, hosts = _reach(case, answer, cheap, entries, began=began, waited_s=seconds)
        reach = [replace(reach[0], seconds=seconds), *reach[1:]]
        pages = [place, look_at_health(scene.sightings)]  # once more: what the page loads later may have failed meanwhile
    dialog: list[Probe] = []
    if all(probe.state == "ok" for probe in (*pages, *reach[:1], *hosts, form.probe)):
        dialog = [look_at_dialog(heard, has_phone=form.has_phone, asked=scene.asked)]
    return _in_order(cheap, [*pages, *extensions], [*reach, *hosts], [form.probe, *dialog])


def _in_order(cheap: Cheap, pages: list[Probe], hosts: list[Probe], form: list[Probe]) -> list[Probe]:
    if any(probe.state == "broken" for probe in cheap.portal):  # no page came, for that reason
        pages = [probe for probe in pages if probe.code != "page_wrong"]
    return [*cheap.browser, *cheap.portal, *pages, *hosts, *cheap.token, *form]


def _extension(case: Case, page: Page, family: str) -> list[Probe]:
    """The extension and its script on the page; one that is at work is not asked for in the browser's own list."""
    script = timed(lambda: extension.look_at_content_script(page, case.settings))
    browser = case.settings.browser
    if script.state == "ok" and extension.running(page.context, browser.extension_id) and not browser.extension_version:
        return [ok("extension", "extension_running", id=browser.extension_id), script]
    found = timed(lambda: extension.look_in_browser(page.context, case.settings, family))
    if found.state == "unknown":
        found = extension.look_on_disk(case.settings, family)
    # The script of an extension that is not there, or not the right one, is a matter of the extension.
    return [found] if found.state == "broken" else [found, script]


def _patience_s(case: Case, scene: Scene) -> float:
    """How long the page's answer is waited for: the host's own timer where no wait for a form has gone before."""
    return min(ASK_S, case.settings.timers.host_s) if scene.asked else case.settings.timers.host_s


def _asked(page: Page, heard: Asking | None, within_s: float) -> tuple[worker.Answer, float]:
    """What comes back through the page; a question of the page's own that was waited for so long needs no second one."""
    if heard is not None and heard.owed(within_s):
        return worker.Answer("silent"), heard.seconds
    begun = time.monotonic()
    answer = worker.ask_version(page, within_s)
    return answer, time.monotonic() - begun


def _relay_began(transcript: Path | None, before: list[dict[str, object]]) -> bool:
    """Whether a relay has written since: then the browser has started the host for the worker."""
    return transcript is not None and len(reading.read(transcript)) > len(before)


def _reach(
    case: Case, answer: worker.Answer, cheap: Cheap, entries: list[dict[str, object]], *, began: bool, waited_s: float
) -> tuple[list[Probe], list[Probe]]:
    """Worker and host by what came back through the page; what the host did by itself explains why nothing did."""
    awake = ok("worker", "worker")
    if answer.state == "answered":
        return [awake], [*_ended_meanwhile(case, cheap, entries), *(probe for probe in cheap.host if probe.state == "ok")]
    faults = [probe for probe in cheap.host if probe.state == "broken"]
    if answer.state == "refused":
        if not faults and answer.said == worker.NO_HOST and not began:
            faults = [broken("host_unreached", host=case.settings.signing.host_name)]
            return [awake], [*cheap.host, *faults]
        return [awake], cheap.host if faults else [*cheap.host, refused(answer.said)]
    seconds = f"{waited_s:.0f}"
    if began:
        others = [probe for probe in cheap.host if probe.code != "host_silent"]
        explained = any(probe.state == "broken" for probe in others)
        return [awake], [*others, *([] if explained else [broken("host_silent", seconds=seconds)])]
    # A worker is told at once where the browser can start no host, and says so (`no_implementation`): silence is its own, and
    # what is wrong with the host besides is mentioned.
    return [broken("worker_silent", seconds=seconds)], cheap.host


def _ended_meanwhile(case: Case, cheap: Cheap, entries: list[dict[str, object]]) -> list[Probe]:
    """How a host that answers went down over the page's question, if it did; what it needs for the answer may explain it."""
    ended = reading.last_exit(entries)
    wrong = host.end_of(_program(case), ended) if ended is not None and ended.unanswered else None
    if wrong is None:
        return []
    return [replace(wrong, by_effect=any(probe.state != "ok" for probe in cheap.token))]


def _program(case: Case) -> str:
    return str(case.vendor_program or case.settings.signing.host_name)
