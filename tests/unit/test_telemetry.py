"""Traces of runs: to a real collector when the settings name one, by names and codes alone; never in the way of a run."""

import contextlib
import re
import subprocess
import sys
import time

import pytest
from loguru import logger

from robot.redaction import Redactor
from robot.settings.telemetry import Telemetry
from robot.telemetry import NoTraces, open_traces
from robot.vault import Vault
from tests.doubles.collector import collecting

KEY = "hoa-binh"
SECRET = "planted-key-0815"
KNOWN = {f"vss_robot.{name}" for name in ("night", "run", "flow", "organisation", "outcome", "finding")}
OFF = """
import sys
from pathlib import Path
from robot.drive import Office
from robot.drive.run import run_flow
for written in ("", '[telemetry]\\nendpoint = "http://127.0.0.1:9"'):
    Path("robot.toml").write_text(written)
    with Office.open(Path("robot.toml"), lambda: "") as office:
        loaded = sorted(name for name in sys.modules if name.startswith(("opentelemetry", "requests")))
        print(type(office.telemetry).__name__, loaded)
"""


class Held:
    """A vault's store that holds one secret."""

    def __init__(self, secret):
        self._secret = secret

    def get(self, name):
        return self._secret if name == "collector" else None


@pytest.fixture
def said():
    """The lines of the log."""
    lines = []
    sink = logger.add(lambda line: lines.append(str(line)), format="{message} {extra}")
    yield lines
    logger.remove(sink)


@pytest.fixture
def traces():
    """Traces by settings; closed at the end."""
    opened = []

    def make(endpoint, secret=None, **given):
        redactor = Redactor()
        opened.append(open_traces(Telemetry(endpoint=endpoint, **given), Vault(Held(secret), redactor), redactor))
        opened[-1].redactor = redactor
        return opened[-1]

    yield make
    for each in opened:
        each.close()


def a_run(traces, run="r1", outcome="form_absent", finding="host_library_missing"):
    traces.run_begun(run, "register", KEY)
    with traces.step(run, "open the registration form"):
        pass
    with contextlib.suppress(RuntimeError), traces.step(run, "ask for the form to choose a signature"):
        with traces.step(run, "log in"):
            pass
        raise RuntimeError
    traces.run_ended(run, outcome, finding)


def test_a_run_and_its_steps_reach_the_collector(traces):
    """One span each, a step below its run or the step around it; what failed is marked; names and codes, and nothing else."""
    with collecting() as collector:
        secret = f"Authorization=Bearer {SECRET}, x-office = ha-noi"
        told = traces(collector.address, secret, headers="keyring:collector")
        a_run(told)
        told.close()
    run, outer, inner = (collector.span(name) for name in ("run register", "ask for the form to choose a signature", "log in"))
    assert ["", run.id, outer.id] == [run.parent, outer.parent, inner.parent]
    assert {run.trace} == {span.trace for span in collector.spans}
    assert {
        "vss_robot.run": "r1",
        "vss_robot.flow": "register",
        "vss_robot.organisation": KEY,
        "vss_robot.outcome": "form_absent",
        "vss_robot.finding": "host_library_missing",
    } == run.about
    assert [True, True, False, False] == [
        run.failed,
        outer.failed,
        inner.failed,
        collector.span("open the registration form").failed,
    ]
    assert KNOWN >= {name for span in collector.spans for name in span.about}
    assert [{"service.name", "service.version"}] == [set(one) for one in collector.resources]
    assert ("/v1/traces", f"Bearer {SECRET}", "ha-noi") == (
        collector.paths[0],
        collector.headers[0]["authorization"],
        collector.headers[0]["x-office"],
    )
    assert "‹keyring:collector Authorization›" == told.redactor.redact(f"Bearer {SECRET}")
    assert not any(SECRET.encode() in body for body in collector.bodies)


def test_an_offices_own_step_is_told_by_its_words_alone(traces):
    """What stands in a name by a slip of its author: a file, a person's number, an address, a secret."""
    with collecting() as collector:
        told = traces(collector.address)
        told.redactor.learn("password", "Kín Đáo")
        told.run_begun("r1", "own", KEY)
        for name in (
            "nộp C:\\Hồ\\Nguyễn.xml cho 0912345678",
            "hỏi an@thu.example: được, mật khẩu Kín Đáo",
            "d02-ts.xml 001085012345",
        ):
            with told.step("r1", name):
                pass
        told.close()
    told = [span.name for span in collector.spans if span.parent]
    assert ["nộp … cho …", "hỏi … được, mật khẩu …", "… …"] == told


