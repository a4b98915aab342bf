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


def test_the_night_is_set_against_the_faster_of_two_peers_in_its_round():
    """Both goals must be reached; an hour's dossiers come from the whole command's wall time."""
    from tests.bench.throughput import ONE_TAB, figures_of, rows_of

    walls = {"tabs": (10, 12), "pictured": (20, 20), ONE_TAB: (30, 30), "Robot Framework Browser": (45, 31), "Selenium": (40, 36)}
    took = {name: [Spent(float(wall), 1.0) for wall in each] for name, each in walls.items()}
    found = figures_of(took, "tabs", "pictured", 30)
    assert [round((4 + 31 / 12) / 2, 3), True] == [found["figure"], found["reached"]]
    assert (round((40 / 20 + 31 / 20) / 2, 3), False) == (found["all_pictures"]["figure"], found["all_pictures"]["reached"])
    assert {"goal": "at least 1", "figure": round((40 / 30 + 31 / 30) / 2, 3), "reached": True} == found["one_tab"]
    assert round(30 * 3600 / 30) == rows_of(took, 30)[ONE_TAB]["an_hour"]


def test_memory_is_told_by_part_and_what_signs_for_the_script_is_left_out():
    """A lane counts whole; the script's relay does not count, so that the lane is never flattered."""
    from tests.bench.memory import Watched, figures_of, part_of

    lines = {
        "agent": ["python", "-P", "-m", "robot.drive.agent"],
        "relay": ["python", "-I", "start.py", "/home/relays/hoa-binh/relay.json", "chrome-extension://a/"],
        "driver": ["/venv/playwright/driver/node", "cli.js", "run-driver"],
        "chromium": ["/usr/lib/chromium/chromium", "--type=renderer", "--user-data-dir=/x"],
        "script": ["python", "bare.py", "task.json"],
    }
    assert list(lines) == [part_of(words) for words in lines.values()]
    lane = {"chromium": 100.0, "driver": 50.0, "script": 40.0, "agent": 30.0, "relay": 10.0}
    found = figures_of([lane], [{"chromium": 100.0, "driver": 50.0, "script": 50.0, "relay": 10.0}])
    assert [1.15, True, 2.3] == [found["figure"], found["reached"], found["times_chromium_alone"]]
    watched = Watched([1.0, 2.0, 3.0], [{"agent": 1.0}, {"agent": 5.0}, {"agent": 9.0}])
    assert {"agent": 5.0} == watched.between(1.0, 3.0)
