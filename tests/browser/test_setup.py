"""Set-up: a machine without the extension gets it by policy, registers with it, and is as before after --undo."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from fixtures.extension import HOST_NAME
from fixtures.vendor import host_path
from fixtures.world import run_robot

ETC = Path("/etc/chromium")
# The folder takes the place of /etc/chromium for one command and its children: browsers of other tests see nothing of it.
BIND = 'mount --bind "$0" /etc/chromium && exec "$@"'


def _fails(*command):
    return subprocess.run(command, check=False, capture_output=True).returncode


@pytest.fixture
def etc(tmp_path) -> Path:
    """A folder that stands for /etc/chromium, with what is in that one and a policy of an administrator's."""
    folder = tmp_path / "etc chromium"
    shutil.copytree(ETC, folder) if ETC.is_dir() else folder.mkdir()
    shutil.rmtree(folder / "policies", ignore_errors=True)
    (folder / "policies" / "managed").mkdir(parents=True)
    (folder / "policies" / "managed" / "văn phòng.json").write_text(
        '{"HomepageLocation": "https://thu.example/"}', encoding="utf-8"
    )
    return folder


@pytest.fixture
def namespace(etc) -> tuple[str, ...]:
    """What a command is started by so that it finds that folder at /etc/chromium."""
    for unshare in (("unshare", "--mount"), ("unshare", "--map-root-user", "--mount")):
        within = (*unshare, "sh", "-c", BIND, str(etc))
        if shutil.which("unshare") and ETC.is_dir() and not _fails(*within, "true"):
            return within
    pytest.skip("needs /etc/chromium and the right to a mount namespace, which neither root nor a user has here")


@pytest.fixture
def clean(world, tmp_path) -> Path:
    """Settings of a robot that has never run: no unpacked extension, the VSS library's host for the machine to know."""
    store = world.state["store"]
    text = world.layout.settings.read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if not line.startswith(("extension_dir", "extension_id"))]
    text = "\n".join(lines).replace("headless = true", f'headless = true\nextension_id = "{store["extension_id"]}"')
    host = json.dumps(str(host_path(world.layout.directory, world.organisation("kim-lien"))), ensure_ascii=False)
    text = text.replace('mode = "vendor"', f'mode = "vendor"\nwrite_manifest = false\nhost_path = {host}')
    home = tmp_path / "nhà"
    home.mkdir()
    shutil.copy(world.layout.vault, home)
    file = home / "robot.toml"
    file.write_text(f'{text}\n[setup]\nupdate_url = "{store["update_url"]}"\n', encoding="utf-8")
    return file


def _tree(folder):
    """Every path below, with its mode and its bytes."""
    return {
        str(path.relative_to(folder)): (path.stat().st_mode, path.read_bytes() if path.is_file() else None)
        for path in sorted(folder.rglob("*"))
    }


@pytest.mark.long
def test_registers_with_the_extension_that_the_browser_installed_and_leaves_the_machine_as_it_was(world, etc, namespace, clean):
    """Policy and host are registered, Chromium fetches and installs the extension itself; --undo leaves not a trace."""

    def robot(*arguments):
        return run_robot(world.layout, *arguments, variables={"VSS_ROBOT_SETTINGS": str(clean)}, within=namespace)

    before = _tree(etc)
    wanted = robot("setup", "--dry-run", "--json")
    assert [change["kind"] for change in json.loads(wanted.out)] == ["file", "file"], wanted.talk
    assert _tree(etc) == before
    made = robot("setup")
    assert made.exit_code == 0, made.talk
    extension_id = world.state["store"]["extension_id"]
    policy = json.loads((etc / "policies" / "managed" / "vss-robot.json").read_text(encoding="utf-8"))
    assert policy == {"ExtensionInstallForcelist": [f"{extension_id};{world.state['store']['update_url']}"]}
    assert (etc / "native-messaging-hosts" / f"{HOST_NAME}.json").is_file()
    assert json.loads(robot("setup", "--dry-run", "--json").out) == []

    ran = robot("run", "register", "--org", "kim-lien", "--json")
    assert (ran.exit_code, ran.said["outcome"]) == (0, "done"), ran.talk
    profile = clean.parent / "profiles" / "kim-lien"
    assert list((profile / "Default" / "Extensions" / extension_id).glob("*/manifest.json"))
    assert "GET /extension.crx" in (world.layout.log / "store.log").read_text(encoding="utf-8")
    assert not list(profile.glob("NativeMessagingHosts/*")), "the host was found by the manifest that the set-up wrote"

    undone = robot("setup", "--undo")
    assert undone.exit_code == 0, undone.talk
    assert _tree(etc) == before
    assert not (clean.parent / "setup").exists()
