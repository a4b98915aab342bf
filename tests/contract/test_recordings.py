"""The recordings of the world that are kept: small, readable elsewhere, and nobody's."""

import io
import json
import tempfile
import zipfile
from datetime import date
from pathlib import Path

import jsonschema
import pytest
from haralyzer import HarParser

from fixtures.dossiers import make_people
from fixtures.organisations import ORGANISATIONS
from fixtures.recorded import CASES, RECORDINGS, WRONG_CODE
from fixtures.world.layout import CHECKOUT
from robot.recording.made_up import made_up_values
from robot.recording.reading import load
from robot.recording.safety import search, unpacked

SCHEMA = json.loads((Path(__file__).parents[1] / "unit" / "recording" / "har-1.2.schema.json").read_text(encoding="utf-8"))
MEGABYTE = 1 << 20
PARTICULARS = ("name", "tax_code", "unit_code", "phone", "email", "contact", "address", "contact_phone", "signer")

each = pytest.mark.parametrize("name", sorted(CASES))


def test_there_is_one_of_each():
    """As many folders as cases."""
    assert sorted(folder.name for folder in RECORDINGS.iterdir()) == sorted(CASES)


@each
def test_it_is_read_without_a_fault_and_small(name):
    """The flow and the end that its case names, in less than a megabyte."""
    recording = load(RECORDINGS / name).recording
    case = CASES[name]
    assert (recording.flow, recording.outcome.exit_code) == (case.flow, case.exit_code)
    assert recording.signing == ("vendor" if case.vendor else "pkcs11")
    assert sum(file.stat().st_size for file in (RECORDINGS / name).rglob("*") if file.is_file()) < MEGABYTE


@each
def test_its_har_opens_elsewhere(name):
    """HAR 1.2 by the schema; another program finds a page for each step in which something was asked, and every entry."""
    data = json.loads((RECORDINGS / name / "exchanges.har").read_text(encoding="utf-8"))
    jsonschema.validate(data, SCHEMA)
    parser = HarParser(data)
    steps = [step.name for step in load(RECORDINGS / name).recording.steps]
    assert [page.title for page in parser.pages] == steps
    assert sum(len(page.entries) for page in parser.pages) == len(data["log"]["entries"])


@each
def test_its_traces_are_traces(name):
    """Each begins with its context, names only what it holds or a viewer may miss, and has no picture of the window."""
    traces = sorted((RECORDINGS / name / "trace").glob("*.zip"))
    assert traces
    for trace in traces:
        with zipfile.ZipFile(trace) as archive:
            assert archive.testzip() is None
            events = [json.loads(line) for line in archive.read("trace.trace").decode().splitlines()]
            network = [json.loads(line) for line in archive.read("trace.network").decode().splitlines()]
            names = archive.namelist()
        assert events[0]["type"] == "context-options"
        assert {event["type"] for event in network} <= {"resource-snapshot"}
        assert not [each for each in names if each.endswith((".jpeg", ".jpg", ".png", ".stacks"))]
        assert {event["callId"] for event in events if event["type"] == "after"} <= {
            event["callId"] for event in events if event["type"] == "before"
        }


@each
def test_nobody_of_the_world_is_in_it(name):
    """No particular of any organisation, no name, number or salary of a dossier's people, in any file, unpacked."""
    known = {getattr(row, part): part for row in ORGANISATIONS.values() for part in PARTICULARS}
    known |= {WRONG_CODE: "personal code"}
    for person in make_people(3, seed=5):
        known |= {person.name: "name", person.personal_code: "personal code", person.citizen_id: "citizen id"}
        known |= {str(person.salary): "salary"}
    assert search(RECORDINGS / name, known) == []


@each
def test_no_machine_and_no_session_is_in_it(name):
    """No path of the machine that it was recorded on, no address of its servers, no cookie."""
    places = {str(CHECKOUT), str(Path.home()) + "/", tempfile.gettempdir() + "/", "/home/", "127.0.0.1", "et-cookie"}
    for file in (file for file in (RECORDINGS / name).rglob("*") if file.is_file()):
        for place, held in unpacked(file.name, file.read_bytes(), depth=3):
            assert [each for each in places if each.encode() in held] == [], place


@each
def test_each_placeholder_has_a_made_up_value(name):
    """None is left over, and the dossier is as the head of the recording wants it."""
    loaded = load(RECORDINGS / name)
    values = made_up_values(loaded.recording.placeholders, loaded.folder, date(2027, 5, 1))
    assert loaded.recording.placeholders.keys() - values.keys() <= {"{FILE:dossier}"}
    if "dossier" in loaded.recording.parameters:
        from robot.dossier import read_head

        head = read_head(loaded.folder / loaded.recording.parameters["dossier"])
        head.check_belongs_to("org", values["{ORG:tax_code}"])
        assert values["{FILE:dossier.sha256}"] == head.sha256


def test_an_archive_within_an_archive_is_seen():
    """The searches above go into traces: what lies in one is found."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("resources/a.html", "/home/x")
    assert any(b"/home/" in inner for _, inner in unpacked("t.zip", held.getvalue()))
