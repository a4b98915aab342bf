"""The arithmetic of the benchmarks: ratios within a pair, medians, goals, the exit code."""

import json
import subprocess
import sys

import pytest

from tests.bench.pairs import Goal, Spent, in_turn, medians, ratio, spent, told


def test_the_ratio_is_the_median_of_the_pairs_own_ratios():
    """A slow moment of the machine falls on both of a pair, and one odd pair decides nothing."""
    assert ratio([2.0, 20.0, 3.0], [1.0, 10.0, 1.0]) == 2.0


def test_a_goal_is_reached_at_its_very_value():
    """Both ways."""
    assert [True, True, False] == [Goal("at most", 5).reached(each) for each in (4.9, 5, 5.1)]
    assert [False, True, True] == [Goal("at least", 3).reached(each) for each in (2.9, 3, 3.1)]


def test_ways_are_taken_in_turn_and_every_second_round_the_other_way_about():
    """Neither always comes first."""
    order = []

    def way(name):
        return lambda: (order.append(name), Spent(1.0, 0.5))[1]

    took = in_turn({"ours": way("ours"), "theirs": way("theirs")}, 3)
    assert ["ours", "theirs", "theirs", "ours", "ours", "theirs"] == order
    assert {"wall_ms": 1000.0, "least_ms": 1000.0, "most_ms": 1000.0, "cpu_ms": 500.0} == medians(took)["ours"]
    assert 3 == len(took["theirs"])


def test_a_benchmark_is_json_on_stdout_a_table_on_stderr_and_fails_where_it_misses_its_goal(capsys):
    """What a script reads, what a person reads, and the exit code agree."""
    goal = Goal("at most", 1.05)
    figures = {"bench": "submit", "about": "times a bare script"}
    assert 1 == told({**figures, **goal.facts(1.2)}, {"ours": {"wall_ms": 12.0}, "theirs": {"wall_ms": 10.0}})
    assert 0 == told({**figures, **goal.facts(1.04)}, {})
    said = capsys.readouterr()
    missed, _, reached = said.out.partition("}\n{")
    assert json.loads(missed + "}")["reached"] is False
    assert json.loads("{" + reached)["figure"] == 1.04
    assert "times a bare script: 1.2 (goal: at most 1.05, NOT reached)" in said.err


def test_a_command_that_fails_is_no_measurement():
    """Its time would say nothing."""
    assert spent([sys.executable, "-c", "pass"]).wall_s > 0
    with pytest.raises(subprocess.CalledProcessError):
        spent([sys.executable, "-c", "raise SystemExit(3)"])
