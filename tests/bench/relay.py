"""The relay's start-up against a bare Python's, and a certificate with a signature through relay and agent, with their shares.

Start-up runs from the launcher's start to the first answer (VERSION), beside `python -I -S -c pass` in turns. A round trip
is a new relay process, CERT and SIGN, to the signature in hand. The agent's share is the same two requests put to it without
a relay; the key's share, where the agent tells it, is the time within the signing call. By default the agent is the tests'
stand-in with a key in software; another one is named by address and a file that holds its key in hexadecimal.
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

from robot.signing.relay.installing import FLAGS
from tests.doubles.agent import RunningAgent, running
from tests.wire.port import NONCE, ORIGIN, Installed, Port, installed

_DIGEST = "5a" * 32
_CERTIFICATE = {"do": "certificate", "origin": ORIGIN, "lang": "vi"}


def main(arguments: Sequence[str]) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench relay", description=__doc__)
    parser.add_argument("--times", type=int, default=50, help="how often (50)")
    parser.add_argument("--agent", help="address of another agent (the robot's own, say)")
    parser.add_argument("--authkey-file", type=Path, help="file with that agent's key, hexadecimal")
    parser.add_argument("--origin", default=ORIGIN, help="origin to speak for")
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="bench-") as name, _agent(given, Path(name)) as agent:
        relay = installed(
            Path(name),
            agent_address=agent.address,
            agent_authkey=agent.authkey.hex(),
            allowed_origins=(given.origin,),
        )
        figures = measure(relay, agent, given.times, given.origin, tells_key=given.agent is None)
    sys.stdout.write(json.dumps(figures, indent=1) + "\n")
    for label, value in _table(figures):
        sys.stderr.write(f"{label:<58} {value:>9}\n")
    return 0


@contextmanager
def _agent(given: argparse.Namespace, folder: Path) -> Iterator[RunningAgent]:
    if given.agent is None:
        with running(folder) as stand_in:
            yield stand_in
    else:
        yield RunningAgent(given.agent, bytes.fromhex(given.authkey_file.read_text(encoding="ascii").strip()))


def measure(relay: Installed, agent: RunningAgent, times: int, origin: str = ORIGIN, *, tells_key: bool = True) -> dict[str, Any]:
    """All figures: medians and the 95th of a hundred, in milliseconds."""
    bare, start, whole, direct, key = [], [], [], [], []
    for _ in range(times):  # in turns, so that a busy moment of the machine hits all alike
        bare.append(_timed(lambda: subprocess.run([sys.executable, *FLAGS, "-c", "pass"], check=True)))
        start.append(_first_answer(relay, origin))
        whole.append(_round_trip(relay, origin))
        before = _key_s(agent) if tells_key else 0.0
        direct.append(_timed(lambda: _without_relay(agent, origin)))
        key.append(_key_s(agent) - before if tells_key else 0.0)
    figures = {
        "bare_python": _of(bare),
        "relay_start": _of(start),
        "relay_start_of_its_own": round((statistics.median(start) - statistics.median(bare)) * 1000, 1),
        "round_trip": _of(whole),
        "agent_without_relay": _of(direct),
        "key": _of(key) if tells_key else None,
        "agents_share": _share(direct, whole),
        "keys_share": _share(key, whole) if tells_key else None,
        "times": times,
    }
    return {**figures, "python": platform.python_version(), "processors": os.cpu_count(), "load": os.getloadavg()[0]}


def _first_answer(relay: Installed, origin: str) -> float:
    began = time.perf_counter()
    with relay.port() as port:
        _ask(port, "VERSION", origin)
        return time.perf_counter() - began


def _round_trip(relay: Installed, origin: str) -> float:
    began = time.perf_counter()
    with relay.port() as port:
        given = _ask(port, "CERT", origin, lang="vi")["cert"]
        _ask(port, "SIGN", origin, cert=given, hash=_DIGEST, hashtype="SHA-256")
        return time.perf_counter() - began


def _ask(port: Port, kind: str, origin: str, **arguments: str) -> dict[str, Any]:
    answer: dict[str, Any] = port.exchange({"type": kind, "nonce": NONCE, "origin": origin, **arguments})
    if answer["result"] != "ok":
        message = f"{kind} was refused: {answer}"
        raise RuntimeError(message)
    return answer


def _without_relay(agent: RunningAgent, origin: str) -> None:
    given = agent.ask(**{**_CERTIFICATE, "origin": origin})["certificate"]
    signed = agent.ask(do="sign", origin=origin, certificate=given, hash=_DIGEST, hash_function="SHA-256")
    b64decode(signed["signature"])


def _key_s(agent: RunningAgent) -> float:
    """Seconds spent within the stand-in's key so far."""
    return float(agent.ask(do="tally")["key_s"])


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
        if figures[name] is not None:
            yield label, f"{figures[name]['median_ms']:.1f}"
    yield "relay's start-up of its own", f"{figures['relay_start_of_its_own']:.1f}"
    for name, label in (("agents_share", "agent's share of the round trip"), ("keys_share", "key's share of the round trip")):
        if figures[name] is not None:
            yield label, f"{figures[name]:.0%}"
