"""Nights, runs and steps as spans: one each, a step below its run or the step around it, a run below its night.

Several dossiers are under way in one process at a time, each in a tab of its own: what belongs to what is kept by the run's
number, and nowhere in the thread.
"""

from __future__ import annotations

import contextlib
import os
import re
from typing import TYPE_CHECKING, Final, Literal

from loguru import logger

from robot.errors import VaultClosed
from robot.texts import catalogue

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from opentelemetry.trace import Span

    from robot.redaction import Redactor
    from robot.settings.telemetry import Telemetry
    from robot.telemetry.pipeline import Pipeline
    from robot.vault import Vault

PARENT: Final = "TRACEPARENT"
"""The environment variable by which whoever starts the robot hands on a trace of its own."""

Attribute = Literal["night", "run", "flow", "organisation", "outcome", "finding"]
WORD: Final = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*[,.:;?!]?")


class Spans:
    """The trace of one process. Without its packages or its headers it says so once in the log, and keeps none."""

    def __init__(self, settings: Telemetry, vault: Vault, redactor: Redactor) -> None:
        self._settings = settings
        self._vault = vault
        self._redactor = redactor
        self._parent: str | None = os.environ.get(PARENT)
        self._pipeline: Pipeline | None = None
        self._tried = False
        self._night: Span | None = None
        self._runs: dict[str, list[Span]] = {}  # a run's span, and those of its steps that have not ended

    def within(self, parent: str | None) -> None:
        """See `Traces`."""
        self._parent = parent or self._parent

    def night_begun(self, night: int) -> str | None:
        """See `Traces`."""
        pipeline = self._opened()
        if pipeline is None:
            return None
        self._night = pipeline.begin("night", self._parent, _named({"night": night}))
        return pipeline.carried(self._night)

    def night_ended(self, outcome: str) -> None:
        """See `Traces`."""
        if self._night is not None:
            self._end(self._night, outcome, good=outcome in {"done", "left"})
            self._night = None

    def run_begun(self, run: str, flow: str, organisation: str) -> None:
        """See `Traces`."""
        pipeline = self._opened()
        if pipeline is not None:
            about: dict[Attribute, str | int] = {"run": run, "flow": flow, "organisation": organisation}
            self._runs[run] = [pipeline.begin(f"run {flow}", self._night or self._parent, _named(about))]

    @contextlib.contextmanager
    def step(self, run: str, name: str) -> Iterator[None]:
        """See `Traces`."""
        open_ones = self._runs.get(run)
        if open_ones is None or self._pipeline is None:
            yield
            return
        span = self._pipeline.begin(self._plain(name), open_ones[-1], {})
        open_ones.append(span)
        done = False
        try:
            yield
            done = True
        finally:
            open_ones.remove(span)
            self._end(span, "done" if done else "failed", good=done)

    def run_ended(self, run: str, outcome: str, finding: str | None) -> None:
        """See `Traces`."""
        for span in self._runs.pop(run, [])[:1]:
            self._end(span, outcome, finding, good=outcome in {"done", "waiting", "cancelled"})

    def close(self) -> None:
        """See `Traces`; what has not ended is sent as far as it came."""
        if self._pipeline is None:
            return
        left = [span for open_ones in self._runs.values() for span in reversed(open_ones)]
        for span in [*left, *([self._night] if self._night is not None else [])]:
            span.end()
        self._runs, self._night = {}, None
        self._pipeline.close(self._settings.give_up_s)
        self._pipeline = None

    def _end(self, span: Span, outcome: str, finding: str | None = None, *, good: bool) -> None:
        assert self._pipeline is not None  # noqa: S101 - for the type checker: it has made the span
        about: dict[Attribute, str | int] = {"outcome": outcome}
        if finding:
            about["finding"] = finding
        self._pipeline.end(span, _named(about), good=good)

    def _opened(self) -> Pipeline | None:
        """The way to the collector, made when something is to be told for the first time; None where there is none."""
        if self._tried:
            return self._pipeline
        self._tried = True
        why: object = None
        try:
            from robot.telemetry.pipeline import Pipeline  # noqa: PLC0415 - loaded by the first night or run, where it is on

            self._pipeline = Pipeline(self._settings, self._headers())
        except ImportError:
            why = "install vss-robot[telemetry]"
        except (VaultClosed, OSError, ValueError) as wrong:  # a certificate that is not there, headers that are none
            why = wrong
        if why is not None:
            logger.bind(action="telemetry", why=str(why)).warning("no traces are kept; everything goes on without them")
        return self._pipeline

    def _headers(self) -> dict[str, str]:
        """The headers as the vault has them; each value is a secret of its own in the log from now on."""
        reference = self._settings.headers
        headers = {}
        for part in re.split(r"[,\n]", self._vault.get(reference)) if reference is not None else ():
            name, equals, value = (word.strip() for word in part.partition("="))
            if not equals or not name:
                message = f"{reference} does not hold NAME=VALUE"
                raise ValueError(message)
            self._redactor.learn(f"{reference} {name}", value)
            headers[name] = value
        return headers

    def _plain(self, step: str) -> str:
        """A step's name; of one that an office's own flow gave it, the words alone: no number, no address, no file."""
        if f"steps.{step}" in catalogue("vi"):
            return step
        return " ".join(word if WORD.fullmatch(word) else "…" for word in self._redactor.redact(step).split())


def _named(about: Mapping[Attribute, str | int]) -> dict[str, str | int]:
    return {f"vss_robot.{name}": value for name, value in about.items()}
