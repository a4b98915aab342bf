"""Every fault of the world is met by the real command, and the robot's finding must name it: code, link, certainty, in time.

`faults` prints the table, with the doctor's time or, for a run, the seconds from the end of its wait to the finding, which may be
5; what runs have met rightly and in time it keeps in `faults.json`, the table for README, which `--table` prints. `pairs` sets
two faults at random and wants the earliest link named; `healthy` sets none, wants silence, and measures the doctor, whose median
may be 3 s.
"""

import argparse
import itertools
import json
import random
import shutil
import statistics
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fixtures.faults import WorldFaults
from fixtures.faults.kinds import CHAIN_FAULTS
from fixtures.world import Layout, Ran, run_robot, started
from robot.diagnosis import CAUSES
from robot.diagnosis.codes import CODES, PLACE
from robot.texts import catalogue

FOLDER = Path(__file__).resolve().parents[2] / ".proof" / "faults"
MEASURED = Path(__file__).with_suffix(".json")
KEY = "hoa-binh"
AFTER_WAIT_S, DOCTOR_S = 5.0, 3.0
# Seen by its effect only, so that another cause remains possible; everything else is certain.
LIKELY = frozenset(
    {"page-script-error", "page-request-failed", "extension-old", "worker-silent", "host-silent", "token-several", "clock-skew"}
    | {"dialog-unasked", "dialog-unanswered"}
)
# Met while a form is asked for only; the doctor asks for none.
BY_RUN = ("form-absent-phone", "form-fields-marked", "portal-toast", "dialog-unasked", "dialog-unanswered")
# No hindrance where a person sits before the library's window: the run gets through, and says them as its alarms.
ALARMS = ("extension-old", "token-several", "clock-skew")
PAGES = ("portal-http", "portal-maintenance", "page-wrong", "page-signed-out", "page-script-error", "page-request-failed")
BY_DOCTOR = tuple(name for name in (*CHAIN_FAULTS, *PAGES, "clock-skew") if name not in BY_RUN)
ALL = (*BY_DOCTOR, *BY_RUN)
_CODES = {"form-absent-phone": "form_phone"}


@dataclass(frozen=True)
class Met:
    """One meeting with a fault: what was expected, what was found, how the command ended, and in how many seconds.

    `by_run`: a run met it, and `seconds` count from the end of its wait; None where it got through with the fault. `broken`: the
    codes of all links that the doctor saw broken.
    """

    faults: tuple[str, ...]
    expected: tuple[str, str, str]
    found: tuple[str, str, str]
    exit_code: int
    remedy: str
    seconds: float | None
    talk: str
    by_run: bool = False
    broken: tuple[str, ...] = ()

    @property
    def right(self) -> bool:
        """Whether code, link and certainty are those of the earliest fault."""
        return self.expected == self.found

    @property
    def in_time(self) -> bool:
        """Whether a run's finding came soon after its wait; one that got through has waited for nothing."""
        return not self.by_run or (self.faults[0] in ALARMS if self.seconds is None else self.seconds <= AFTER_WAIT_S)

    def line(self) -> str:
        """The meeting as a row of the table."""
        code, link, certainty = self.found
        wrong = "" if self.right else f" ✗ expected {' '.join(self.expected)}"
        wrong += "" if self.in_time else f" ✗ not within {AFTER_WAIT_S:g} s"
        seconds = "–" if self.seconds is None else f"{self.seconds:.1f}"
        return f"| {' + '.join(self.faults)} | {link}: {code}{wrong} | {certainty} | {self.remedy} | {seconds} |"


def expected(*faults: str) -> tuple[str, str, str]:
    """Code, link and certainty of the earliest of these faults."""
    name = min(faults, key=lambda fault: PLACE[_code(fault)])
    return _code(name), CODES[_code(name)], "likely" if name in LIKELY else "certain"


def meet(layout: Layout, key: str, *faults: str, always_run: bool = False) -> Met:
    """Set the faults, run the command that meets them (`register` for all, if told to), take them back."""
    world = WorldFaults(layout)
    try:
        for name in faults:
            world.set(name, key)
        by_run = always_run or any(name in BY_RUN for name in faults)
        ran = _run(layout, key, *(("run", "register") if by_run else ("doctor",)))
    finally:
        world.clear(key)
    finding: dict[str, Any] = ran.said.get("finding") or _alarm(ran)
    found = (finding.get("code", ""), finding.get("link", ""), finding.get("certainty", ""))
    seconds = _after_the_wait(ran) if by_run else ran.said.get("seconds")
    broken = tuple(probe["code"] for probe in ran.said.get("probes", ()) if probe["state"] == "broken")
    return Met(faults, expected(*faults), found, ran.exit_code, finding.get("remedy", ""), seconds, ran.talk, by_run, broken)


def pairs(number: int, seed: int) -> list[tuple[str, str]]:
    """Random pairs that can stand side by side: of different places, both met by the doctor."""
    place = {name: CHAIN_FAULTS[name].place if name in CHAIN_FAULTS else name for name in BY_DOCTOR}
    possible = [pair for pair in itertools.combinations(BY_DOCTOR, 2) if place[pair[0]] != place[pair[1]]]
    return random.Random(seed).sample(possible, number)  # noqa: S311 - a sample that can be drawn again, no secret


def main_faults(arguments: Sequence[str]) -> int:
    """The table of all faults."""
    parser = argparse.ArgumentParser(prog="python -m tests.proof faults", description=__doc__)
    parser.add_argument("names", nargs="*", help="faults to meet; all when left out")
    parser.add_argument("--by-run", action="store_true", help="meet each by `run register`: seconds from the end of its wait")
    parser.add_argument("--table", action="store_true", help="print what was kept, as README has it, and meet nothing")
    given = parser.parse_args(arguments)
    if given.table:
        _say(table())
        return 0
    met = _met([(name,) for name in given.names or ALL], FOLDER / "runs" if given.by_run else FOLDER, always_run=given.by_run)
    return 1 if _failed(met) else 0