def test_a_nights_runs_are_below_its_span_in_whatever_process(traces):
    """By the `traceparent` that the night hands on; two dossiers that are under way at once keep their steps apart."""
    with collecting() as collector:
        night, lane = traces(collector.address), traces(collector.address)
        lane.within(night.night_begun(7))
        for run in ("r1", "r2"):
            lane.run_begun(run, "submit", KEY)
        with lane.step("r1", "choose the dossier's file"), lane.step("r2", "log in"):
            pass
        lane.run_ended("r1", "done", None)
        lane.run_ended("r2", "refused", None)
        lane.close()
        night.night_ended("left")
        night.close()
    top = collector.span("night")
    assert {"vss_robot.night": 7, "vss_robot.outcome": "left"} == top.about
    runs = {span.about["vss_robot.run"]: span for span in collector.spans if span.name == "run submit"}
    assert {(top.trace, top.id)} == {(span.trace, span.parent) for span in runs.values()}
    assert [runs["r1"].id, runs["r2"].id] == [collector.span(name).parent for name in ("choose the dossier's file", "log in")]


def test_what_broke_off_is_told_as_far_as_it_came(traces):
    """A process that ends in the middle of a run sends what it has; it says no outcome."""
    with collecting() as collector:
        told = traces(collector.address)
        told.run_begun("r1", "register", KEY)
        told.close()
    assert "vss_robot.outcome" not in collector.span("run register").about


def test_a_share_is_traced(traces, monkeypatch):
    """None at 0; what another program begins and traces is gone on with all the same."""
    with collecting() as collector:
        told = traces(collector.address, ratio=0)
        assert told.night_begun(1)[-2:] in {"00", "02"}, "not sampled"
        a_run(told)
        told.close()
        assert [] == collector.bodies
        monkeypatch.setenv("TRACEPARENT", "00-0123456789abcdef0123456789abcdef-0123456789abcdef-01")
        told = traces(collector.address, ratio=0)
        a_run(told)
        told.close()
    run = collector.span("run register")
    assert ("0123456789abcdef0123456789abcdef", "0123456789abcdef") == (run.trace, run.parent)


@pytest.mark.parametrize("manner", ["refuses", "hangs", "drips"])
def test_a_collector_that_does_not_take_them_delays_nothing(traces, said, manner):
    """The run goes on, the end waits for so long as the settings say and no longer, and one line says it."""
    with collecting(manner) as collector:
        told = traces(collector.address, give_up_s=0.5)
        begun = time.monotonic()
        a_run(told)
        told.close()
        took = time.monotonic() - begun
        assert len(collector.bodies) >= 1
    assert took < 10, "an end that is not bounded takes half a minute"
    (line,) = [line for line in said if "collector" in line]
    assert re.search("127.0.0.1:[0-9]+.*(403|Forbidden|no answer|due to timeout)", line), line


def test_a_collector_that_is_not_there_is_said_once(traces, said):
    """Also after many batches; the later ends do not wait again."""
    with collecting() as gone:
        address = gone.address
    told = traces(address, give_up_s=0.5)
    for number in range(3):
        a_run(told, f"r{number}")
        told._pipeline._processor.force_flush()
    told.close()
    assert 1 == len([line for line in said if "everything goes on without them" in line])


@pytest.mark.parametrize(
    ("secret", "why"),
    [(None, "no secret named collector"), ("no header", "does not hold NAME=VALUE"), ("=x", "does not hold NAME=VALUE")],
)
def test_without_its_headers_nothing_is_sent(traces, said, secret, why):
    """It is said without the secret, and the run goes on."""
    with collecting() as collector:
        told = traces(collector.address, secret, headers="keyring:collector")
        a_run(told)
        told.close()
        assert [] == collector.bodies
    (line,) = said
    assert why in line
    assert "no header" not in line


def test_without_the_extra_nothing_is_sent(traces, said, monkeypatch):
    """It is said what to install, and the run goes on."""
    monkeypatch.setitem(sys.modules, "robot.telemetry.pipeline", None)
    a_run(traces("http://127.0.0.1:9"))
    (line,) = said
    assert "vss-robot[telemetry]" in line


def test_nothing_is_loaded_before_it_is_needed(tmp_path):
    """Not at all where nobody asked for traces, and not before the first run where somebody did."""
    ran = subprocess.run([sys.executable, "-c", OFF], cwd=tmp_path, capture_output=True, text=True, check=True, timeout=90)
    assert ran.stdout.splitlines() == ["NoTraces []", "Spans []"]


def test_off_is_the_default():
    """And a secret in the address is refused with a sentence."""
    assert isinstance(open_traces(Telemetry(), None, None), NoTraces)
    with pytest.raises(ValueError, match=r"telemetry\.headers"):
        Telemetry(endpoint="http://me:secret@127.0.0.1:4318")
