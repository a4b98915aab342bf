"""Two things done in turn, several times, and set against one another: what else the machine does falls on both."""

import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

PAIRS = 5  # fewer prove nothing


@dataclass(frozen=True)
class Spent:
    """What a process and all it waited for has cost, seconds."""

    wall_s: float
    cpu_s: float


@dataclass(frozen=True)
class Goal:
    """`at most` or `at least` a figure; what it is about stands in the benchmark."""

    kind: str
    value: float

    def reached(self, figure: float) -> bool:
        """Whether a figure is as good as the goal."""
        return figure <= self.value if self.kind == "at most" else figure >= self.value

    def facts(self, figure: float) -> dict[str, Any]:
        """For a benchmark's JSON."""
        return {"goal": f"{self.kind} {self.value:g}", "figure": round(figure, 3), "reached": self.reached(figure)}


def spent(command: Sequence[str], **options: Any) -> Spent:
    """Run a command to its end.

    Raises:
        subprocess.CalledProcessError: it failed; with what it said on stderr.
    """
    return clocked(lambda: _run(command, options))


def clocked(act: Callable[[], object]) -> Spent:
    """Do it; processor time is that of the processes that it has started and waited for."""
    before, begun = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    act()
    wall = time.perf_counter() - begun
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return Spent(wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


def _run(command: Sequence[str], options: Mapping[str, Any]) -> None:
    ran = subprocess.run(command, capture_output=True, text=True, check=False, **options)
    if ran.returncode:
        sys.stderr.write(ran.stdout + ran.stderr)
        raise subprocess.CalledProcessError(ran.returncode, command)


def in_turn(ways: Mapping[str, Callable[[], Spent]], pairs: int) -> dict[str, list[Spent]]:
    """Each way so many times, one after the other; every second round the other way about."""
    took: dict[str, list[Spent]] = {name: [] for name in ways}
    for number in range(pairs):
        names = list(ways) if number % 2 == 0 else list(reversed(ways))
        for name in names:
            took[name].append(ways[name]())
            sys.stderr.write(f"{number + 1}/{pairs} {name}: {took[name][-1].wall_s:.3f} s\n")
    return took


def ratio(ours: Iterable[float], theirs: Iterable[float]) -> float:
    """The median of the pairs' ratios."""
    return statistics.median(mine / other for mine, other in zip(ours, theirs, strict=True))


def medians(took: Mapping[str, Sequence[Spent]]) -> dict[str, dict[str, float]]:
    """Wall and processor time of each way: median, least and most, milliseconds."""
    return {
        name: {
            "wall_ms": _ms(statistics.median(each.wall_s for each in times)),
            "least_ms": _ms(min(each.wall_s for each in times)),
            "most_ms": _ms(max(each.wall_s for each in times)),
            "cpu_ms": _ms(statistics.median(each.cpu_s for each in times)),
        }
        for name, times in took.items()
    }


def machine() -> dict[str, Any]:
    """What a figure depends on beside the code."""
    load = round(os.getloadavg()[0], 2)
    today = time.strftime("%Y-%m-%d")
    return {"processors": os.cpu_count(), "python": platform.python_version(), "load": load, "date": today}


def told(figures: Mapping[str, Any], rows: Mapping[str, Mapping[str, Any]]) -> int:
    """Print a benchmark: all of it as JSON on stdout, a table with the goal on stderr; 0 where the goal is reached."""
    sys.stdout.write(json.dumps({**figures, "rows": rows, **machine()}, ensure_ascii=False, indent=1) + "\n")
    columns = list(dict.fromkeys(column for row in rows.values() for column in row))
    wide = max(map(len, rows), default=0)
    lines = ["  ".join([" " * wide, *columns])]
    for name, row in rows.items():
        lines.append("  ".join([f"{name:<{wide}}", *(f"{row.get(column, ''):>{len(column)}}" for column in columns)]))
    lines.append(f"{figures['about']}: {figures['figure']} (goal: {figures['goal']}, {_said(figures['reached'])})")
    sys.stderr.write("\n".join(lines) + "\n")
    return 0 if figures["reached"] else 1


def _said(reached: object) -> str:
    return "reached" if reached else "NOT reached"


def _ms(seconds: float) -> float:
    return round(seconds * 1000, 1)
