"""The chain as it is drawn: what was looked at by its own words, what the question has passed, what nobody asked."""

import json

import pytest

from robot.diagnosis import LINKS
from robot.report.chain import draw
from robot.report.har import har


def _finding(link, cause="cause"):
    return {"vi": {"link": link, "cause": f"{cause} vi"}, "en": {"link": link, "cause": f"{cause} en"}}


def _probes(*rows):
    return {
        language: [{"link": link, "state": state, "fact": f"{fact} {language}", "seconds": 0.25} for link, state, fact in rows]
        for language in ("vi", "en")
    }


def _states(links):
    return {link.name: link.state for link in links}


def test_every_link_in_order():
    """Twelve links, browser first, each with a title and a role in both languages."""
    links = draw(_finding("host"), {}, mended=False)
    assert [link.name for link in links] == list(LINKS[:-1])
    assert all(said.vi and said.en for link in links for said in (link.title, link.role))


def test_without_probes_the_question_has_passed_what_lies_before():
    """The host is broken: what stands before it has let the question through, what stands after it was not asked."""
    states = _states(draw(_finding("host"), {}, mended=False))
    assert {states[name] for name in ("browser", "portal", "page", "extension", "worker")} == {"ok"}
    assert states["host"] == "broken"
    assert {states[name] for name in ("driver", "token", "certificate", "clock", "form", "dialog")} == {"unasked"}


def test_a_form_that_is_wrong_says_nothing_of_the_links_between():
    """Marked fields: the page was reached, and extension, library and token were not asked."""
    links = draw(_finding("form"), {}, mended=True)
    states = _states(links)
    assert states["form"] == "mended"
    assert (states["page"], states["extension"], states["token"]) == ("ok", "unasked", "unasked")


def test_probes_speak_for_themselves():
    """Two broken links: the earliest is marked as the first, the other is drawn as broken too; unknown stays unknown."""
    probes = _probes(
        ("portal", "ok", "answers"),
        ("host", "ok", "manifest"),
        ("host", "broken", "killed"),
        ("driver", "unknown", "not named"),
        ("clock", "broken", "skew"),
    )
    links = draw(_finding("host"), probes, mended=False)
    states = _states(links)
    assert (states["host"], states["driver"], states["clock"]) == ("broken", "unknown", "broken")
    host = next(link for link in links if link.name == "host")
    assert [fact.en for fact in host.facts] == ["killed en"]
    assert host.seconds == 0.5
    assert [link.name for link in links if link.first] == ["host"]


@pytest.mark.parametrize("finding", [None, _finding("unknown")])
def test_nothing_is_drawn_where_nobody_looked(finding):
    """No finding, or one that names no link: there is no chain to draw."""
    assert draw(finding, {}, mended=False) == []


def test_the_har_is_har():
    """Version 1.2 with one entry a request; a failure has status 0; nothing but method, address, kind, size and time is in it."""
    notes = [
        {"at": "2026-11-22T16:14:57.697+00:00", "method": "GET", "address": "https://x/", "status": 200, "ms": 12, "bytes": 5},
        {"at": "2026-11-22T16:14:58.000+00:00", "method": "POST", "address": "https://x/api", "failure": "net::ERR_FAILED"},
    ]
    log = json.loads(har(notes, "156"))["log"]
    assert log["version"] == "1.2"
    first, second = log["entries"]
    assert (first["time"], first["response"]["status"], first["response"]["bodySize"]) == (12, 200, 5)
    assert (second["response"]["status"], second["response"]["statusText"]) == (0, "net::ERR_FAILED")
    for entry in log["entries"]:
        assert entry["request"]["headers"] == entry["request"]["queryString"] == entry["response"]["headers"] == []
