"""Chrome's command line: the switches that are ours, beside Playwright's own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from robot.errors import SettingsError

if TYPE_CHECKING:
    from robot.settings import Settings

# chromiumSwitches.ts of Playwright 1.65, without Edge's: of two such switches Chrome heeds the last alone.
PLAYWRIGHTS_OFF: Final = (
    "AvoidUnnecessaryBeforeUnloadCheckSync",
    "DestroyProfileOnBrowserClose",
    "HttpsUpgrades",
    "HttpsFirstBalancedModeAutoEnable",
    "LensOverlay",
    "MediaRouter",
    "PaintHolding",
    "ThirdPartyStoragePartitioning",
    "AvoidCorsURLLoaderRestartOnRedirect",
    "TcpPortRandomizationWin",
    "OptimizationHints",
    "NetworkTimeServiceQuerying",
    "AimEnabled",
    "PreconnectToSearch",
)
# The list below the address bar, where nobody types: since it is made of web pages each window loads two of them in a process of
# their own, at a browser's start and for each window. Seen in Chromium 156, headless and with one blank page: 0.81 s of processor
# time until it is there and 347 MB, in place of 1.59 s and 399 MB. A Chrome that does not know them passes over them.
ADDRESS_BAR_OFF: Final = ("WebUIOmniboxPopup", "WebUIOmniboxAimPopup", "WebUIOmniboxFullPopup")
FEATURES_OFF: Final = f"--disable-features={','.join((*PLAYWRIGHTS_OFF, *ADDRESS_BAR_OFF))}"


def own_arguments(settings: Settings) -> list[str]:
    """The switches that the settings ask for.

    Raises:
        SettingsError: the unpacked extension is not where the settings say.
    """
    arguments = ["--no-first-run", "--no-default-browser-check", FEATURES_OFF]
    folder = settings.browser.extension_dir
    if folder is not None:
        if not (folder / "manifest.json").is_file():
            raise SettingsError("extension_dir_absent", folder=folder)
        arguments += [f"--disable-extensions-except={folder}", f"--load-extension={folder}"]
    if settings.portal.host_resolver_rules:
        arguments.append(f"--host-resolver-rules={settings.portal.host_resolver_rules}")
    if settings.portal.spki_pins:
        arguments.append(f"--ignore-certificate-errors-spki-list={','.join(settings.portal.spki_pins)}")
    return arguments
