"""Every healthy organisation is taken on and hands in a dossier, again and again, in one world; the portal's truth must agree.

Each turn of an organisation has books, vault and profiles of its own, as if another office had begun anew, while portal, mail
and tokens are one world throughout. A turn's home is kept: a proof that was killed goes on with the robot's own books.
"""

import argparse
import json
import shutil
import statistics
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from fixtures.organisations import ORGANISATIONS
from fixtures.pki import is_expired
from fixtures.portal.truth import Truth
from fixtures.world import Layout, run_robot, started
from fixtures.world.verdict import Verdict

FOLDER = Path(__file__).resolve().parents[2] / ".proof" / "repeat"
_MOST = 99  # a dossier's round has two digits
HEALTHY = tuple(key for key, organisation in ORGANISATIONS.items() if not is_expired(organisation))


@dataclass(frozen=True)
class Turn:
    """One organisation's turn: how long both runs took, in seconds, and whether the truth agreed."""

    number: int
    key: str
    onboard_s: float
    submit_s: float
    agrees: bool


def main(arguments: Sequence[str]) -> int:
    """Run or go on with the proof; 0 when the portal's truth agreed with every turn."""
    parser = argparse.ArgumentParser(prog="python -m tests.proof repeat", description=__doc__)
    parser.add_argument("--times", type=int, default=5, help="turns of each organisation, 1 to 99 (5)")
    given = parser.parse_args(arguments)
    if not 1 <= given.times <= _MOST:
        parser.error(f"--times must lie between 1 and {_MOST}")
    begun = time.monotonic()
    with started(FOLDER / "world", HEALTHY):
        turns = repeat(Layout(FOLDER / "world"), FOLDER, HEALTHY, given.times, _say)
    for line in figures(turns):
        _say(line)
    _say(f"this start took {time.monotonic() - begun:.0f} s; to begin anew, remove {FOLDER}")
    return 0 if all(turn.agrees for turn in turns) else 1


def repeat(layout: Layout, folder: Path, keys: Iterable[str], times: int, say: Callable[[str], None]) -> list[Turn]:
    """Take every turn that `folder`/state.json does not hold yet; all turns so far, the state written after each."""
    state = folder / "state.json"
    turns = [Turn(**turn) for turn in json.loads(state.read_text(encoding="utf-8"))] if state.exists() else []
    known = {(turn.number, turn.key) for turn in turns}
    chosen = list(keys)
    for number in range(1, times + 1):
        for key in chosen:
            if (number, key) in known:
                continue
            turn = _take(layout, folder / "homes" / f"{number:02d}-{key}", number, key, say)
            turns.append(turn)
            new = state.with_suffix(".new")
            new.write_text(json.dumps([asdict(one) for one in turns], indent=1), encoding="utf-8")
            new.replace(state)
    return turns


def figures(turns: Sequence[Turn]) -> list[str]:
    """How many turns, how many agreed, and how long they took."""
    lines = [f"turns {len(turns)}, of which the portal's truth agrees with {sum(turn.agrees for turn in turns)}"]
    for name in ("onboard_s", "submit_s"):
        seconds = [getattr(turn, name) for turn in turns]
        if seconds:
            middle = statistics.median(seconds)
            lines.append(f"{name.removesuffix('_s')}: median {middle:.1f} s, longest {max(seconds):.1f} s")
    return lines


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _take(layout: Layout, home: Path, number: int, key: str, say: Callable[[str], None]) -> Turn:
    home.mkdir(parents=True, exist_ok=True)
    if not (home / layout.vault.name).exists():
        shutil.copy(layout.vault, home)
    variables = {"VSS_ROBOT_HOME": str(home)}
    dossier = layout.dossiers / key / "BHXHDienTu.xml"
    verdict = Verdict()
    begun = time.monotonic()
    verdict.add(key, run_robot(layout, "run", "onboard", "--org", key, "--json", variables=variables))
    between = time.monotonic()
    submit = ("run", "submit", "--org", key, "--dossier", str(dossier), "--round", str(number), "--json")
    verdict.add(key, run_robot(layout, *submit, variables=variables), dossier)
    turn = Turn(number, key, round(between - begun, 2), round(time.monotonic() - between, 2), agrees=False)
    wrong = [line for line in verdict.against(Truth(layout.truth).snapshot()) if not line.startswith("✓")]
    said = "; ".join(wrong) or "agrees"
    say(f"turn {number}, {key}: onboard {turn.onboard_s:.1f} s, submit {turn.submit_s:.1f} s, {said}")
    return Turn(**asdict(turn) | {"agrees": verdict.agrees})
