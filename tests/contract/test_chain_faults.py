"""The faults of the chain are real: the program really ends so, the driver really does not load, the browser really says it."""

import hashlib
import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from fixtures.extension import EXTENSION_ID, HOST_NAME
from fixtures.faults.desk import Desk
from fixtures.faults.desks import ChainFaults
from fixtures.faults.kinds import CHAIN_FAULTS, DESK_FAULTS
from fixtures.vendor.frames import read_frame, write_frame
from fixtures.world.passwords import serial_of
from robot import settings

KEY = "thai-son"
SILENT_S = 1.5
TOKENS = """
import json, sys
from pathlib import Path
from robot.errors import DriverFailed
from robot.signing.token import open_driver
try:
    with open_driver(Path(sys.argv[1])) as driver:
        said = [{"pin": token.pin_state.name, "serial": token.serial, "certificates": [
            {"from": str(held.not_before), "to": str(held.not_after), "usage": sorted(held.key_usage),
             "tax_codes": held.tax_codes} for held in token.certificates]} for token in driver.tokens()]
except DriverFailed as wrong:
    said = wrong.text.key.removeprefix("errors.")
print(json.dumps(said))
"""


@pytest.fixture
def desk(world):
    """Sets a fault at a desk and gives what stands there; cleared afterwards."""
    chain = ChainFaults(world.layout)

    def make(name: str) -> Desk:
        chain.clear(KEY)
        chain.set(name, KEY)
        return Desk(world.layout, KEY, {})

    yield make
    chain.clear(KEY)


def ended(program: Path) -> tuple[int | str, str]:
    """How the program ends when Chrome starts it and asks: its status, or the system's word, and what it said on stderr."""
    try:
        done = subprocess.run(
            [program, f"chrome-extension://{EXTENSION_ID}/"], input=b"\2\0\0\0{}", capture_output=True, check=False
        )
    except OSError as error:
        return type(error).__name__ + f" {error.errno}", ""
    return done.returncode, done.stderr.decode()


@pytest.mark.parametrize(
    ("name", "status", "said"),
    [
        ("host-file-missing", "FileNotFoundError 2", ""),
        ("host-not-executable", "PermissionError 13", ""),
        ("host-wrong-architecture", "OSError 8", ""),
        ("host-library-missing", 127, "error while loading shared libraries: libvssruntime.so.14"),
        ("host-killed", -signal.SIGSEGV, ""),
        ("host-exited", 3, "cannot read its configuration"),
    ],
)
def test_a_host_that_does_not_run_ends_as_the_system_ends_it(desk, name, status, said):
    """The system itself refuses or ends the program, with the very status or error of a broken installation."""
    seen, stderr = ended(desk(name).host)
    assert (status, True) == (seen, said in stderr), stderr


def test_the_runtime_put_back_heals_the_host(desk):
    """The installer's command puts the library back, and the same program answers."""
    made = desk("host-library-missing")
    assert ended(made.host)[0] == 127
    subprocess.run([made.folder / "installer" / "install-runtime"], check=True)
    assert asked(made.host, {})["result"] == "invalid_argument"


