"""One dossier of 10,000 rows checked in full, as a ratio to what bare lxml needs to parse the same documents in the same run.

Checking is reading, every rule of every row, and both layers of signatures with the certificates' chain. Seconds are the best
of several turns: other work on the machine can only add to them. The memory is the most that a
process of its own ever held, as Linux tells it.
"""

import argparse
import datetime as dt
import json
import subprocess
import sys
import tempfile
import time
from base64 import b64decode
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from lxml import etree

from fixtures.dossiers import Plan, make_dossier, make_people
from fixtures.organisations import ORGANISATIONS
from fixtures.pki import make_authority
from robot.dossier import Checker, load_authorities, load_rules
from tests.doubles.soft_key import SoftKey

_ALONE = """
import sys
from pathlib import Path
from robot.dossier import Checker, load_authorities, load_rules
Checker(load_rules(), load_authorities([Path(sys.argv[2])])).check(Path(sys.argv[1]))
held = [line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM")]
print(int(held[0].split()[1]) // 1024)
"""


def main(arguments: Sequence[str]) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench check", description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000, help="rows of D02-TS (10000)")
    parser.add_argument("--times", type=int, default=5, help="turns (5)")
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        figures = measure(Path(name), given.rows, given.times)
    sys.stdout.write(json.dumps(figures) + "\n")
    sys.stderr.writelines(f"{label:<28} {value}\n" for label, value in figures.items())
    return 0


def measure(folder: Path, rows: int, times: int) -> dict[str, Any]:
    """Seconds (best of `times`), their ratio, megabytes."""
    authority, organisation = make_authority(folder), ORGANISATIONS["hoa-binh"]
    plan = Plan(organisation, "01/2026", make_people(rows, seed=10), dt.date(2026, 2, 14))
    file = folder / "BHXHDienTu.xml"
    file.write_bytes(make_dossier(plan, SoftKey(authority, organisation)))
    held = file.read_bytes()
    parser = etree.XMLParser(huge_tree=True)
    inner = b64decode(etree.fromstring(held, parser).findtext(".//NoiDungFile") or "")
    checker = Checker(load_rules(), load_authorities([authority.certificate_path]))
    bare = _best(times, lambda: (etree.fromstring(held, parser), etree.fromstring(inner, parser)))
    check = _best(times, lambda: checker.check(file))
    alone = subprocess.run(
        [sys.executable, "-c", _ALONE, file, authority.certificate_path], capture_output=True, text=True, check=True
    )
    return {
        "rows": rows,
        "file_mb": round(len(held) / 1e6, 1),
        "errors": len(checker.check(file).errors),
        "bare_lxml_s": round(bare, 3),
        "check_s": round(check, 3),
        "ratio": round(check / bare, 1),
        "most_mb": int(alone.stdout),
    }


def _best(times: int, work: Callable[[], object]) -> float:
    taken = []
    for _ in range(times):
        begin = time.perf_counter()
        work()
        taken.append(time.perf_counter() - begin)
    return min(taken)
