"""The pytest plugin, by a real pytest in a process of its own: recordings as tests, the fixtures, and what they leave behind."""

import json
import shutil
import xml.etree.ElementTree as ET
from datetime import UTC, datetime, timedelta
from zipfile import ZipFile

import pytest

from fixtures.extension import copy_to
from fixtures.recorded import RECORDINGS
from tests.proof.mutants import MUTANTS, mutate

pytest_plugins = ["pytester"]

LABEL = next(mutant for mutant in MUTANTS if mutant.name == "label")


@pytest.fixture
def qa(pytester, monkeypatch):
    """Runs pytest as QA does, in a folder of its own, where no settings are; English."""
    for name in ("VSS_ROBOT_SETTINGS", "VSS_ROBOT_VAULT_FD", "PYTEST_ADDOPTS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("VSS_ROBOT_LANGUAGE", "en")

    def run(*arguments):
        return pytester.runpytest_subprocess("-p", "no:cacheprovider", "-p", "no:randomly", *map(str, arguments))

    return run


def test_a_session_that_does_not_use_it_imports_nothing_of_the_robot(qa, pytester):
    """Whoever has the robot installed and tests something else pays for an option and a marker."""
    pytester.makepyfile(
        "import sys\ndef test_other():\n    assert [n for n in sys.modules if n.startswith('robot.')] == ['robot.pytest_plugin']"
    )
    qa("-W", "error", "--strict-markers").assert_outcomes(passed=1)


def test_only_recordings_are_collected_unless_more_is_named(qa, pytester):
    """A test a recording; other tests are collected beside them where they are named."""
    shutil.copytree(RECORDINGS / "registered", pytester.path / "recordings" / "registered")
    pytester.makepyfile(test_own="def test_own(): pass")
    replay, own = "recordings/registered/recording.json::replay", "test_own.py::test_own"
    for arguments, collected in (
        (("--recordings", "recordings"), [replay]),
        (("--recordings", "recordings", "test_own.py"), [own, replay]),
    ):
        told = qa("--collect-only", "-q", *arguments).outlines
        assert collected == [line for line in told if "::" in line]


@pytest.mark.long
def test_a_recording_that_is_too_old_or_cannot_be_played_is_told_in_a_sentence(qa, pytester):
    """No traceback: its age, what is wrong with its files, or what the machine lacks."""
    for name in ("old", "faulty"):
        shutil.copytree(RECORDINGS / "registered", pytester.path / name)
    _aged(pytester.path / "old", 4000)
    (pytester.path / "faulty" / "frames.jsonl").write_text("{}\n", encoding="utf-8")
    ran = qa("--recordings", "old", "--recordings", "faulty")
    ran.assert_outcomes(failed=2)
    said = ran.stdout.str()
    assert "The recording is 4000 days old" in said
    assert "frames.jsonl: line 1.port: Field required" in said
    assert "Traceback" not in said


def _aged(recording, days):
    """Every time of a recording, `days` earlier."""
    for name in ("recording.json", "exchanges.har"):
        file = recording / name
        text = file.read_text(encoding="utf-8")
        facts = json.loads((recording / "recording.json").read_text(encoding="utf-8")) if name == "recording.json" else None
        if facts is not None:
            facts["recorded"] = (datetime.now(UTC) - timedelta(days=days, hours=1)).isoformat()
            text = json.dumps(facts, ensure_ascii=False)
        file.write_text(text, encoding="utf-8")


def test_a_video_is_refused_where_none_can_be_made(qa, monkeypatch, tmp_path):
    """Playwright's own ffmpeg is missing: said before a browser starts that would never come up."""
    monkeypatch.setenv("PLAYWRIGHT_BROWSERS_PATH", str(tmp_path))
    ran = qa("--recordings", RECORDINGS / "registered", "--robot-extension", copy_to(tmp_path), "--video", "on")
    ran.assert_outcomes(failed=1)
    ran.stdout.fnmatch_lines(["*--video needs Playwright's own ffmpeg*"])


def test_the_world_is_skipped_where_it_is_not_installed(qa, pytester):
    """An office has the robot and no checkout."""
    pytester.makeconftest("import sys\nsys.modules['fixtures'] = None")
    pytester.makepyfile("def test_it(world): pass")
    ran = qa("-rs")
    ran.assert_outcomes(skipped=1)
    ran.stdout.fnmatch_lines(["*comes with a checkout of vss-robot*"])


@pytest.mark.long
@pytest.mark.browser
def test_a_recording_is_a_test_and_a_changed_portal_fails_it(qa, pytester, tmp_path):
    """Side by side by xdist: the clean one passes, the changed one fails by step and name, and leaves trace and picture."""
    shutil.copytree(RECORDINGS / "registered", pytester.path / "recordings" / "registered")
    mutate(LABEL, RECORDINGS, pytester.path / "recordings")
    kept = ("--tracing=retain-on-failure", "--screenshot=only-on-failure", "--output=kept", "--junit-xml=j.xml")
    ran = qa("-n", 2, "--recordings", "recordings", "--robot-extension", copy_to(tmp_path), *kept)
    ran.assert_outcomes(passed=1, failed=1)
    ran.stdout.fnmatch_lines(
        [
            "drifted: *label: open the registration form",
            '  open the registration form: textbox "Mã số thuế": textbox "Mã số thuế" is now called “MST của đơn vị”.',
        ]
    )
    left = sorted(file.name for file in (pytester.path / "kept").rglob("*") if file.is_file())
    assert ["test-failed-1.png", "trace.zip"] == left
    with ZipFile(next((pytester.path / "kept").rglob("trace.zip"))) as trace:
        assert "trace.trace" in trace.namelist()
    told = ET.parse(pytester.path / "j.xml").iter("property")  # noqa: S314 - pytest's own file
    assert ["drifted", "passed"] == sorted(str(one.get("value")) for one in told if one.get("name") == "robot_state")


@pytest.mark.browser
@pytest.mark.long
def test_robot_session_hands_over_the_extensions_browser(world, qa, pytester):
    """Steps, evidence and artefacts as in a run; the page sees the extension, and the books know the run."""
    pytester.makepyfile(
        """
        import time

        import pytest

        @pytest.mark.robot(org="hoa-binh")
        def test_form(robot_session):
            with robot_session.step("open the registration form"):
                robot_session.open(robot_session.settings.portal.paths.registration)
            assert robot_session.page.evaluate("typeof window.TokenSigning") == "object"
            begun = time.monotonic()
            robot_session.page.locator("[formcontrolname=TenDoiTuong]").fill("Thử")
            assert time.monotonic() - begun >= 0.2
            print("\\nrun", robot_session.run)
        """
    )
    ran = qa(
        "-s",
        "-W",
        "error",
        "--robot-settings",
        world.layout.settings,
        "--tracing=on",
        "--screenshot=on",
        "--output=kept",
        "--slowmo=200",
    )
    ran.assert_outcomes(passed=1)
    run = next(line.split()[1] for line in ran.outlines if line.startswith("run "))
    shown = json.loads(world.robot("show", run, "--json").out)
    assert ("test", "done", "open the registration form") == (shown["flow"], shown["outcome"], shown["steps"][0]["name"])
    assert ["test-finished-1.png", "trace.zip"] == sorted(file.name for file in (pytester.path / "kept").rglob("*.*"))
