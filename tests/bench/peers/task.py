"""The job that every tool is given: where the portal is, who logs in, which browser with which extension, and the dossiers."""

import json
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from fixtures.extension import EXTENSION_ID
from fixtures.organisations import ORGANISATIONS
from fixtures.vendor.installing import manifest
from fixtures.world import Layout
from fixtures.world.passwords import open_world_vault
from robot import settings
from robot.browser.find import find_browser
from robot.browser.launch import as_root
from tests.bench.dossiers import Dossier

FLAGS = ("--no-first-run", "--no-default-browser-check")


def write_task(layout: Layout, key: str, folder: Path, dossiers: Sequence[Dossier], host: Path) -> Path:
    """The task in a file of its owner's, and a profile with the manifest of the native host `host` in `folder`."""
    loaded, portal = settings.load(layout.settings), ORGANISATIONS[key]
    user, password, *_ = open_world_vault(layout).get(f"portal/{key}").splitlines()
    profile = folder / "profile"
    hosts = profile / "NativeMessagingHosts"
    hosts.mkdir(parents=True, exist_ok=True)
    named = manifest(host, EXTENSION_ID)
    (hosts / f"{named['name']}.json").write_text(json.dumps(named), encoding="utf-8")
    address, paths, extension = str(loaded.portal.address).rstrip("/"), loaded.portal.paths, loaded.browser.extension_dir
    task: Mapping[str, Any] = {
        "chromium": str(find_browser(loaded.browser.executable)),
        "profile": str(profile),
        "arguments": [
            *FLAGS,
            f"--disable-extensions-except={extension}",
            f"--load-extension={extension}",
            f"--host-resolver-rules={loaded.portal.host_resolver_rules}",
            f"--ignore-certificate-errors-spki-list={','.join(loaded.portal.spki_pins)}",
        ],
        "dropped": ["--disable-extensions"],  # a default of Playwright's that would keep the extension from running
        "sandbox": not as_root(),
        "driver": shutil.which("chromedriver") or "",
        "log_in": address + paths.login,
        "upload": address + paths.submit,
        "user": user,
        "password": password,
        "tax_code": portal.tax_code,
        "operator": str(layout.operator),
        "picture": str(folder / "captcha.png"),
        "picture_stem": str(folder / "captcha"),
        "numbers": str(folder / "numbers.json"),
        "dossiers": [{"file": str(each.file), "round": f"{each.round_number:02d}"} for each in dossiers],
    }
    file = folder / "task.json"
    file.touch(mode=0o600)
    file.write_text(json.dumps(task, ensure_ascii=False), encoding="utf-8")
    return file
