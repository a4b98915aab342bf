"""Verdict mails, mangled: each is read without an error and within two seconds, and none is read as more than it says."""

import argparse
import random
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from email import message_from_bytes, policy

from fixtures.portal import verdict_letters
from fixtures.portal.structure import Defect
from fixtures.portal.verdict_letters import LAYOUTS, UNREADABLE, Verdict
from robot.mail import VerdictLetters
from robot.mail.letter import read_letter
from robot.settings import Mail

SENDER = "no-reply@baohiemxahoi.gov.vn"
HOST = "gddt.baohiemxahoi.gov.vn"
TAX_CODE = "9901000019"
LONGEST_S = 2.0
NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
_DOSSIER = {"tax_code": TAX_CODE, "number": "00012/2026/07906", "file_name": "a.xml", "procedure": "600", "period": "11/2026"}
_RULES = ("chỉ gồm chữ số", "không được để trống", "phải có dạng MM/yyyy")
_PIECES = (
    b"<table>",
    b"</tr>",
    b"<th>",
    b"1. [D02-TS] d\xc3\xb2ng 9",
    b": ",
    b"\x00",
    b"\xff\xfe",
    b"<!DOCTYPE a>",
    b"&x;",
    b"(" * 200,
    b'"',
)


def fuzz(count: int, seed: int) -> tuple[int, int, float]:
    """Read `count` mails; how many were read as a verdict, how many as not understood, and the longest time in seconds.

    Raises AssertionError for a mail that took too long, or was read as a verdict with more faults than were written into it.
    """
    chance = random.Random(seed)  # noqa: S311 - mangling needs no cryptographic chance
    reader = VerdictLetters(Mail(senders=(SENDER,)), [HOST])
    understood = unread = 0
    longest = 0.0
    for number in range(count):
        defects = [
            Defect(
                "a.xml",
                "D02-TS",
                chance.randrange(1, 50),
                chance.choice(("pa", "Hoten", "tuThang")),
                "x" * each,
                chance.choice(_RULES),
            )
            for each in range(chance.randrange(0, 6))
        ]
        raw = _mangled(chance, defects)
        begun = time.perf_counter()
        found, _ = reader.read([read_letter(raw, NOW)], TAX_CODE)
        longest = max(longest, time.perf_counter() - begun)
        assert longest < LONGEST_S, f"mail {number} of seed {seed} took {longest:.1f} s"
        for verdict in found:
            understood += verdict.outcome != "not_understood"
            unread += verdict.outcome == "not_understood"
            assert bool(verdict.faults) == (verdict.outcome == "invalid"), f"mail {number} of seed {seed}: {verdict}"
    return understood, unread, longest


def _mangled(chance: random.Random, defects: list[Defect]) -> bytes:
    """A mail with some bytes changed, cut out or put in: in its outer form, or in what its parts hold."""
    layout = chance.choice((*LAYOUTS, UNREADABLE))
    message = verdict_letters.write(Verdict({**_DOSSIER, "round": "01"}, defects), layout, "a@thu.example", SENDER)
    if chance.random() < 0.4:
        return _hurt(chance, bytes(message))
    inner = message_from_bytes(bytes(message), policy=policy.compat32)
    for part in inner.walk():
        held = part.get_payload(decode=True)
        if isinstance(held, bytes):
            del part["Content-Transfer-Encoding"]
            part["Content-Transfer-Encoding"] = "8bit"
            part.set_payload(_hurt(chance, held).decode("ascii", "surrogateescape"))
    return inner.as_bytes()


def _hurt(chance: random.Random, data: bytes) -> bytes:
    hurt = bytearray(data)
    for _ in range(chance.randrange(0, 5)):
        place = chance.randrange(len(hurt) + 1)
        kind = chance.randrange(3)
        if kind == 0:
            hurt[place:place] = chance.choice(_PIECES) * chance.choice((1, 1, 40))
        elif kind == 1:
            del hurt[place : place + chance.randrange(1, 60)]
        else:
            hurt[place : place + 1] = bytes([chance.randrange(256)])
    return bytes(hurt)


def main(arguments: Sequence[str]) -> int:
    """Read them all and print the figures."""
    parser = argparse.ArgumentParser(prog="python -m tests.proof mails", description=__doc__)
    parser.add_argument("--count", type=int, default=10_000, help="how many mails (10000)")
    parser.add_argument("--seed", type=int, default=5, help="of the mangling (5)")
    given = parser.parse_args(arguments)
    understood, unread, longest = fuzz(given.count, given.seed)
    sys.stdout.write(
        f"{given.count} mails: {understood} read as a verdict, {unread} kept as not understood, the others not ours;\n"
    )
    sys.stdout.write(f"no error, the longest took {longest * 1000:.0f} ms\n")
    return 0
