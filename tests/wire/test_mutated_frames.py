"""The proof `wire` in short: a seeded sample of damaged frames against the real relay process."""

import pytest
from hypothesis import HealthCheck, given, seed, settings

from tests.wire.mutated import batches, run_batch


@pytest.mark.proof
@seed(20261122)
@settings(max_examples=20, deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(batch=batches)
def test_damaged_frames_are_answered_by_code_and_never_signed(relay, agent, batch):
    """500 frames: as many answers as frames that could be read, documented codes only, signatures only where the judge allows."""
    verdict = run_batch(relay, agent, batch)
    assert verdict.frames == 25
