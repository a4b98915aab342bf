"""`vss-robot replay`: the world's recordings in a real Chromium, with no world, token, mail server or network there."""

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
from lxml import etree

from fixtures.recorded import RECORDINGS
from fixtures.world.layout import CHECKOUT
from fixtures.world.robot import robot_command

EXTENSION = CHECKOUT / "fixtures" / "extension" / "unpacked"
SENDS = "POST /api/dang-ky"
# A command that is given an empty network: not even the machine's own addresses can be reached.
ALONE = ("unshare", "--map-root-user", "--net")


@pytest.fixture
def replay(tmp_path):
    """Runs the command where no settings are; its exit code, the results, its talk."""

    def run(*arguments, within=()):
        environment = {name: value for name, value in os.environ.items() if not name.startswith("VSS_ROBOT_")}
        environment |= {"VSS_ROBOT_LANGUAGE": "en", "XDG_CONFIG_HOME": str(tmp_path / "config")}
        environment["PYTHONPATH"] = os.pathsep.join(filter(None, [str(CHECKOUT), os.environ.get("PYTHONPATH")]))
        command = [*within, *robot_command(), "replay", "--extension", str(EXTENSION), "--json", *map(str, arguments)]
        ran = subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, text=True, timeout=170, check=False)
        return ran.returncode, json.loads(ran.stdout or "[]"), ran.stderr

    return run


@pytest.fixture
def edited(tmp_path):
    """A copy of a recording in whose exchanges one text is another."""

    def edit(name, was, now, *, recording="registered"):
        copy = Path(shutil.copytree(RECORDINGS / recording, tmp_path / name))
        har = copy / "exchanges.har"
        text = har.read_text(encoding="utf-8")
        assert was in text
        har.write_text(text.replace(was, now), encoding="utf-8")
        return copy

    return edit


@pytest.fixture
def redirected(tmp_path):
    """A copy of a recording whose form is asked for at an old address, which leads on to where it is."""
    copy = Path(shutil.copytree(RECORDINGS / "registered", tmp_path / "redirected"))
    facts = json.loads((copy / "recording.json").read_text(encoding="utf-8"))
    facts["portal"]["paths"]["registration"] = "/cu?trang=1"
    (copy / "recording.json").write_text(json.dumps(facts), encoding="utf-8")
    har = json.loads((copy / "exchanges.har").read_text(encoding="utf-8"))
    entries = har["log"]["entries"]
    form = next(entry for entry in entries if entry["_resourceType"] == "document")
    old = json.loads(json.dumps(form))
    target = old["request"]["url"].replace(facts["portal"]["address"].rstrip("/"), "")
    old["request"] |= {"url": facts["portal"]["address"] + "cu?trang=1", "queryString": [{"name": "trang", "value": "1"}]}
    old["response"] |= {"status": 302, "redirectURL": target, "headers": [{"name": "location", "value": target}]}
    old["response"]["content"] = {"size": 0, "mimeType": "", "text": ""}
    entries.insert(entries.index(form), old)
    (copy / "exchanges.har").write_text(json.dumps(har), encoding="utf-8")
    return copy


def states(results):
    return {Path(each["recording"]).name: each["state"] for each in results}


def test_every_recording_of_the_world_passes_and_no_time_passes(replay, edited, redirected, tmp_path):
    """All flows and outcomes, by one browser; letters, an absent form and a page that takes long are waited for at once.

    The page takes twelve seconds by its own clock. A redirection leads where it led, without leaving the recording.
    """
    slow = edited("slow", "const digest", "await new Promise((go) => setTimeout(go, 12_000)); const digest")
    folders = [*sorted(RECORDINGS.iterdir()), slow, redirected]
    code, results, talk = replay(*folders, "--junit", tmp_path / "junit.xml")
    assert dict.fromkeys((folder.name for folder in folders), "passed") == states(results), (results, talk)
    assert code == 0
    suite = etree.parse(tmp_path / "junit.xml").getroot()
    assert (str(len(folders)), "0") == (suite.get("tests"), suite.get("failures"))
    asked = {Path(each["recording"]).name: each["steps"].get("ask for the form to choose a signature", 0) for each in results}
    assert max(asked["slow"], asked["form-absent-then-blank-phone"]) < 14, "fifteen seconds are the form's own wait"


