"""Mangled containers, forms and zips by the ten thousand: a verdict or a sentence each time, within 2 s, nothing written."""

import argparse
import datetime as dt
import io
import sys
import tempfile
import time
import zipfile
from base64 import b64decode, b64encode
from collections.abc import Callable, Sequence
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from fixtures.dossiers import Plan, make_dossier, make_people
from fixtures.organisations import ORGANISATIONS
from fixtures.pki import make_authority
from robot.dossier import Checker, read_head
from robot.errors import DossierUnreadable
from tests.doubles.soft_key import SoftKey
from tests.proof.quickly import quickly

_NEW = st.binary(max_size=12) | st.sampled_from(
    [
        b"<a>",
        b"</",
        b"&x;",
        b"<!DOCTYPE a>",
        b"<![CDATA[",
        b"\xff\xfe",
        b"\0",
        b"../",
        b"PK\x01\x02",
        b"PK\x05\x06",
        b"]]>",
        b'="',
    ]
)
_CHANGES = st.lists(st.tuples(st.floats(0, 1), st.integers(0, 40), _NEW), min_size=1, max_size=6)
_KINDS = st.sampled_from(["container", "inner", "form", "zip", "stored"])


def fuzz(folder: Path, examples: int) -> int:
    """Checks `examples` mangled dossiers; the number done. An AssertionError names the example that was not as it should be."""
    authority, organisation = make_authority(folder), ORGANISATIONS["hoa-binh"]
    plan = Plan(
        organisation, "01/2026", make_people(3, seed=3), dt.date(2026, 2, 14), with_tk1=True, with_d01=True, attachment="a.pdf"
    )
    good = make_dossier(plan, SoftKey(authority, organisation))
    content = good.split(b"<NoiDungFile>")[1].split(b"</NoiDungFile>")[0]
    kinds = {
        "container": good,
        "inner": b64decode(content),
        "form": b64decode(content),
        "zip": _zipped(good, zipfile.ZIP_DEFLATED),
        "stored": _zipped(good, zipfile.ZIP_STORED),
    }
    home = folder / "in"
    home.mkdir()
    file, checker, done = home / "dossier.xml", Checker(), 0

    @settings(
        max_examples=examples, deadline=None, database=None, phases=(Phase.generate,), suppress_health_check=list(HealthCheck)
    )
    @given(kind=_KINDS, changes=_CHANGES)
    def one(kind: str, changes: list[tuple[float, int, bytes]]) -> None:
        nonlocal done
        mangled = kinds[kind]
        for share, length, new in changes:
            at = int(share * (len(mangled) - 1))
            mangled = mangled[:at] + new + mangled[at + length :]
        if kind == "inner":  # a mangled form in a container that holds it properly
            mangled = good.replace(content, b64encode(mangled))
        file.write_bytes(mangled)
        with quickly():
            said = [_said(lambda: [fault.as_json("en") for fault in checker.check(file).faults]), _said(lambda: read_head(file))]
        assert all(said)
        assert [file] == list(home.iterdir())
        assert mangled == file.read_bytes()
        done += 1

    one()
    return done


def _said(look: Callable[[], object]) -> str:
    """The sentence of a refusal, or what was found; any other error goes on."""
    try:
        return f"found: {look()}"
    except DossierUnreadable as refused:
        return refused.text.say("vi")


def _zipped(data: bytes, how: int) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", how) as archive:
        archive.writestr("BHXHDienTu.xml", data)
    return packed.getvalue()


def main(arguments: Sequence[str]) -> int:
    """Prove and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.proof fuzz", description=__doc__)
    parser.add_argument("--examples", type=int, default=10_000, help="how many (10000)")
    wanted = parser.parse_args(arguments).examples
    begin = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="fuzz-") as name:
        done = fuzz(Path(name), wanted)
    sys.stdout.write(f"{done} mangled dossiers, each a verdict or a sentence, in {time.perf_counter() - begin:.0f} s\n")
    return 0
