"""The measurement of the relay in short: it measures what it says, and the relay keeps its promise by a wide margin."""

import json
import subprocess
import sys

from tests.bench.relay import key_of, measure


def test_relay_is_measured(relay, agent):
    """All figures are there, and each signature that was measured was made."""
    before = len(agent.signatures())
    figures = measure(relay, agent, 3, lambda: key_of(agent))
    assert len(agent.signatures()) - before == 9
    measured = ("key", "agent_without_relay", "bare_python", "relay_start", "round_trip")
    assert all(figures[name]["median_ms"] > 0 for name in measured)


def test_json_on_stdout_and_a_table_on_stderr():
    """Data and talk are kept apart."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench", "relay", "--times", "1"], capture_output=True, text=True, check=True
    )
    assert json.loads(done.stdout)["times"] == 1
    assert "relay's start-up of its own" in done.stderr
