"""The scripts that a fresh machine begins with: what they say to a wrong word, and that nothing is begun by it."""

import os
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
UP = ROOT / "fixtures" / "up.sh"


@pytest.mark.parametrize("arguments", [[], ["tset"], ["demo", "twice"], ["test", "-k", "x"]])
def test_a_wrong_word_gets_the_usage(arguments, tmp_path):
    """Anything but the four words ends with exit code 2 and the usage, from any folder, before anything is installed."""
    done = subprocess.run(["bash", str(UP), *arguments], capture_output=True, text=True, cwd=tmp_path, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("usage: bash fixtures/up.sh demo")


def test_ci_goes_the_same_way():
    """CI's entry can be executed and calls the script's test, nothing else."""
    entry = ROOT / ".ci" / "run"
    assert os.access(entry, os.X_OK)
    assert entry.read_text(encoding="utf-8").rstrip().endswith("exec bash fixtures/up.sh test")


def test_without_rights_the_missing_packages_are_named(tmp_path):
    """Who is neither root nor has sudo is told what to install, and the system's policy on services stays as it is."""
    for name, text in {"dpkg-query": "exit 1", "id": "echo 1000", "apt-get": "exit 9"}.items():
        (tmp_path / name).write_text(f"#!/bin/sh\n{text}\n", encoding="ascii")
        (tmp_path / name).chmod(0o755)
    for name in ("bash", "cat", "dirname", "flock", "mkdir", "readlink", "grep"):
        found = next(Path(folder, name) for folder in ("/usr/bin", "/bin") if Path(folder, name).exists())
        (tmp_path / name).symlink_to(found)
    copy = tmp_path / "a checkout" / "fixtures" / "up.sh"
    copy.parent.mkdir(parents=True)
    copy.write_bytes(UP.read_bytes())
    command = ["/bin/bash", str(copy), "install"]
    done = subprocess.run(command, capture_output=True, text=True, env={"PATH": str(tmp_path)}, check=False)
    assert done.returncode == 1
    assert "run as root, or install sudo, or run: apt-get install ca-certificates tzdata softhsm2" in done.stderr
