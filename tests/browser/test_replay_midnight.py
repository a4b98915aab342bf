"""Replays around midnight in Vietnam: the day of a replay is the one on which it began."""

import datetime as dt

from fixtures.extension import EXTENSION_ID, copy_to
from fixtures.recorded import RECORDINGS
from robot.browser.launch import Extras
from robot.clock import VIETNAM
from robot.drive.replay import Playing, playing, replay
from robot.settings import Settings

BEGUN = dt.datetime.now(VIETNAM).replace(hour=23, minute=59, second=58) - dt.timedelta(days=1)


class _BeforeMidnight(dt.datetime):
    """The clock when the replay begins: all that follows has the machine's own, which is past that midnight."""

    @classmethod
    def now(cls, tz=None):
        return BEGUN.astimezone(tz)


def test_a_replay_that_goes_on_past_midnight_sends_the_day_it_began_on(playwright, monkeypatch, tmp_path):
    """The registration's form is filled with the day: the flow's own, which the recording has as `{DAY:0}`."""
    monkeypatch.setattr(playing, "datetime", _BeforeMidnight)
    folder = copy_to(tmp_path / "extension")
    settings = Settings.model_validate({"browser": {"extension_dir": folder, "extension_id": EXTENSION_ID}})
    (played,) = replay([RECORDINGS / "registered"], Playing(settings, extras=Extras(playwright=playwright)))
    assert ("passed", ()) == (played.state, played.deviations), played
