"""Settings of the set-up: what `vss-robot setup` brings onto a machine, and from where."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field

from robot.settings.kinds import Strict

# The Chrome Web Store's update service, as Chrome's own policy documentation names it.
WEB_STORE = "https://clients2.google.com/service/update2/crx"


class Setup(Strict):
    """What `vss-robot setup` brings onto this machine."""

    scope: Literal["system", "user"] = Field(
        "system",
        description="for everybody on this machine (as administrator), or for this user; --system and --user override it",
    )
    browsers: tuple[Literal["chrome", "edge", "chromium"], ...] = Field(
        (), description="browsers to set up; the one that the robot starts when left out"
    )
    extension: bool = Field(
        default=True, description="have the browser install the extension by the policy ExtensionInstallForcelist"
    )
    update_url: str = Field(
        WEB_STORE,
        pattern=r"^(https?|file)://[^\s;]+$",
        description="update address that the browser fetches the extension from; Windows and macOS take another than the "
        "Web Store's on managed machines only",
    )
    host_manifest: bool = Field(
        default=True, description="register signing.host_path as native host; nothing is registered where host_path is left out"
    )
    library_installer: Path | None = Field(
        None, description="the VSS library's installer; an .msi is installed with msiexec /qn, another kind needs library_command"
    )
    library_command: tuple[str, ...] = Field(
        (), description="command that installs the VSS library without a window, over library_installer: program, then arguments"
    )
    library_undo_command: tuple[str, ...] = Field((), description="command that removes it again, for setup --undo")
    library_file: Path | None = Field(
        None, description="a file that is there once the library is installed; where it is there already, nothing is installed"
    )
    runtime_command: tuple[str, ...] = Field(
        (),
        description="command that installs the runtime library (Microsoft Visual C++ 2015), run only after consent: "
        "VC_REDIST.EXE /install /quiet /norestart",
    )
    command_s: float = Field(600, gt=0, le=86_400, description="seconds that such a command may take")
