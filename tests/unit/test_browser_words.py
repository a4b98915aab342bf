"""Why a browser did not start, out of what it has written."""

import pytest

from robot.browser.launch import why_not

STARTED = "BrowserType.launch_persistent_context: Target page, context or browser has been closed\nBrowser logs:\n"
MISSING = "[pid=7][err] /usr/lib/chromium/chromium: error while loading shared libraries: libnss3.so: cannot open it"
BUS = "[pid=7][err] [7:9:ERROR:dbus/bus.cc:406] Failed to connect to the bus: No such file or directory"
SYS = "[pid=7][err] open /sys/devices/system/cpu/cpu0/cpufreq/scaling_max_freq: No such file or directory (2)"


@pytest.mark.parametrize(
    ("written", "why"),
    [
        ([MISSING], "/usr/lib/chromium/chromium: error while loading shared libraries: libnss3.so: cannot open it"),
        ([MISSING, BUS, SYS], "/usr/lib/chromium/chromium: error while loading shared libraries: libnss3.so: cannot open it"),
        ([BUS, SYS], "BrowserType.launch_persistent_context: Target page, context or browser has been closed"),
    ],
)
def test_the_cause_is_not_what_every_start_complains_of(written, why):
    """A library that is missing, and not the bus or the clock of a processor that a server does not have."""
    assert why == why_not(RuntimeError(STARTED + "\n".join(written)))
