"""Replays as a page for people and as JUnit XML for what shows test runs."""

from __future__ import annotations

import re
from base64 import b64encode
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET  # only written here, never parsed

from robot.report.page.environment import rendered
from robot.report.said import word
from robot.texts import Text, say_step

if TYPE_CHECKING:
    from collections.abc import Sequence

    from robot.drive.replay import Replayed
    from robot.texts import Language

_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_KINDS = {"drifted": "failure", "failed": "failure"}


def as_html(done: Sequence[Replayed], speaks: Language) -> str:
    """One page without anything to fetch: how each ended, where it was unlike, and the page as it was there."""
    rows = [(replayed, b64encode(replayed.picture).decode() if replayed.picture else "") for replayed in done]
    states = [replayed.state for replayed in done]
    counts = Text("replay.counts", {state: states.count(state) for state in ("passed", "drifted", "failed")})

    def said(key: str) -> str:
        return Text(f"replay.{key}").say(speaks)

    def step(name: str) -> str:
        return say_step(name, speaks)

    def flow(name: str) -> str:
        called = word(f"flow_{name}", name)
        return called.vi if speaks == "vi" else called.en

    told = {"counts": counts.say(speaks), "said": said, "step": step, "flow": flow}
    return rendered("replays.html", speaks, rows=rows, speaks=speaks, **told)


def as_junit(done: Sequence[Replayed], speaks: Language) -> str:
    """A case a recording; drifted and failed are failures, told apart by their type."""
    unlike = sum(replayed.state != "passed" for replayed in done)
    spent = sum(replayed.seconds for replayed in done)
    top = ET.Element("testsuites", name="vss-robot replay", tests=str(len(done)), failures=str(unlike), time=f"{spent:.3f}")
    suite = ET.SubElement(top, "testsuite", name="vss-robot replay", tests=str(len(done)), failures=str(unlike))
    suite.set("time", f"{spent:.3f}")
    for replayed in done:
        name = _clean(replayed.folder.name)
        case = ET.SubElement(suite, "testcase", classname=_clean(replayed.flow), name=name, time=f"{replayed.seconds:.3f}")
        if replayed.state in _KINDS:
            first, *_ = replayed.deviations
            message = _clean(f"{say_step(first.step, speaks)}: {first.text.say(speaks)}")
            found = ET.SubElement(case, _KINDS[replayed.state], message=message, type=replayed.state)
            told = (f"{say_step(one.step, speaks)}: {one.name}: {one.text.say(speaks)}" for one in replayed.deviations)
            found.text = _clean("\n".join(told))
        if replayed.warning is not None:
            ET.SubElement(case, "system-out").text = _clean(replayed.warning.say(speaks))
    ET.indent(top)
    return ET.tostring(top, encoding="unicode", xml_declaration=True) + "\n"


def _clean(text: str) -> str:
    return _NOT_IN_XML.sub("�", text)
