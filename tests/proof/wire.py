"""10,000 damaged frames at the relay's pipe: documented codes only, no signature that should not be, not a word on stderr."""

import argparse
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, seed, settings

from tests.doubles.agent import running
from tests.wire.mutated import Batch, Verdict, batches, run_batch
from tests.wire.port import installed

_BATCH = 25


def main(arguments: Sequence[str]) -> int:
    """Run the proof; 0 when every batch was as the judge says. It takes minutes and begins anew each time."""
    parser = argparse.ArgumentParser(prog="python -m tests.proof wire", description=__doc__)
    parser.add_argument("--frames", type=int, default=10_000, help="how many (10000), in batches of 25, a relay process each")
    parser.add_argument("--seed", type=int, default=3, help="where hypothesis begins (3)")
    given_arguments = parser.parse_args(arguments)
    begun = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="wire-") as name, running(Path(name)) as agent:
        relay = installed(Path(name), agent_address=agent.address, agent_authkey=agent.authkey.hex())
        verdicts: list[Verdict] = []

        @seed(given_arguments.seed)
        @settings(
            max_examples=-(-given_arguments.frames // _BATCH),
            deadline=None,
            database=None,
            phases=[Phase.generate, Phase.shrink],
            suppress_health_check=list(HealthCheck),
        )
        @given(batch=batches)
        def prove(batch: Batch) -> None:
            verdicts.append(run_batch(relay, agent, batch))

        try:
            prove()
        except AssertionError as wrong:
            sys.stderr.write(f"{wrong}\n")
            return 1
    frames, answers, signatures = (sum(getattr(verdict, name) for verdict in verdicts) for name in Verdict.__annotations__)
    sys.stderr.write(
        f"{frames} frames to {len(verdicts)} relays: {answers} answered, {signatures} rightly signed, none wrongly; "
        f"{time.monotonic() - begun:.0f} s\n"
    )
    return 0
