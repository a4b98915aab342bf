"""`vss-robot check` as a program: what stands on stdout, which exit code, with and without settings."""

import datetime as dt
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from fixtures.dossiers import Plan, make_dossier, make_people
from fixtures.dossiers.mutations import MUTATIONS
from fixtures.organisations import ORGANISATIONS
from fixtures.pki import make_authority
from tests.doubles.soft_key import SoftKey

HOA_BINH = ORGANISATIONS["hoa-binh"]
PLAN = Plan(HOA_BINH, "01/2026", make_people(2, seed=1), dt.date(2026, 2, 14), with_tk1=True)


@pytest.fixture
def desk(tmp_path):
    """A folder with settings, an authority, a valid dossier and a broken one."""
    authority = make_authority(tmp_path)
    key = SoftKey(authority, HOA_BINH)
    (tmp_path / "valid.xml").write_bytes(make_dossier(PLAN, key))
    (tmp_path / "broken.xml").write_bytes(MUTATIONS["salary-nought"].make(PLAN, key))
    rows = {name: getattr(HOA_BINH, name) for name in ("name", "tax_code", "unit_code", "province", "agency_name", "agency_code")}
    rows |= {name: getattr(HOA_BINH, name) for name in ("email", "contact", "address")}
    table = "\n".join(f"{name} = {json.dumps(value, ensure_ascii=False)}" for name, value in rows.items())
    settings = f'[dossier]\nca_files = ["pki/ca.pem"]\n[organisations.hoa-binh]\n{table}\n'
    (tmp_path / "robot.toml").write_text(settings, encoding="utf-8")
    return tmp_path


def _check(desk, *arguments, **variables):
    environment = {name: value for name, value in os.environ.items() if not name.startswith("VSS_ROBOT_")}
    command = [sys.executable, "-m", "robot", "check", *arguments]
    home = {"XDG_CONFIG_HOME": str(desk / "none"), "PYTHONPATH": str(Path.cwd())}
    return subprocess.run(
        command, cwd=desk, env={**environment, **home, **variables}, capture_output=True, text=True, check=False, encoding="utf-8"
    )


def test_a_valid_and_a_broken_dossier(desk):
    """One line for the valid one; form, row, field with its label, rule and remedy for the other; exit code 2."""
    assert _check(desk, "valid.xml", "--org", "hoa-binh").returncode == 0
    ran = _check(desk, "valid.xml", "broken.xml", "--org", "hoa-binh")
    assert (ran.returncode, ran.stderr) == (2, "")
    first, second, fault, mend = ran.stdout.splitlines()
    assert first == "valid.xml: không có lỗi (hồ sơ; tờ khai: D02-TS, TK1-TS; số dòng: 2)."
    assert second == "broken.xml: 1 lỗi, 0 cảnh báo."
    assert fault.strip() == "lỗi D02-TS, dòng 2, Tiền lương hoặc hệ số (tienLuong) = 0: tienLuong phải lớn hơn 0"
    assert mend.strip() == "→ nhập tiền lương bằng đồng, hoặc hệ số"


def test_json_names_the_fault_for_a_program(desk):
    """Digest, natural key's parts, and each fault with its place."""
    ran = _check(desk, "broken.xml", "none.xml", "--json")
    broken, absent = json.loads(ran.stdout)
    assert ran.returncode == 2
    assert [broken[name] for name in ("unit", "procedure", "period", "errors", "warnings")] == ["TZ0101A", "600", "01/2026", 1, 0]
    (fault,) = broken["faults"]
    assert [fault[name] for name in ("form", "row", "field", "rule", "severity")] == ["D02-TS", 2, "tienLuong", "above", "error"]
    assert (False, []) == (absent["read"], absent["faults"])


def test_without_settings_a_dossier_can_be_looked_at(desk):
    """The chain is said to be unchecked; an organisation needs settings."""
    (desk / "robot.toml").unlink()
    ran = _check(desk, "valid.xml", VSS_ROBOT_LANGUAGE="en")
    assert (ran.returncode, "dossier.ca_files" in ran.stdout) == (0, True)
    assert _check(desk, "valid.xml", "--org", "hoa-binh").returncode == 2


def test_an_unknown_organisation_is_told(desk):
    """With the names there are."""
    ran = _check(desk, "valid.xml", "--org", "hoa-bin")
    assert (ran.returncode, ran.stdout, "hoa-binh" in ran.stderr) == (2, "", True)
