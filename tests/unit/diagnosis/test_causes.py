"""From probes to one cause: the earliest broken link, the others mentioned, unknown said as unknown."""

import random
from dataclasses import replace

import pytest

from robot.diagnosis import CAUSES, CHAIN, CODES, finding_of, name_cause, trouble_of
from robot.diagnosis.probe import Probe, ok, unknown
from robot.errors import CertificateExpired, FormAbsent, PinLocked, Refused
from robot.texts import LANGUAGES, Text, catalogue


def wrong(code: str) -> Probe:
    return Probe(CODES[code], code, "broken", Text(f"causes.{code}"))


@pytest.mark.parametrize("seed", range(20))
def test_of_several_broken_links_the_earliest_is_named(seed):
    """In whatever order they were looked at; the others are mentioned in the order of the chain."""
    chance = random.Random(seed)  # noqa: S311 - which codes meet is no secret
    codes = chance.sample(list(CODES), 3)
    finding = name_cause([wrong(code) for code in codes])
    first, *others = sorted(codes, key=list(CODES).index)
    assert (first, CODES[first]) == (finding.code, finding.link)
    assert [f"causes.{code}" for code in others] == [text.key for text in finding.also]


@pytest.mark.parametrize(
    ("codes", "named", "certainty"),
    [
        (["host_killed"], "host_killed", "likely"),
        (["host_killed", "driver_missing"], "driver_missing", "certain"),
        (["host_killed", "clock_skew"], "host_killed", "likely"),
        (["token_failed", "certificate_key_usage", "certificate_expired"], "certificate_expired", "certain"),
    ],
)
def test_a_link_seen_by_its_effect_yields_to_what_it_leans_on(codes, named, certainty):
    """A host that went down over the question for a certificate is no certain cause, and none where its driver is seen broken."""
    finding = name_cause([replace(wrong(codes[0]), by_effect=True), *map(wrong, codes[1:])])
    assert (named, certainty) == (finding.code, finding.certainty)
    assert {f"causes.{code}" for code in codes} - {f"causes.{named}"} == {text.key for text in finding.also}


def test_without_a_broken_link_no_cause_is_named():
    """What could not be looked at is mentioned, and nothing is guessed."""
    finding = name_cause([ok("form", "form"), unknown("driver", "driver_unset")])
    assert (finding.link, finding.code, finding.certainty) == ("unknown", "", "unknown")
    assert [text.key for text in finding.also] == ["facts.driver_unset"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_code_has_its_sentences(language):
    """Cause and remedy in each language, and nothing in the remedy that the cause does not tell."""
    import string

    said = catalogue(language)
    for code, cause in CAUSES.items():
        fills = {name for _, name, _, _ in string.Formatter().parse(said[cause.text]) if name}
        needs = {name for _, name, _, _ in string.Formatter().parse(said[cause.remedy]) if name}
        extra = {"policy"} if code == "extension_blocked" else set()
        assert needs - extra <= fills, code
    assert {link for link, _ in CHAIN} <= {key.removeprefix("links.") for key in said if key.startswith("links.")}


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (PinLocked("pin_locked", serial="A1"), "pin_locked"),
        (CertificateExpired("certificate_expired", tax_code="0101243150", since="a", until="b"), "certificate_expired"),
        (PinLocked("log_in_failed", serial="A1", code="CKR_GENERAL_ERROR"), "token_failed"),
    ],
)
def test_an_error_of_the_signer_is_its_own_finding(error, code):
    """What the token itself has said needs no further look, and keeps its own sentence."""
    finding = finding_of(error)
    assert (code, error.text.key) == (finding.code, finding.cause.key)
    for language in LANGUAGES:
        assert finding.sentence().say(language)
    assert trouble_of(error.text).code == code


def test_a_refusal_or_an_absent_form_is_no_finding_by_itself():
    """A business refusal names no link; an absent form brings its finding along."""
    assert finding_of(Refused("refused", said="…")) is None
    assert finding_of(FormAbsent("form_absent", form="", seconds=1, finding="")) is None
