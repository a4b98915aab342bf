"""`python -m fixtures`: the world comes up, tells the truth, takes faults and goes down without a trace."""

import json
import os
import signal
import stat
import subprocess
import sys
import tomllib

import psutil
import pytest

from fixtures.faults.kinds import DESK_FAULTS
from fixtures.mail import MailFolder
from fixtures.organisations import ORGANISATIONS
from fixtures.portal.captcha import serve_new
from fixtures.portal.faults import FAULTS
from fixtures.portal.truth import Truth
from fixtures.world import Layout
from robot import settings
from tests.waiting import alive, until


def fixtures(*arguments, **more):
    """Run the command to its end."""
    command = [sys.executable, "-m", "fixtures", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False, **more)


@pytest.fixture
def own(tmp_path):
    """A folder for a world of the test's own, taken down afterwards."""
    directory = tmp_path / "own world"
    yield directory
    fixtures("down", "--dir", directory)


def up(directory, *more):
    done = fixtures("up", "--dir", directory, "--organisations", "hoa-binh", "--background", *more)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("\n") == 1
    return json.loads(done.stdout)


def processes_of(state):
    """The world's processes, the supervisor first."""
    supervisor = psutil.Process(state["pid"])
    return [supervisor, *supervisor.children(recursive=True)]


def test_up_says_where_everything_is(world):
    """The one JSON object names settings, addresses, pass phrase and how to stop, and all of it is there."""
    expected = {"settings", "portal", "port", "imap", "smtp", "store", "vault_pass", "dir", "pid", "children", "stop"}
    assert set(world.state) == expected
    assert world.state["portal"] == "https://gddt.baohiemxahoi.gov.vn"
    assert world.layout.settings.is_file()
    assert stat.S_IMODE(world.layout.pass_phrase.stat().st_mode) == 0o600
    assert json.loads(world.layout.state.read_text(encoding="utf-8")) == world.state


def test_the_settings_are_the_robots_own(world):
    """robot.toml passes the robot's strict model and carries every organisation with a desk and a mailbox of its own."""
    read = settings.load(world.layout.settings)
    assert list(read.organisations) == list(ORGANISATIONS)
    assert [o.tax_code for o in read.organisations.values()] == [o.tax_code for o in ORGANISATIONS.values()]
    assert all(os.access(o.host_path, os.X_OK) for o in read.organisations.values())
    assert {key: o.mail.password for key, o in read.organisations.items()} == {
        key: f"keyring:mail/{key}" for key in ORGANISATIONS
    }
    assert len(read.portal.spki_pins) == 1


def test_no_secret_stands_in_settings_or_state(world):
    """The pass phrase stands in its own file only."""
    phrase = world.layout.pass_phrase.read_text(encoding="utf-8").strip()
    places = [*world.layout.robot.glob("*"), *world.layout.log.glob("*"), world.layout.state]
    holding = [file for file in places if file.is_file() and phrase in file.read_text(encoding="utf-8", errors="replace")]
    assert holding == [world.layout.pass_phrase]


def test_a_second_up_says_so_and_prints_the_same(world):
    """Up on a world that is up changes nothing."""
    done = fixtures("up", "--dir", world.layout.directory)
    assert (done.returncode, json.loads(done.stdout)) == (0, world.state)
    assert "already up" in done.stderr


def test_truth_is_json(world):
    """The ground truth is printed as one JSON object with its tables."""
    done = fixtures("truth", "--dir", world.layout.directory)
    assert done.returncode == 0
    assert set(json.loads(done.stdout)) == set(world.truth())


def test_faults_are_listed():
    """Every fault of portal and chain is listed with its sentence in both languages, as text and as JSON."""
    said = json.loads(fixtures("faults", "--json").stdout)
    assert [kind["name"] for kind in said["kinds"]] == [*FAULTS, *DESK_FAULTS]
    text = fixtures("faults").stdout
    assert [name for name, kind in (FAULTS | DESK_FAULTS).items() if kind.text.vi not in text or kind.text.en not in text] == []


def test_a_fault_is_set_and_cleared(world, faults):
    """A fault strikes the organisation it was set for, with the parameters given, until it is cleared."""
    place = ("--dir", world.layout.directory)
    tax_code = ORGANISATIONS["kim-lien"].tax_code
    assert fixtures("fault", "set", "mail-late", "--org", "kim-lien", "--seconds", "9", *place).returncode == 0
    assert faults.active(tax_code)["mail-late"]["seconds"] == 9
    assert faults.active(ORGANISATIONS["hoa-binh"].tax_code) == {}
    assert "kim-lien: mail-late" in fixtures("faults", *place).stdout
    assert fixtures("fault", "clear", "mail-late", "--org", "kim-lien", *place).returncode == 0
    assert faults.active(tax_code) == {}


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["fault", "set", "mail-lat", "--org", "kim-lien"], "did you mean mail-late?"),
        (["fault", "set", "mail-late", "--org", "kim-lie"], "did you mean kim-lien?"),
        (["fault", "set", "mail-late", "--org", "kim-lien", "--times", "0"], "--times must be 1 or more"),
        (["fault", "set", "mail-missing", "--org", "kim-lien", "--seconds", "5"], "has no parameter 'seconds'"),
        (["fault", "set", "mail-late", "--org", "kim-lien", "--seconds", "-1"], "--seconds must lie between"),
        (["fault", "set", "mail-late", "--org", "kim-lien", "--seconds", "nan"], "--seconds must lie between"),
        (["fault", "set", "portal-500", "--org", "kim-lien", "--param", "at"], "--param wants KEY=VALUE"),
        (["fault", "set", "portal-500", "--org", "kim-lien", "--param", "accepted=maybe"], "a parameter of portal-500 is wrong"),
        (["fault", "clear", "mail-lat"], "did you mean mail-late?"),
        (["up", "--organisations", "hoa-bin"], "did you mean hoa-binh?"),
        (["up", "--organisations", ","], "--organisations names none"),
    ],
)
def test_bad_input_gets_a_sentence(world, faults, arguments, sentence):
    """What was typed wrong is told in one sentence with exit code 2, and nothing is changed."""
    done = fixtures(*arguments, "--dir", world.layout.directory)
    assert done.returncode == 2
    assert sentence in done.stderr
    assert done.stdout == ""
    assert faults.active(ORGANISATIONS["kim-lien"].tax_code) == {}


