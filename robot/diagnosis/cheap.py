"""The cheap half of the chain: what can be looked at without a browser, all at once, in threads.

The host, the driver's process and the portal each take their time, and none waits for another.
"""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from loguru import logger

from robot.browser import find_browser
from robot.browser.policy import family
from robot.diagnosis.probe import Probe, broken, ok, timed, unknown
from robot.diagnosis.probes import extension, host, host_manifest
from robot.diagnosis.probes.certificate import look_at_certificate
from robot.diagnosis.probes.clock import look_at_clock
from robot.diagnosis.probes.driver import look_at_driver
from robot.diagnosis.probes.portal import ask_portal
from robot.diagnosis.probes.token import look_at_pin, look_at_token
from robot.errors import BrowserMissing
from robot.texts import Text

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future
    from pathlib import Path

    from robot.diagnosis.case import Case
    from robot.diagnosis.codes import Link

WITHIN_S: Final = 4.0
BEFORE_S: Final = 1.4  # what a flow waits for it before it starts


@dataclass(frozen=True)
class Cheap:
    """What was seen, by the part of the chain; `host_silent`: the host runs and did not answer the harmless message.

    The message is of the public protocols, so silence alone condemns no host that the page gets answers from.
    """

    browser: list[Probe]
    portal: list[Probe]
    extension: list[Probe]
    host: list[Probe]
    token: list[Probe]

    @property
    def probes(self) -> list[Probe]:
        """All of them, in the order of the chain; a silent host counts as not seen, since no page has asked it."""
        hosts = [unseen_if_silent(probe) for probe in self.host]
        return [*self.browser, *self.portal, *self.extension, *hosts, *self.token]


class Looking:
    """The cheap half under way; `result` waits for it."""

    def __init__(self, case: Case, *, written: bool = False, within_s: float = WITHIN_S) -> None:
        self._case = case
        self._pool = ThreadPoolExecutor(max_workers=4, thread_name_prefix="probe")
        browser, browser_probes = _browser(case)
        self._browser = browser_probes
        self.family = family(browser)
        within_s = min(within_s, case.settings.timers.host_s)
        looks: tuple[tuple[Link, Callable[[], list[Probe]]], ...] = (
            ("portal", lambda: _portal(case)),
            ("extension", lambda: [timed(lambda: extension.look_on_disk(case.settings, self.family))]),
            ("host", lambda: _host(case, browser, within_s, written=written)),
            ("token", lambda: _token(case, WITHIN_S)),
        )
        self._futures: dict[Link, Future[list[Probe]]] = {name: self._pool.submit(look) for name, look in looks}
        self._pool.shutdown(wait=False)

    def result(self, within_s: float | None = None) -> Cheap:
        """What was seen; a look that failed for a reason of its own, or is not done `within_s`, is unknown."""
        wait(self._futures.values(), within_s)
        return Cheap(
            self._browser,
            self._of("portal"),
            self._of("extension"),
            self._of("host"),
            self._of("token"),
        )

    def wait_for(self, name: Link, within_s: float) -> None:
        """Let this one look have the time it needs."""
        wait([self._futures[name]], within_s)

    def _of(self, name: Link) -> list[Probe]:
        if not self._futures[name].done():
            return [unknown(name, "probe_failed", why="…")]
        try:
            return self._futures[name].result()
        except Exception as wrong:  # noqa: BLE001 - a diagnosis never takes the run down that it is made for
            logger.bind(action="diagnosis.probe_failed", probe=name).opt(exception=True).error("probe failed")
            return [unknown(name, "probe_failed", why=type(wrong).__name__)]


def cheap_half(case: Case, within_s: float = BEFORE_S) -> list[Probe]:
    """The probes that need no browser, as far as they are done in time; never raises for what it finds.

    The token alone is waited for longer on a machine that is slow: its PIN may not survive what is not seen.
    """
    looking = Looking(case, within_s=within_s)
    looking.result(within_s)
    looking.wait_for("token", WITHIN_S)
    return looking.result(0).probes


def unseen_if_silent(probe: Probe) -> Probe:
    """A host that did not answer the harmless message, as not looked at: another protocol's may keep silent there."""
    if probe.code != "host_silent":
        return probe
    return replace(probe, code="", state="unknown", fact=Text("facts.host_unseen", {"why": probe.fact}))


def _browser(case: Case) -> tuple[Path | None, list[Probe]]:
    named = case.settings.browser.executable
    try:
        return find_browser(named), []
    except BrowserMissing as wrong:
        # Without a name in the settings Playwright may bring one of its own, which is known when it starts only.
        return None, [broken("browser_failed", why=wrong.text)] if named is not None else []


def _portal(case: Case) -> list[Probe]:
    begun = time.monotonic()
    answer = ask_portal(case.settings)
    seconds = time.monotonic() - begun
    return [replace(answer.probe, seconds=seconds), look_at_clock(answer.ahead_s)]


def _host(case: Case, browser: Path | None, within_s: float, *, written: bool) -> list[Probe]:
    begun = time.monotonic()
    seen = host_manifest.look_at_manifest(case, browser, written=written)
    found = [replace(seen.probe, seconds=time.monotonic() - begun)]
    program = case.vendor_program or (seen.program if case.settings.signing.mode == "vendor" else None)
    if program is not None:
        found.append(timed(lambda: host.greet(program, case.settings.browser.extension_id, within_s)))
    elif seen.program is not None and seen.probe.state == "ok":
        wrong = host.look_at_file(seen.program)
        found.append(wrong or ok("host", "host_ours"))
    return found


def _token(case: Case, within_s: float) -> list[Probe]:
    begun = time.monotonic()
    seen = look_at_driver(case.driver, within_s)
    found = [replace(seen.probe, seconds=time.monotonic() - begun)]
    if seen.tokens is None:
        return found
    token = look_at_token(seen.tokens, case.organisation)
    found.append(token.probe)
    if token.token is not None:
        found += [look_at_pin(token.token, case.stopped), look_at_certificate(token.token, case.organisation)]
    return found