def asked(program: Path, *messages: dict) -> dict | None:
    """The answer to the last message; None where none came within the time that a fault is given."""
    with subprocess.Popen(
        [program, f"chrome-extension://{EXTENSION_ID}/"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        answer = None
        for message in messages:
            write_frame(process.stdin, message)
            if not readable(process.stdout):
                process.stdin.close()
                assert process.wait(10) is not None
                return None
            answer = json.loads(read_frame(process.stdout))
        process.stdin.close()
        return answer


def readable(stream) -> bool:
    import select

    return bool(select.select([stream], [], [], SILENT_S)[0])


def test_a_silent_host_runs_and_says_nothing(desk):
    """It takes the message, answers nothing, and goes when its port closes."""
    assert asked(desk("host-silent").host, {}) is None


def test_a_chattering_host_says_what_is_no_frame(desk):
    """Its first four bytes are letters: as a length they are more than any host may send."""
    process = subprocess.run([desk("host-garbage").host], input=b"", capture_output=True, check=True)
    assert process.stdout.startswith(b"VSS ")
    assert int.from_bytes(process.stdout[:4], sys.byteorder) > 1024 * 1024


def test_a_window_that_nobody_answers_is_the_choice_of_a_certificate(desk):
    """The host tells its version at once; asked for a certificate it waits."""
    common = {"nonce": "abcdefgh01234567", "origin": "https://gddt.baohiemxahoi.gov.vn"}
    host = desk("dialog-unanswered").host
    assert asked(host, {"type": "VERSION", **common})["result"] == "ok"
    assert asked(host, {"type": "CERT", "lang": "vi", **common}) is None


def tokens(desk: Desk):
    """What the robot's own token room sees through the desk's driver: the tokens, or the error's key."""
    done = subprocess.run([sys.executable, "-c", TOKENS, desk.driver], capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("driver-missing", "driver_file_absent"),
        ("driver-wrong-architecture", "driver_wrong_architecture"),
        ("driver-dependency-missing", "driver_dependency_missing"),
    ],
)
def test_a_broken_driver_does_not_load(desk, name, error):
    """The system's loader refuses the file; the token room says why."""
    assert error == tokens(desk(name))


@pytest.mark.parametrize(("name", "state"), [("pin-final-try", "FINAL_TRY"), ("pin-locked", "LOCKED"), ("host-silent", "OK")])
def test_the_pins_state_is_the_drivers_own_word(desk, world, name, state):
    """The flags come from C_GetTokenInfo of the driver, for the organisation's own token."""
    assert [(state, serial_of(world.layout, KEY))] == [(token["pin"], token["serial"]) for token in tokens(desk(name))]


@pytest.mark.parametrize(("name", "number"), [("token-absent", 0), ("token-several", 2), ("certificate-missing", 1)])
def test_tokens_are_plugged_in_as_said(desk, name, number):
    """None, two with a certificate each for the same organisation, or one without any."""
    seen = tokens(desk(name))
    assert number == len(seen)
    assert [len(token["certificates"]) for token in seen] == ([0] if name == "certificate-missing" else [1] * number)


def test_certificates_are_wrong_in_one_thing_each(desk, world):
    """Expired, not yet valid, for encryption only, or another organisation's: the rest is as in the healthy one."""
    own = world.organisation(KEY).tax_code
    wrong = {}
    for name in ("expired", "not-yet-valid", "key-usage", "other-organisation"):
        (token,) = tokens(desk(f"certificate-{name}"))
        (wrong[name],) = token["certificates"]
    assert wrong["expired"]["to"] < wrong["key-usage"]["from"]
    assert wrong["not-yet-valid"]["from"] > wrong["key-usage"]["from"]
    assert not set(wrong["key-usage"]["usage"]) & {"digital_signature", "content_commitment"}
    assert [own] * 3 == [wrong[name]["tax_codes"][0] for name in ("expired", "not-yet-valid", "key-usage")]
    assert own not in wrong["other-organisation"]["tax_codes"]


def test_manifests_are_wrong_as_said(desk):
    """Unreadable, of another name, for another extension; or none at all, and the robot writes none."""
    assert not desk("manifest-missing").manifest.exists()
    with pytest.raises(json.JSONDecodeError):
        json.loads(desk("manifest-unreadable").manifest.read_text(encoding="utf-8"))
    made = desk("manifest-wrong-name")
    assert json.loads(made.manifest.read_text(encoding="utf-8"))["name"] != HOST_NAME
    assert settings.load(made.layout.settings_of(KEY)).signing.write_manifest is False


def test_clearing_leaves_everything_as_it_was(world):
    """Every file of the world, but for logs and the portal's books, is the same after all faults were set and cleared."""
    chain = ChainFaults(world.layout)
    before = tree(world.layout.directory)
    for name in ("certificate-expired", "token-several", "extension-wrong-id", "manifest-forbidden", "pin-stopped"):
        chain.set(name, KEY)
    assert chain.active(KEY) == [
        "extension-wrong-id", "manifest-forbidden", "token-several", "pin-stopped", "certificate-expired",
    ]  # fmt: skip
    assert chain.clear(KEY) == 5
    assert before == tree(world.layout.directory)


def tree(folder: Path) -> dict[str, str]:
    """Every file below the world's folder that no running server writes."""
    kept = ("desks/lock", "log/", "portal/truth", "mail/", "robot/evidence", "robot/ledger", "robot/logs", "robot/profiles")
    files = [file for file in folder.rglob("*") if file.is_file()]
    names = {str(file.relative_to(folder)): file for file in files}
    return {name: hashlib.sha256(file.read_bytes()).hexdigest() for name, file in names.items() if not name.startswith(kept)}


def test_every_desk_is_the_organisations_own(world, desk):
    """A fault at one desk changes nothing that another organisation, or the world's own settings, lead to."""
    made = desk("host-file-missing")
    other = settings.load(world.layout.settings_of("hoa-binh"))
    assert other.organisations["hoa-binh"].host_path.exists()
    assert str(made.folder) not in world.layout.settings.read_text(encoding="utf-8")


def test_each_kind_has_a_place_and_both_languages():
    """The table is whole: a place and a sentence in each language for every kind."""
    lacking = [
        kind.name
        for kind in DESK_FAULTS.values()
        if not (kind.place and kind.text.vi.endswith(".") and kind.text.en.endswith("."))
    ]
    assert lacking == []
    assert len(CHAIN_FAULTS) >= 24
