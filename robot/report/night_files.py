"""The report of a night as text for a person, JSON for a program, and JUnit XML for what shows test runs."""

from __future__ import annotations

import re
from dataclasses import asdict
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET  # only written here, never parsed

from robot.clock import shown
from robot.ledger.item import in_language
from robot.ledger.queue_tables import RESULTS
from robot.texts import Text, say_step

if TYPE_CHECKING:
    from robot.report.night import Line, NightReport
    from robot.texts import Language

_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def as_json(report: NightReport) -> dict[str, Any]:
    """The report for a program; times are UTC."""
    return {**asdict(report), "seconds": round(report.seconds, 1), "balanced": report.balanced}


def as_text(report: NightReport, speaks: Language) -> str:
    """The report for a person: what must be looked into comes after the counts, then where the time went."""
    lines = [_said("title", speaks, night=report.night, begun=shown(report.begun), machine=report.machine)]
    ended = shown(report.ended) if report.ended else Text("night.runs_still").say(speaks)
    lines.append(_said("ended", speaks, ended=ended, minutes=f"{report.seconds / 60:.1f}"))
    lines.append(_said("counts", speaks, **{name: report.counts[name] for name in ("planned", *RESULTS)}))
    signed = {name: report.counts[name] for name in ("signatures", "intents", "confirmed")}
    lines.append(_said("signed", speaks, **signed))
    lines += [_said("unseen", speaks)] if report.unseen else []
    if report.ended is not None:
        lines.append(_said("balanced" if report.balanced else "unbalanced", speaks))
    for key, counts in report.organisations.items():
        fills = {name: counts.get(name, 0) for name in ("planned", *RESULTS)}
        lines.append("  " + _said("organisation", speaks, organisation=key, **fills))
    for result in ("refused", "held", "not_started"):
        found = report.of(result)
        if found:
            lines.append(_said(f"title_{result}", speaks))
        for line in found:
            lines += [f"  {one}" for one in _line(line, speaks)]
    later = [line for line in report.of("accepted") if line.state == "refused"]
    if later:
        lines.append(_said("title_refused_later", speaks))
    for line in later:
        lines += [f"  {one}" for one in _line(line, speaks)]
    if report.slowest:
        lines.append(_said("title_slowest", speaks))
    for step in report.slowest:
        name = say_step(step.name, speaks)
        spent = {"seconds": step.seconds, "longest": step.longest}
        lines.append("  " + _said("slow", speaks, name=name, times=step.times, run=step.run, **spent))
    return "\n".join(lines) + "\n"


def as_junit(report: NightReport, speaks: Language) -> bytes:
    """A suite an organisation, a case a dossier: refused is a failure, held an error, not started skipped."""
    top = ET.Element("testsuites", name=f"vss-robot {report.night}", time=f"{report.seconds:.1f}")
    for name, count in (("tests", "planned"), ("failures", "refused"), ("errors", "held"), ("skipped", "not_started")):
        top.set(name, str(report.counts[count]))
    for key, counts in report.organisations.items():
        own = [line for line in report.lines if line.organisation == key]
        suite = ET.SubElement(top, "testsuite", name=key, timestamp=report.begun.strftime("%Y-%m-%dT%H:%M:%S"))
        suite.set("time", f"{sum(line.seconds for line in own):.1f}")
        for name, count in (("tests", "planned"), ("failures", "refused"), ("errors", "held"), ("skipped", "not_started")):
            suite.set(name, str(counts.get(count, 0)))
        for line in own:
            _case(suite, line, speaks)
    ET.indent(top)
    written: bytes = ET.tostring(top, encoding="utf-8", xml_declaration=True)
    return written + b"\n"


def _case(suite: ET.Element, line: Line, speaks: Language) -> None:
    case = ET.SubElement(suite, "testcase", classname=line.organisation, name=_clean(f"{line.key} {line.name}"))
    case.set("time", f"{line.seconds:.1f}")
    kind = {"refused": "failure", "held": "error", "not_started": "skipped"}.get(line.result)
    first, *more = _line(line, speaks)
    if kind is None:
        ET.SubElement(case, "system-out").text = _clean(line.number or first)
        return
    found = ET.SubElement(case, kind, message=_clean((line.said or {}).get(speaks) or first))
    if kind != "skipped":
        found.set("type", line.result)
    found.text = _clean("\n".join([first, *more]))


def _line(line: Line, speaks: Language) -> list[str]:
    """The dossier, why, each fault by its field, and how it goes on."""
    told = [f"{line.item}  {line.organisation}  {line.key}  {line.name}  {line.run or ''}".rstrip()]
    if line.said:
        told.append(f"  {line.said.get(speaks) or line.said.get('en', '')}")
    for fault in in_language(line.faults, speaks):
        fills = {name: fault.get(name, "") for name in ("form", "label", "field", "value", "says")}
        told.append("  " + Text("labels.verdict_fault", {**fills, "row": fault.get("row") or "-"}).say(speaks))
    if line.question is not None:
        told.append("  " + _said("question", speaks, question=line.question))
    return told


def _said(key: str, speaks: Language, **fills: Any) -> str:
    return Text(f"night.{key}", fills).say(speaks)


def _clean(text: str) -> str:
    return _NOT_IN_XML.sub("�", text)
