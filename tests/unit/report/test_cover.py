"""Covering: persons' numbers and addresses go, what tells one case from another stays, and JSON stays JSON."""

import json

import pytest

from robot.redaction import Redactor
from robot.report import Cover
from robot.settings import Settings

TAX_CODE, BRANCH = "9901000019", "9901003041-001"
PARTICULARS = {
    "name": "Công ty TNHH Thử Nghiệm Hòa Bình",
    "province": "Hà Nội",
    "agency_name": "BHXH cơ sở Bình An",
    "agency_code": "00131",
    "email": "hoa-binh@thu.example",
    "contact": "Nguyễn Thị Thu Hằng",
    "address": "Số 12, phố Bình An, Hà Nội",
}
KEPT = [
    TAX_CODE,
    BRANCH,
    "9901003041001",
    "20261122-231455-j8t9y",
    "DK2026-000123",
    "03706/2026/07906",
    "2026-11-22T16:14:57.697+00:00",
    "22/11/2026 15:04:05",
    "no-reply@baohiemxahoi.gov.vn",
    "1f2e3d4c5b6a79881234567890abcdef1234567890abcdef1234567890abcdef",
    "156.0.8078.79",
    "0.123456789",
]
COVERED = [
    "0912345678",
    "+84912345678",
    "0912 345 678",
    "024.3936.1234",
    "001085012345",
    "001 085 012 345",
    "123456789",
    "0123456789",
    "thu.hang+luong@cong-ty.example",
]


@pytest.fixture
def cover(tmp_path):
    """A cover for two employers, with a secret that the robot knows."""
    redactor = Redactor()
    redactor.learn("portal/hoa-binh", "Mật-khẩu 77")
    organisations = {"hoa-binh": PARTICULARS | {"tax_code": TAX_CODE}, "an-phu": PARTICULARS | {"tax_code": BRANCH}}
    settings = Settings(home=tmp_path, organisations=organisations, mail={"senders": ["no-reply@baohiemxahoi.gov.vn"]})
    return Cover(redactor, settings)


@pytest.mark.parametrize("said", KEPT)
def test_what_tells_one_case_from_another_stays(cover, said):
    """Tax codes of the employers, numbers of the portal's, times, digests and versions are as they were."""
    assert f"({said}), {said}." == cover.text(f"({said}), {said}.")


@pytest.mark.parametrize("said", COVERED)
def test_a_persons_number_or_address_is_covered(cover, said):
    """In a sentence, in JSON, in a page's attribute; two digits of a number stay, so that two can be told apart."""
    for around in ("Số {} đã được kê khai.", '{{"phone": "{}"}}', '<input value="{}">', "{}", "a={};b"):
        text = cover.text(around.format(said))
        assert said not in text
        assert "•••" in text
    if "@" not in said:
        assert f"•••{said[-2:]}" == cover.text(said)


def test_the_phone_of_the_portals_own_words(cover):
    """The known toast keeps its sense without the number."""
    toast = "Số điện thoại 0240000101 đã được kê khai giao dịch điện tử với mã số 9901000019"
    assert cover.text(toast) == "Số điện thoại •••01 đã được kê khai giao dịch điện tử với mã số 9901000019"


def test_json_stays_json(cover, tmp_path):
    """Numbers that had to be covered become texts; the secret goes, the folder's name too; keys are looked at as well."""
    kept = {"n": 912345678, "bytes": 1234, "ok": True, "path": f"{tmp_path}/x", "say": ["Mật-khẩu 77"], "0912345678": None}
    covered = json.loads(cover.json(json.dumps(kept)))
    assert covered == {
        "n": "•••78",
        "bytes": 1234,
        "ok": True,
        "path": "‹robot›/x",
        "say": ["‹portal/hoa-binh›"],
        "•••78": None,
    }
    lines = cover.lines('{"phone": "0912345678"}\n{"phone": "0912345678')
    assert lines == '{"phone": "•••78"}\n{"phone": "•••78\n'
