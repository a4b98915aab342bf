"""The proofs about dossiers in short: all mutations, a few valid ones, a few hundred mangled."""

import pytest

from fixtures.dossiers.mutations import MUTATIONS
from tests.proof import dossiers, fuzz

pytestmark = pytest.mark.proof


def test_every_mutation_is_named_and_no_valid_dossier_is(tmp_path):
    """Robot and portal agree on each, or the difference is explained."""
    figures = dossiers.prove(tmp_path, 10, tuple(MUTATIONS), 7, lambda _: None)
    assert dossiers.lines(figures)[3:] == []
    assert (len(MUTATIONS), len(MUTATIONS), 10) == (figures.mutations, figures.named, figures.valid)
    assert len(MUTATIONS) >= 60


def test_mangled_dossiers_get_a_verdict_or_a_sentence(tmp_path):
    """No traceback, no hang, no file written."""
    assert fuzz.fuzz(tmp_path, 40) >= 40
