"""An office in the middle of a night: everything that the operator's page can show, some of it hostile, long or failed."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from robot.ledger.item import NewItem
from tests.doubles.reported import HOSTILE, KEYS, LONG, TURNED, Reported, faults, picture

if TYPE_CHECKING:
    from pathlib import Path

    from robot.drive import Office
    from robot.texts import Language


def _certificate(subject: str, key: str, tax_code: str, days_left: int, not_after: str) -> dict[str, Any]:
    return {
        "subject": subject,
        "serial": "0a1b2c",
        "organisations": [key],
        "tax_codes": [tax_code],
        "days_left": days_left,
        "not_after": f"{not_after}T00:00:00+00:00",
        "is_authority": False,
    }


TOKENS: Final = [
    {
        "label": f"Viettel-CA {TURNED}",
        "serial": "540110006F8B29C1",
        "pin_state": "ok",
        "certificates": [
            _certificate(f"CN={LONG}, O=Viettel, UID=MST:9901001005", "truong-son", "9901001005", 12, "2026-12-04"),
            _certificate("CN=CÔNG TY TNHH HÒA BÌNH", "hoa-binh", "9901000019", 400, "2028-01-04"),
        ],
    },
    {
        "label": "BkavCA",
        "serial": "77AA",
        "pin_state": "final_try",
        "certificates": [_certificate(f"CN={HOSTILE}", "thai-son", "9901002030", -3, "2026-11-01")],
    },
]
CHAIN: Final = {
    "finding": {"cause": f"thiếu VCRUNTIME140.dll {HOSTILE}", "remedy": "Chạy `vss-robot doctor`.", "code": "x", "link": "host"},
    "probes": [
        {"link": "browser", "state": "ok", "fact": "Chromium 156", "code": "", "seconds": 0.1},
        {"link": "host", "state": "broken", "fact": "0xC0000135", "code": "x", "seconds": 0.3},
    ],
}


def home_of(folder: Path, language: Language) -> Path:
    """A home with seven organisations and empty books; its settings."""
    folder.mkdir()
    reported = Reported.at(folder)
    reported.ledger.close()
    text = reported.file.read_text(encoding="utf-8")
    reported.file.write_text(text.replace('language = "vi"', f'language = "{language}"'), encoding="utf-8")
    return reported.file


def middle_of_a_night(office: Office) -> dict[str, str]:
    """Writes it; the addresses of pages by what they show, without the first slash."""
    ledger, books, evidence = office.ledger, office.ledger.protocol, office.settings.evidence.folder
    reported = Reported(office.settings.home / "robot.toml", office.settings, ledger)
    failed, faulty = reported.failed(), reported.faulty()
    drift = {"page": "login", "element": "captcha", "kind": "fallback", "expected": HOSTILE, "found": ".captcha-img img"}
    (evidence / failed / "drift.jsonl").write_text(json.dumps(drift), encoding="utf-8")
    names = (HOSTILE, TURNED, f"{LONG}.xml", *(f"Báo tăng lao động đợt {number}.xml" for number in range(4, 8)))
    items = [
        ledger.queue.plan(NewItem(key, f"TZ0101A/600/12/2026/{number:02}", "/x", name, f"{number:064}", 9))
        for number, (key, name) in enumerate(zip(KEYS, names, strict=True), start=11)
    ]
    night = ledger.nights.begin(datetime.now(UTC))
    ledger.nights.plan(night, [item.id for item in items])

    def run_of(number: int) -> tuple[str, Any]:
        run = ledger.begin_run("submit", KEYS[number], {}, evidence, night=night)
        return run, books.claim(run, 600, item=items[number].id)

    going, _ = run_of(0)
    ledger.begin_step(going, "sign and send the dossier")
    (office.settings.home / "captcha.png").write_bytes(picture())
    ledger.ask(going, "captcha", office.settings.home / "captcha.png", 600)
    lost, claim = run_of(1)
    books.lose_sight(books.intend(books.signed(books.prepared(claim)), {}), HOSTILE)
    again = books.claim(lost, 600, item=items[1].id)
    assert again is not None
    books.hold(again, {"vi": f"Không rõ cổng đã nhận chưa: {HOSTILE}", "en": f"Nobody can tell: {HOSTILE}"})
    ledger.end_run(lost, "unknown")
    refused, claim = run_of(2)
    said = {"vi": f"Cổng báo: {HOSTILE} {TURNED}", "en": f"The portal says: {HOSTILE} {TURNED}"}
    books.refuse(books.intend(books.signed(books.prepared(claim)), {}), said, {"vi": faults("vi"), "en": faults("en")})
    ledger.end_run(refused, "refused")
    ledger.care.hold(items[3].id, {"vi": "Chờ giám đốc", "en": "Waiting for the director"})
    asking = ledger.begin_run("onboard", KEYS[4], {}, evidence)
    ledger.ask(asking, "activation", said=said, choices=("again", "stop"))
    return {
        "tonight": "",
        "queue": "queue",
        "all of the queue": "queue?state=all",
        "refused": f"queue/{items[2].id}",
        "held": f"queue/{items[3].id}",
        "not known": f"queue/{items[1].id}",
        "decisions": "held",
        "questions": "questions",
        "runs": "runs",
        "a run that goes on": f"runs/{going}",
        "a run that failed": f"runs/{failed}",
        "a run that was refused later": f"runs/{faulty}",
        "tokens": "tokens",
        "deadlines": "deadlines",
        "checks": "checks",
        "guides": "guide",
        "a guide": "guide/handbook",
        "wrong": "nowhere",
    }
