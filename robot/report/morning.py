"""What people hear when a night is over: the report, and the sign of life for monitoring."""

from __future__ import annotations

from typing import TYPE_CHECKING

from robot.drive.heartbeat import beat
from robot.drive.notices import Notices
from robot.report.night import report_of
from robot.report.night_files import as_text
from robot.texts import Text

if TYPE_CHECKING:
    from robot.drive.office import Office
    from robot.report.night import NightReport


def good_morning(office: Office, night: int) -> tuple[NightReport, list[str]]:
    """Report a night that has ended: to the notices' addresses, and by the heartbeat; what did not get through is named."""
    report = report_of(office.ledger, night)
    fills = {name: report.counts[name] for name in ("planned", "accepted", "refused", "held", "not_started")}
    title = Text("notices.report_title" if report.balanced else "notices.report_title_unbalanced", {"night": night, **fills})
    failed = Notices(office).send("report", title, as_text(report, office.settings.language))
    facts = {"night": night, "ended": report.ended, "outcome": report.outcome, "balanced": report.balanced, **fills}
    return report, failed + beat(office, facts)