@pytest.mark.skipif(
    sys.platform != "linux" or subprocess.run([*ALONE, "true"], capture_output=True, check=False).returncode != 0,
    reason="an empty network is made by Linux's namespaces, which this machine does not let its users have",
)
@pytest.mark.long
def test_a_replay_needs_no_network_at_all(replay):
    """Where there is no network, not even this machine's own, recordings are replayed as ever, each in a browser of its own."""
    code, results, talk = replay(RECORDINGS / "vendor-mode", RECORDINGS / "accepted", "--apart", within=ALONE)
    assert (0, {"vendor-mode": "passed", "accepted": "passed"}) == (code, states(results)), (results, talk)


def test_what_is_unlike_is_told_and_nothing_is_sent(replay, edited, tmp_path):
    """A page that changed has drifted, in its step and by its name; a call that changed has failed at once; reports say both."""
    label = edited("label", "Thư điện tử", "Hộp thư mới")
    path = edited("path", "/api/dang-ky/kiem-tra\\", "/api/dang-ky/kiem-tra-moi\\")
    begun = time.monotonic()
    code, (drifted, failed), _ = replay(label, path, "--junit", tmp_path / "r.xml", "--html", tmp_path / "r.html")
    assert code == 16
    assert ("drifted", "open the registration form") == (drifted["state"], drifted["step"])
    assert "Thư điện tử" in drifted["deviations"][0]["name"]
    assert "Hộp thư mới" in drifted["deviations"][0]["said"]
    assert ("failed", "ask for the form to choose a signature") == (failed["state"], failed["step"])
    assert failed["deviations"][0]["name"] == "POST /api/dang-ky/kiem-tra-moi"
    assert "POST /api/dang-ky/kiem-tra (" in failed["deviations"][0]["said"], "the nearest that was recorded is named"
    assert SENDS not in drifted["sent"] + failed["sent"]
    assert failed["seconds"] < 30, f"a miss is told at once, and not when a wait has ended ({time.monotonic() - begun:.0f} s)"
    cases = etree.parse(tmp_path / "r.xml").getroot().iter("failure")
    assert ["drifted", "failed"] == [case.get("type") for case in cases]
    page = (tmp_path / "r.html").read_text(encoding="utf-8")
    assert "Hộp thư mới" in page
    assert "data:image/png;base64," in page


@pytest.mark.long
def test_what_was_seen_can_be_expected_from_now_on(replay, edited):
    """`--update` plays on through the drift and writes the pages anew; the next replay passes, and no placeholder is lost."""
    copy = edited("label", "Thư điện tử", "Hộp thư mới")
    before = (copy / "aria" / "02.yml").read_text(encoding="utf-8")
    code, _, talk = replay(copy, "--update")
    assert code == 15, talk
    after = (copy / "aria" / "02.yml").read_text(encoding="utf-8")
    assert before.count("{ORG:") == after.count("{ORG:")
    assert "Hộp thư mới" in after
    assert (0, {"label": "passed"}) == (replay(copy)[0], {"label": "passed"})


def test_what_is_wrong_is_said_before_anything_is_played(replay, tmp_path):
    """A folder that is no recording, and an extension that is another one: a sentence, and the code for a wrong command."""
    code, _, talk = replay(tmp_path)
    assert (2, True) == (code, "recording.json" in talk)
    other = Path(shutil.copytree(EXTENSION, tmp_path / "other"))
    manifest = json.loads((other / "manifest.json").read_text(encoding="utf-8"))
    del manifest["key"]
    (other / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    code, _, talk = replay(RECORDINGS / "registered", "--extension", other)
    assert (2, True) == (code, str(other) in talk), talk
    assert "Traceback" not in talk
