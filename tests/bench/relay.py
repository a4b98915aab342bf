"""The relay's start-up against a bare Python's, and a certificate with a signature through relay and agent, with their shares.

Start-up runs from the launcher's start to the first answer (VERSION), beside `python -I -S -c pass` in turns. A round trip
is a new relay process, CERT and SIGN, to the signature in hand. The agent's share is the same two requests put to it without
a relay; the key's share is one signature by the key alone. By default the agent is the robot's own over a SoftHSM token; with
`--stand-in` it is the tests' stand-in with a key in software.
"""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from base64 import b64decode
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from loguru import logger

from robot.signing.relay.installing import FLAGS
from tests.bench.token_agent import over_softhsm
from tests.doubles.agent import RunningAgent, running
from tests.wire.port import NONCE, ORIGIN, Installed, Port, installed

_DIGEST = "5a" * 32
_CERTIFICATE = {"do": "certificate", "origin": ORIGIN, "lang": "vi"}


def main(arguments: Sequence[str]) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench relay", description=__doc__)
    parser.add_argument("--times", type=int, default=50, help="how often (50)")
    parser.add_argument("--stand-in", action="store_true", help="the tests' stand-in for the agent, with a key in software")
    given = parser.parse_args(arguments)
    logger.remove()
    with tempfile.TemporaryDirectory(prefix="bench-") as name, _agent(given, Path(name)) as (agent, key_s):
        relay = installed(
            Path(name),
            agent_address=agent.address,
            agent_authkey=agent.authkey.hex(),
            allowed_origins=(ORIGIN,),
        )
        figures = measure(relay, agent, given.times, key_s)
    sys.stdout.write(json.dumps(figures, indent=1) + "\n")
    for label, value in _table(figures):
        sys.stderr.write(f"{label:<58} {value:>9}\n")
    return 0


@contextmanager
def _agent(given: argparse.Namespace, folder: Path) -> Iterator[tuple[RunningAgent, Callable[[], float]]]:
    if given.stand_in:
        with running(folder) as stand_in:
            yield stand_in, lambda: key_of(stand_in)
    else:
        with over_softhsm(folder, ORIGIN, 2 * given.times) as both:
            yield both


def measure(relay: Installed, agent: RunningAgent, times: int, key_s: Callable[[], float]) -> dict[str, Any]:
    """All figures: medians and the 95th of a hundred, in milliseconds; `key_s` signs once by the key alone and says how long."""
    bare, start, whole, direct, key = [], [], [], [], []
    for _ in range(times):  # in turns, so that a busy moment of the machine hits all alike
        bare.append(_timed(lambda: subprocess.run([sys.executable, *FLAGS, "-c", "pass"], check=True)))
        start.append(_first_answer(relay))
        whole.append(_round_trip(relay))
        direct.append(_timed(lambda: _without_relay(agent)))
        key.append(key_s())
    figures = {
        "bare_python": _of(bare),
        "relay_start": _of(start),
        "relay_start_of_its_own": round((statistics.median(start) - statistics.median(bare)) * 1000, 1),
        "round_trip": _of(whole),
        "agent_without_relay": _of(direct),
        "key": _of(key),
        "agents_share": _share(direct, whole),
        "keys_share": _share(key, whole),
        "times": times,
    }
    return {**figures, "python": platform.python_version(), "processors": os.cpu_count(), "load": os.getloadavg()[0]}


def _first_answer(relay: Installed) -> float:
    began = time.perf_counter()
    with relay.port() as port:
        _ask(port, "VERSION")
        return time.perf_counter() - began


def _round_trip(relay: Installed) -> float:
    began = time.perf_counter()
    with relay.port() as port:
        given = _ask(port, "CERT", lang="vi")["cert"]
        _ask(port, "SIGN", cert=given, hash=_DIGEST, hashtype="SHA-256")
        return time.perf_counter() - began


def _ask(port: Port, kind: str, **arguments: str) -> dict[str, Any]:
    answer: dict[str, Any] = port.exchange({"type": kind, "nonce": NONCE, "origin": ORIGIN, **arguments})
    if answer["result"] != "ok":
        message = f"{kind} was refused: {answer}"
        raise RuntimeError(message)
    return answer


def _without_relay(agent: RunningAgent) -> None:
    given = agent.ask(**_CERTIFICATE)["certificate"]
    signed = agent.ask(do="sign", origin=ORIGIN, certificate=given, hash=_DIGEST, hash_function="SHA-256")
    b64decode(signed["signature"])


def key_of(stand_in: RunningAgent) -> float:
    """Seconds that the stand-in's key takes for one signature."""
    before = stand_in.ask(do="tally")["key_s"]
    _without_relay(stand_in)
    return float(stand_in.ask(do="tally")["key_s"] - before)


def _timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _of(seconds: list[float]) -> dict[str, float]:
    ordered = sorted(seconds)
    late = ordered[min(round(len(ordered) * 0.95), len(ordered) - 1)]
    return {"median_ms": round(statistics.median(ordered) * 1000, 1), "p95_ms": round(late * 1000, 1)}


def _share(part: list[float], whole: list[float]) -> float:
    return round(statistics.median(part) / statistics.median(whole), 2)


def _table(figures: dict[str, Any]) -> Iterator[tuple[str, str]]:
    rows = {
        "bare_python": "python -I -S -c pass",
        "relay_start": "relay: from its start to the first answer",
        "round_trip": "new relay, certificate and signature",
        "agent_without_relay": "certificate and signature, agent alone",
        "key": "within the key's signing call",
    }
    yield f"median of {figures['times']} (Python {figures['python']}, {figures['processors']} processors)", "ms"
    for name, label in rows.items():
        yield label, f"{figures[name]['median_ms']:.1f}"
    yield "relay's start-up of its own", f"{figures['relay_start_of_its_own']:.1f}"
    for name, label in (("agents_share", "agent's share of the round trip"), ("keys_share", "key's share of the round trip")):
        if figures[name] is not None:
            yield label, f"{figures[name]:.0%}"
