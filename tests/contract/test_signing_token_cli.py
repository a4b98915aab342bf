"""`vss-robot tokens` as a person and as a program see it, on the world's tokens and on a driver that can be wrong."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from fixtures.softhsm import CHECKOUT, softhsm_environment, softhsm_module
from tests.doubles.certificates import held
from tests.doubles.pkcs11.script import PIN_PAD, DoubleToken

SETTINGS = """
[vault]
backend = "file"
[organisations.an-phu]
name = "An Phú"
tax_code = "{tax_code}"
province = "Hà Nội"
agency_name = "BHXH"
agency_code = "00131"
email = "an-phu@thu.example"
contact = "Thử"
address = "Thử"
[organisations.an-phu.token]
driver = "{driver}"
"""


def _tokens(folder, *arguments, environment, language="en"):
    """Run the command in a folder of its own, with no settings but those given."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("VSS_ROBOT_")}
    kept |= {"PYTHONPATH": str(CHECKOUT), "XDG_CONFIG_HOME": str(folder), "VSS_ROBOT_LANGUAGE": language, **environment}
    command = [sys.executable, "-m", "robot", "tokens", *arguments]
    ran = subprocess.run(command, cwd=folder, env=kept, capture_output=True, text=True, timeout=60, check=False)
    return ran.returncode, ran.stdout, ran.stderr


def test_without_settings_the_drivers_here_are_asked(token_world, tmp_path):
    """Nothing is set up yet: each token with whose certificate is on it, how long it is valid and its PIN's state."""
    status, out, _ = _tokens(tmp_path, environment=softhsm_environment(token_world.directory), language="vi")
    assert status == 0
    for key, organisation in token_world.organisations.items():
        assert f"{organisation.token}  số sê-ri {token_world.tokens[key].serial}  Mã PIN: bình thường" in out
        assert f"MST {organisation.tax_code}" in out
    assert out.count("ĐÃ HẾT HẠN") == 1
    assert out.count("(còn 72") == len(token_world.organisations) - 1


def test_json_with_settings_names_the_organisation(token_world, tmp_path):
    """With settings the driver is the organisation's, and its certificate is known to be its own; nobody logs in."""
    organisation = token_world.organisations["an-phu"]
    settings = tmp_path / "robot.toml"
    settings.write_text(SETTINGS.format(tax_code=organisation.tax_code, driver=softhsm_module()), encoding="utf-8")
    environment = softhsm_environment(token_world.directory)
    status, out, err = _tokens(tmp_path, "--json", "--settings", str(settings), environment=environment)
    assert (status, err) == (0, "")
    rows = {row["label"]: row for row in json.loads(out)}
    assert len(rows) == len(token_world.organisations)
    row = rows[organisation.token]
    [certificate] = row["certificates"]
    assert (row["pin_state"], row["pin_usable"], row["stopped"], row["pin_length"]) == ("ok", True, None, [4, 255])
    assert (certificate["organisations"], certificate["tax_codes"]) == (["an-phu"], [organisation.tax_code])
    assert certificate["key"] == {"algorithm": "RSA", "bits": 2048, "id": token_world.tokens["an-phu"].key_id, "present": None}
    assert 727 <= certificate["days_left"] <= 729


def test_pin_states_are_said(double, tmp_path):
    """Locked, at the final try and with a PIN pad: each in words; without a log-in."""
    flags = {"D0001": 0x40008, "D0002": 0x20008, "D0003": PIN_PAD, "D0004": 0}
    double.tokens = [DoubleToken(serial, (held(),), flags=flag) for serial, flag in flags.items()]
    double.write()
    status, out, _ = _tokens(tmp_path, "--driver", str(double.library), environment=double.environment)
    assert status == 0
    said = {line.split("serial ")[1][:5]: line.split("PIN: ")[1].split("  (")[0] for line in out.splitlines() if "PIN: " in line}
    expected = {"D0001": "LOCKED", "D0002": "ONE WRONG ONE MORE LOCKS THE TOKEN", "D0003": "good, typed on the reader's pad"}
    assert said == {**expected, "D0004": "never set"}
    assert double.calls("C_Login") == []


def test_no_token_is_no_error(double, tmp_path):
    """Nothing is plugged in: an empty list, and a sentence on stderr that names the driver."""
    double.tokens = [DoubleToken("D0001", present=False)]
    double.write()
    arguments = ("--driver", str(double.library))
    assert _tokens(tmp_path, *arguments, "--json", environment=double.environment) == (0, "[]\n", "")
    status, out, err = _tokens(tmp_path, *arguments, environment=double.environment)
    assert (status, out) == (0, "")
    assert err == f"No token is plugged in (drivers asked: {double.library}).\n"


@pytest.mark.parametrize(("driver", "status", "said"), [("nokia", 2, "nor a known brand"), ("text.so", 11, "not a driver")])
def test_driver_that_cannot_be_used(tmp_path, driver, status, said):
    """An unknown name is the person's mistake, a broken driver is the chain's; one sentence and no traceback."""
    Path(tmp_path / "text.so").write_text("driver")
    code, out, err = _tokens(tmp_path, "--driver", driver, environment={})
    assert (code, out, err.count("\n")) == (status, "", 1)
    assert said in err


def test_settings_that_are_not_there_are_not_passed_over(tmp_path):
    """Named settings must exist; only where none are named does the command do without."""
    code, _, err = _tokens(tmp_path, "--settings", "nowhere.toml", environment={})
    assert code == 2
    assert "nowhere.toml" in err
