"""Figures for monitoring, from the books: runs and how long they took, the queue, what waits for a person, the last night."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, Literal

from sqlalchemy import Float, extract, func, or_, select

import robot
from robot.ledger import tables
from robot.ledger.item import STATES
from robot.ledger.queue_tables import RESULTS, items
from robot.texts import Text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sqlalchemy import ColumnElement, Connection

    from robot.ledger import Ledger
    from robot.ledger.nights import Night
    from robot.texts import Language

PREFIX: Final = "vss_robot_"
CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
"""Of the text format: https://prometheus.io/docs/instrumenting/exposition_formats/."""
LOOKED_BACK: Final = 10  # nights in which the last one that has ended is looked for; one runs on each machine

Kind = Literal["counter", "gauge", "summary"]


@dataclass(frozen=True)
class Sample:
    """One figure of a metric; `part` is `_sum` or `_count` of a summary."""

    labels: Mapping[str, str]
    value: float
    part: str = ""


@dataclass(frozen=True)
class Metric:
    """A metric with its figures; its name without the prefix, and what it says under `metrics.NAME` in the catalogue."""

    name: str
    kind: Kind
    samples: Sequence[Sample]


def gather(ledger: Ledger, tokens: Sequence[Mapping[str, Any]] = ()) -> list[Metric]:
    """All figures of this moment; `tokens` are as `vss-robot tokens --json` lists them.

    Raises:
        UsageError: the books cannot be read.
    """
    now = datetime.now(UTC)
    night = next((one for one in ledger.nights.nights(LOOKED_BACK) if one.ended is not None), None)
    with ledger.store.reading(steady=True) as books:
        return [
            Metric("info", "gauge", [Sample({"version": robot.__version__}, 1)]),
            *_runs(books),
            *_queue(books, now),
            *_people(books),
            *_tokens(books, tokens),
            *_night(night),
        ]


def as_prometheus(metrics: Sequence[Metric], speaks: Language) -> str:
    """Prometheus' text format; a metric without figures is left out."""
    return "".join(f"{line}\n" for metric in metrics if metric.samples for line in _lines(metric, speaks))


def as_json(metrics: Sequence[Metric]) -> list[dict[str, Any]]:
    """The same for any other program."""
    return [
        {"name": PREFIX + metric.name + sample.part, "labels": dict(sample.labels), "value": sample.value}
        for metric in metrics
        for sample in metric.samples
    ]


def _lines(metric: Metric, speaks: Language) -> Iterator[str]:
    name = PREFIX + metric.name
    said = Text(f"metrics.{metric.name}").say(speaks)
    yield f"# HELP {name} " + said.replace("\\", r"\\").replace("\n", r"\n")
    yield f"# TYPE {name} {metric.kind}"
    for sample in metric.samples:
        labels = ",".join(f'{label}="{_escaped(value)}"' for label, value in sample.labels.items())
        yield f"{name}{sample.part}{{{labels}}} {sample.value:.16g}" if labels else f"{name}{sample.part} {sample.value:.16g}"


def _escaped(value: str) -> str:
    return value.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n").encode(errors="replace").decode()


def _runs(books: Connection) -> Iterator[Metric]:
    table = tables.runs
    spent = func.sum(_seconds(books, table.c.started, table.c.ended))
    wanted = select(table.c.flow, table.c.outcome, func.count(), spent).group_by(table.c.flow, table.c.outcome)
    rows = [
        (flow, outcome, number, float(s or 0)) for flow, outcome, number, s in books.execute(wanted.order_by("flow", "outcome"))
    ]
    ended = [({"flow": flow, "outcome": outcome}, number, s) for flow, outcome, number, s in rows if outcome != "running"]
    yield Metric("runs_total", "counter", [Sample(labels, number) for labels, number, _ in ended])
    parts = [
        sample
        for labels, number, seconds in ended
        for sample in (Sample(labels, round(seconds, 3), "_sum"), Sample(labels, number, "_count"))
    ]
    yield Metric("run_seconds", "summary", parts)
    running = sum(number for _, outcome, number, _ in rows if outcome == "running")
    yield Metric("runs_running", "gauge", [Sample({}, running)])


def _seconds(books: Connection, begun: ColumnElement[Any], ended: ColumnElement[Any]) -> ColumnElement[Any]:
    """What lies between two times, as the database counts it."""
    if books.dialect.name == "sqlite":
        day: ColumnElement[Any] = func.julianday(ended, type_=Float) - func.julianday(begun, type_=Float)
        return day * 86_400.0
    return extract("epoch", ended - begun)


def _queue(books: Connection, now: datetime) -> Iterator[Metric]:
    counted: dict[str, int] = dict(books.execute(select(items.c.state, func.count()).group_by(items.c.state)).all())
    yield Metric("queue_items", "gauge", [Sample({"state": state}, counted.get(state, 0)) for state in STATES])
    due = (items.c.state == "planned") & or_(items.c.not_before.is_(None), items.c.not_before <= now)
    for name, which, column in (("queue_oldest_seconds", due, items.c.added), ("held_oldest_seconds", _held(), items.c.changed)):
        oldest = books.execute(select(func.min(column)).where(which)).scalar()
        yield Metric(name, "gauge", [Sample({}, round((now - oldest).total_seconds(), 1) if oldest is not None else 0)])


def _held() -> ColumnElement[bool]:
    return items.c.state == "held"


def _people(books: Connection) -> Iterator[Metric]:
    table = tables.questions
    counted = select(table.c.kind, func.count()).where(table.c.state == "open").group_by(table.c.kind).order_by(table.c.kind)
    found = {"captcha": 0, "held": 0, "consent": 0, **dict(books.execute(counted).all())}
    yield Metric("questions_open", "gauge", [Sample({"kind": kind}, number) for kind, number in found.items()])


def _tokens(books: Connection, tokens: Sequence[Mapping[str, Any]]) -> Iterator[Metric]:
    days = [
        Sample(
            {
                "token": str(token["serial"]),
                "certificate": str(held["serial"]),
                "organisation": ",".join(map(str, held["organisations"])),
            },
            int(held["days_left"]),
        )
        for token in tokens
        for held in token["certificates"]
        if not held["is_authority"]
    ]
    yield Metric("certificate_days_left", "gauge", days)
    table = tables.tokens
    states = Counter(books.execute(select(table.c.state)).scalars())
    yield Metric("tokens_stopped", "gauge", [Sample({}, states["stopped"] + states["pending"])])


def _night(night: Night | None) -> Iterator[Metric]:
    """The last night that has ended: its counts as they were written down when it did."""
    if night is None or night.ended is None:
        return
    facts = night.facts or {}
    counts = {name: int(facts.get(name, 0)) for name in ("planned", *RESULTS)}
    yield Metric("night_items", "gauge", [Sample({"result": name}, number) for name, number in counts.items()])
    signed = [Sample({"what": name}, int(facts.get(name, 0))) for name in ("signatures", "intents", "confirmed")]
    yield Metric("night_signing", "gauge", signed)
    yield Metric("night_balanced", "gauge", [Sample({}, int(night.outcome in {"done", "left"}))])
    yield Metric("night_ended_timestamp_seconds", "gauge", [Sample({}, round(night.ended.timestamp(), 3))])
    yield Metric("night_seconds", "gauge", [Sample({}, round((night.ended - night.begun).total_seconds(), 1))])
