"""What the set-up's tests share: settings, machines of each system below a test's folder, a picture of all files."""

import pytest

from robot.settings import Settings
from robot.setup import Journal, Machine
from tests.doubles.registry import MemoryRegistry

HOST = "vn.gov.vss.token_signing"


@pytest.fixture
def settings(tmp_path):
    """Settings with a host to register, over which a test lays its own [setup]."""

    def made(**setup):
        return Settings(
            home=tmp_path / "home", signing={"host_name": HOST, "host_path": tmp_path / "thư viện" / "vss-host"}, setup=setup
        )

    return made


@pytest.fixture
def machine(tmp_path):
    """A machine of a system; Windows with a registry in memory."""

    def made(system, registry=None):
        root, home = tmp_path / "root", tmp_path / "user"
        for folder in (root, home):
            folder.mkdir(exist_ok=True)
        registry = registry or (MemoryRegistry() if system == "windows" else None)
        return Machine(system, root, home, registry, {"PROGRAMDATA": str(root / "ProgramData")}, administrator=True)

    return made


@pytest.fixture
def journal(tmp_path):
    return Journal.of(tmp_path / "home")


@pytest.fixture
def picture(tmp_path):
    """All paths of the machine with mode, bytes and, for files, time."""

    def taken():
        found = {}
        for top in (tmp_path / "root", tmp_path / "user"):
            for path in sorted(top.rglob("*")):
                status = path.stat()
                found[str(path)] = (status.st_mode, (path.read_bytes(), status.st_mtime_ns) if path.is_file() else None)
        return found

    return taken
