"""Verdict mails mangled by the ten thousand (structure, headers, encodings, attached XML): each read within 2 s, no error."""

import argparse
import contextlib
import json
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, note, seed, settings

from robot.flow.verdicts import fault_of
from robot.mail import VerdictLetters
from robot.mail.letter import read_letter
from robot.settings import Mail
from tests.proof.mangled_mails import HOST, SENDER, TAX_CODE, Recipe, mangled_mails
from tests.proof.quickly import quickly

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
# Stands in a file that XML may try to read in.
SECRET = "bí-mật-1f0c"


def fuzz(folder: Path, examples: int, start: int) -> Counter[str]:
    """Read `examples` mangled mails in an empty working folder; how many were read as what.

    Raises AssertionError, with the mail that hypothesis has made smallest, where one took too long, left a file, read one from
    the disk, or was read as faults without a verdict or the other way round.
    """
    secret, home = folder / "secret.txt", folder / "home"
    secret.write_text(SECRET, encoding="utf-8")
    home.mkdir()
    reader = VerdictLetters(Mail(senders=(SENDER,)), [HOST])
    done: Counter[str] = Counter()

    @seed(start)
    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )
    @given(recipe=mangled_mails(secret))
    def one(recipe: Recipe) -> None:
        raw = recipe.mail()
        note(f"the mail: {raw!r}")
        with quickly():
            letter = read_letter(raw, NOW)
            verdicts, ignored = reader.read([letter], TAX_CODE)
            faults = [fault_of(fault, verdict.file_name or "").as_json("vi") for verdict in verdicts for fault in verdict.faults]
            said = json.dumps([letter.head, letter.text, letter.tables, faults], ensure_ascii=False).encode()
        assert SECRET.encode() not in said
        assert not list(home.iterdir())
        for verdict in verdicts:
            assert bool(verdict.faults) == (verdict.outcome == "invalid")
            done[verdict.outcome] += 1
        done["not believed"] += len(ignored)
        done["mails"] += 1

    with contextlib.chdir(home):
        one()
    return done


def main(arguments: Sequence[str]) -> int:
    """Read them all and print the figures."""
    parser = argparse.ArgumentParser(prog="python -m tests.proof mails", description=__doc__)
    parser.add_argument("--examples", type=int, default=10_000, help="how many mails (10000)")
    parser.add_argument("--seed", type=int, default=5, help="where hypothesis begins (5)")
    wanted = parser.parse_args(arguments)
    begin = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="mails-") as name:
        done = fuzz(Path(name), wanted.examples, wanted.seed)
    kinds = ", ".join(f"{kind} {number}" for kind, number in sorted(done.items()) if kind != "mails")
    sys.stdout.write(f"{done['mails']} mangled mails in {time.perf_counter() - begin:.0f} s: {kinds}; the others not ours\n")
    return 0