@pytest.mark.parametrize("command", [["truth"], ["fault", "clear"], ["faults"]])
def test_a_folder_without_a_world_is_told(tmp_path, command):
    """Commands on a world that was never made say how to make one, and make nothing themselves."""
    done = fixtures(*command, "--dir", tmp_path / "none")
    assert done.returncode == 2
    assert "make one with" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_somebody_elses_folder_is_left_alone(tmp_path):
    """Up refuses a folder that holds something else: it would overwrite what it finds."""
    (tmp_path / "letter.txt").write_text("mine", encoding="utf-8")
    for more in ([], ["--background"]):
        done = fixtures("up", "--dir", tmp_path, *more)
        assert done.returncode != 0
        assert "no world's folder" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]


def test_operator_answers_from_the_truth(world, tmp_path):
    """The stand-in operator reads a captcha the portal served; by the program in the settings, as the robot calls it."""
    truth = Truth(world.layout.truth)
    picture = tmp_path / "captcha.png"
    picture.write_bytes(serve_new(truth, "test-operator"))
    with truth.read() as db:
        expected = db.execute("SELECT answer FROM captchas WHERE session = 'test-operator'").fetchone()["answer"]
    command = tomllib.loads(world.layout.settings.read_text(encoding="utf-8"))["questions"]["answer_command"]
    question = json.dumps({"kind": "captcha", "picture": str(picture)})
    done = subprocess.run([*command, str(picture)], input=question, capture_output=True, text=True, cwd="/", check=True)
    assert done.stdout.strip() == expected


def test_operator_has_no_answer_to_a_strange_picture(world, tmp_path):
    """Exit code 3 says that there is no answer."""
    strange = tmp_path / "strange.png"
    strange.write_bytes(b"no picture")
    assert fixtures("operator", "--dir", world.layout.directory, strange).returncode == 3
    assert fixtures("operator", "--dir", world.layout.directory, tmp_path / "absent.png").returncode == 3


@pytest.mark.long
def test_down_leaves_nothing_and_up_finds_the_data_again(own):
    """After down no process, port, temporary folder or disk is left; the next up keeps tokens, vault, truth and faults."""
    state = up(own)
    layout = Layout(own.resolve())
    processes = processes_of(state)
    assert len(processes) > 3
    temporary = json.loads(MailFolder(layout.directory).note.read_text(encoding="utf-8"))["folder"]
    kept = [layout.pass_phrase.read_bytes(), (layout.directory / "pki" / "hoa-binh.pem").read_bytes()]
    for name in ("mail-twice", "disk-full"):
        assert fixtures("fault", "set", name, "--org", "hoa-binh", "--dir", own).returncode == 0
    home = layout.desk("hoa-binh") / "home"
    small = home.is_mount()

    assert fixtures("down", "--dir", own).returncode == 0
    assert alive(processes) == []
    assert not os.path.exists(temporary)  # noqa: PTH110 - the path is text from the note
    assert [layout.state.exists(), home.is_mount()] == [False, False]

    up(own)
    assert home.is_mount() == small
    assert fixtures("fault", "clear", "disk-full", "--dir", own).returncode == 0
    assert [layout.pass_phrase.read_bytes(), (layout.directory / "pki" / "hoa-binh.pem").read_bytes()] == kept
    assert [row["name"] for row in Truth(layout.truth).snapshot()["faults"]] == ["mail-twice"]


def test_a_killed_supervisor_takes_its_servers_with_it(own):
    """After kill -9 of the supervisor every server ends by itself, and the next up works."""
    state = up(own)
    processes = processes_of(state)
    os.kill(state["pid"], signal.SIGKILL)
    until(lambda: alive(processes) == [], "all servers have ended")
    assert up(own)["pid"] != state["pid"]


def test_a_dead_server_ends_the_world(own):
    """A world without one of its servers is no world: it ends and names the server in its log."""
    state = up(own)
    processes = processes_of(state)
    os.kill(state["children"]["portal"], signal.SIGKILL)
    until(lambda: alive(processes) == [], "the world has ended")
    assert "portal ended by itself" in (Layout(own.resolve()).log / "world.log").read_text(encoding="utf-8")


def test_in_the_foreground_it_ends_at_ctrl_c(own):
    """Without --background it prints its JSON, stays, and ends with status 0 at an interrupt."""
    command = [sys.executable, "-m", "fixtures", "up", "--dir", str(own), "--organisations", "hoa-binh"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        state = json.loads(process.stdout.readline())
        processes = processes_of(state)
        process.send_signal(signal.SIGINT)
        rest, talk = process.communicate(timeout=40)
    assert (process.returncode, rest) == (0, "")
    assert "Traceback" not in talk
    assert alive(processes) == []