def _keep(one: Met) -> None:
    """The last right meeting with each fault by a run, in the order of the chain."""
    rows = measured() if MEASURED.is_file() else {}
    rows[one.faults[0]] = {"code": one.found[0], "certainty": one.found[2], "seconds": one.seconds}
    ordered = {name: rows[name] for name in sorted(rows.keys() & set(ALL), key=lambda name: PLACE[_code(name)])}
    MEASURED.write_text(json.dumps(ordered, indent=1) + "\n", encoding="utf-8")


def measured() -> dict[str, dict[str, Any]]:
    """What was kept of the meetings by runs: code, certainty, and seconds after the wait, by the fault's name."""
    rows: dict[str, dict[str, Any]] = json.loads(MEASURED.read_text(encoding="utf-8"))
    return rows


def table() -> str:
    """The kept table; the remedies are the catalogue's, with the names of what stands there in a case."""
    said = catalogue("en")
    lines = ["| fault | finding | certainty | remedy | seconds |", "|---|---|---|---|---|"]
    for name, row in measured().items():
        code = row["code"]
        seconds = "alarm" if row["seconds"] is None else f"{row['seconds']:.1f}"
        remedy = said[CAUSES[code].remedy].replace("|", "\\|")
        lines.append(f"| `{name}` | {CODES[code]}: `{code}` | {row['certainty']} | {remedy} | {seconds} |")
    return "\n".join(lines)


def main_pairs(arguments: Sequence[str]) -> int:
    """Random pairs of faults: the earliest link is named."""
    parser = argparse.ArgumentParser(prog="python -m tests.proof pairs", description=__doc__)
    parser.add_argument("--pairs", type=int, default=40, help="how many (40)")
    parser.add_argument("--seed", type=int, default=4, help="where chance begins (4)")
    given = parser.parse_args(arguments)
    return 1 if _failed(_met(pairs(given.pairs, given.seed), FOLDER)) else 0


def main_healthy(arguments: Sequence[str]) -> int:
    """Healthy runs without a finding, and the doctor's time."""
    parser = argparse.ArgumentParser(prog="python -m tests.proof healthy", description=__doc__)
    parser.add_argument("--runs", type=int, default=50, help="how many healthy runs (50)")
    parser.add_argument("--doctors", type=int, default=10, help="how many looks of the doctor are measured (10)")
    given = parser.parse_args(arguments)
    with started(FOLDER / "world", [KEY]):
        layout = Layout(FOLDER / "world")
        runs = [_run(layout, KEY, "run", "register") for _ in range(given.runs)]
        looks = [_run(layout, KEY, "doctor") for _ in range(given.doctors)]
    alarms = [ran for ran in (*runs, *looks) if ran.exit_code != 0 or ran.said["finding"] is not None]
    seconds = [look.said["seconds"] for look in looks if look.said]
    _say(f"{len(runs)} healthy runs and {len(looks)} looks of the doctor: {len(alarms)} findings or failures")
    median = statistics.median(seconds) if seconds else 0.0
    if seconds:
        _say(f"doctor: median {median:.2f} s, longest {max(seconds):.2f} s, of {len(seconds)}")
    for ran in alarms:
        _say(ran.out + ran.talk)
    return 1 if alarms or median > DOCTOR_S else 0


def _met(groups: Iterable[tuple[str, ...]], folder: Path, *, always_run: bool = False) -> list[Met]:
    _say("| fault | finding | certainty | remedy | seconds |\n|---|---|---|---|---|")
    begun = time.monotonic()
    shutil.rmtree(folder / "world", ignore_errors=True)  # one that was broken off may be left with its faults
    with started(folder / "world", [KEY]):
        met = [_told(meet(Layout(folder / "world"), KEY, *group, always_run=always_run), _say) for group in groups]
    late = sum(not one.in_time for one in met)
    right = sum(one.right for one in met)
    _say(f"{len(met)} met, {right} named rightly, {late} too late; {time.monotonic() - begun:.0f} s")
    for one in _failed(met):
        _say(f"{' + '.join(one.faults)}: exit {one.exit_code}\n{one.talk}")
    return met


def _failed(met: Iterable[Met]) -> list[Met]:
    return [one for one in met if not (one.right and one.in_time)]


def _told(met: Met, say: Callable[[str], None]) -> Met:
    say(met.line())
    if met.by_run and len(met.faults) == 1 and not _failed([met]):
        _keep(met)
    return met


def _run(layout: Layout, key: str, *command: str) -> Ran:
    variables = {"VSS_ROBOT_SETTINGS": str(layout.settings_of(key)), "VSS_ROBOT_LANGUAGE": "en"}
    return run_robot(layout, *command, "--org", key, "--json", variables=variables)


def _after_the_wait(ran: Ran) -> float | None:
    """Seconds from the end of the wait to the finding, as the evidence tells them; None where no form stayed away."""
    notes = Path(ran.said.get("evidence", "")) / "findings.jsonl"
    lines = notes.read_text(encoding="utf-8").splitlines() if notes.is_file() else []
    return max((float(json.loads(line)["seconds"]) for line in lines), default=None)


def _alarm(ran: Ran) -> dict[str, Any]:
    """The finding of a run that got through: the first of its alarms that is one."""
    found = [alarm for alarm in ran.said.get("alarms", ()) if alarm["kind"] in CODES]
    return {"code": found[0]["kind"], "link": CODES[found[0]["kind"]], **found[0]} if found else {}


def _code(fault: str) -> str:
    return _CODES.get(fault, fault.replace("-", "_"))


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
