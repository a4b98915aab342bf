"""Upload, receipt, look-up and history at the stand-in portal, and each refusal on the way."""

import io
import re
import threading
import zipfile

import pytest

from fixtures.portal.desk import Desk


@pytest.fixture
def insider(client):
    return client.logged_in()


def test_a_dossier_is_accepted_and_found_again(portal, insider):
    """The receipt's number is on the look-up page with its history, and in the truth exactly once."""
    answer = insider.desk.submit(insider.dossier(), insider.signer)
    assert re.fullmatch(r"\d{5}/\d{4}/07906", answer["number"])
    assert re.fullmatch(r"\d\d/\d\d/\d{4} \d\d:\d\d:\d\d", answer["time"])
    page = insider.desk.page("/ho-so/tra-cuu")
    assert f'<tr data-number="{answer["number"]}">' in page
    assert answer["time"] in page
    detail = insider.desk.page(f"/ho-so/tra-cuu/chi-tiet?so={answer['number']}")
    assert '<ol id="history">' in detail
    assert answer["promised"] in detail
    kept = [row["times"] for row in portal.truth.snapshot()["acceptances"] if answer["number"] in row["numbers"]]
    assert kept == [1]


def test_the_list_is_newest_first_and_filtered_exactly(insider):
    """Filters by number, procedure, period and round narrow the list; other organisations' dossiers are not in it."""
    numbers = [insider.desk.submit(insider.dossier(period), insider.signer)["number"] for period in ("08/2026", "09/2026")]

    def listed(query: str) -> list[str]:
        return re.findall(r'<tr data-number="([^"]+)"', insider.desk.page(f"/ho-so/tra-cuu{query}"))

    assert listed("") == numbers[::-1]
    assert listed("?ky=08/2026") == numbers[:1]
    assert listed(f"?so={numbers[1]}&thu-tuc=600&ky=&dot=01") == numbers[1:]
    assert listed("?dot=02") == []


def test_a_zip_of_the_container_is_accepted(insider):
    """A zip with the one XML file is read like the file itself."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("BHXHDienTu.xml", insider.dossier())
    assert insider.desk.submit(packed.getvalue(), insider.signer, name="hồ sơ.zip")["ok"]


def test_the_same_key_is_refused_and_another_round_accepted(portal, insider):
    """A second acceptance of unit, procedure, period and round is refused with the first one's number; attempts are kept."""
    first = insider.desk.submit(insider.dossier(), insider.signer)["number"]
    again = insider.desk.submit(insider.dossier(), insider.signer)
    assert again["message"] == f"Hồ sơ đã được tiếp nhận với số {first}"
    assert insider.desk.submit(insider.dossier(), insider.signer, dot="02")["ok"]
    tried = [row["outcome"] for row in portal.truth.snapshot()["dossiers"] if row["tax_code"] == insider.tax_code]
    assert tried == ["accepted", "refused", "accepted"]


def test_two_uploads_at_once_are_accepted_once(insider):
    """The check for an earlier acceptance and the acceptance are one transaction."""
    data = insider.dossier()
    tickets = [insider.desk.ticket("BHXHDienTu.xml", data, "01")["ticket"] for _ in range(4)]
    answers = []

    def send(ticket: str) -> None:
        desk = Desk(insider.desk.address)
        desk.cookies = insider.desk.cookies
        answers.append(desk.upload(data, ticket, insider.signer)["ok"])

    threads = [threading.Thread(target=send, args=(ticket,)) for ticket in tickets]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [False, False, False, True]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"MaThuTuc": ""}, "MaThuTuc"),
        ({"MaSoBHXH": " "}, "MaSoBHXH"),
        ({"period": "13/2026"}, "KyKeKhai"),
        ({"SoLuongFile": "2"}, "SoLuongFile"),
        ({"DoDaiFile": "9"}, "DoDaiFile"),
    ],
)
def test_a_broken_structure_is_refused_by_field(insider, changes, field):
    """Known fault 3: the refusal names exactly the field that is not valid."""
    answer = insider.desk.submit(insider.dossier(**changes), insider.signer)
    assert answer["message"] == f"Hồ sơ có cấu trúc không hợp lệ: trường {field}"


@pytest.mark.parametrize("data", [b"%PDF", b"<Hoso>", b"<x/>", b"PK\x03\x04", b'<!DOCTYPE Hoso [<!ENTITY a "b">]><Hoso/>'])
def test_what_is_no_container_is_refused(insider, data):
    """Bytes that are no container are refused, not tripped over."""
    assert "cấu trúc không hợp lệ" in insider.desk.submit(data, insider.signer)["message"]


def test_a_dossier_of_another_organisation_is_refused(portal, insider):
    """Neither another's container nor another's certificate passes."""
    other = portal.client()
    assert "không phải của đơn vị" in insider.desk.submit(other.dossier(), insider.signer)["message"]
    assert "không khớp với mã số thuế" in insider.desk.submit(insider.dossier(), other.signer)["message"]


def test_a_ticket_is_good_once_for_its_own_file(insider):
    """A used ticket, another file, another round and a signature over another file are refused."""
    data, other = insider.dossier(), insider.dossier("11/2026")
    ticket = insider.desk.ticket("BHXHDienTu.xml", data, "01")["ticket"]
    assert "không khớp với tệp đã kiểm tra" in insider.desk.upload(other, ticket, insider.signer)["message"]
    assert "không còn hiệu lực" in insider.desk.upload(data, ticket, insider.signer)["message"]
    ticket = insider.desk.ticket("BHXHDienTu.xml", data, "01")["ticket"]
    assert "không khớp với tệp đã kiểm tra" in insider.desk.upload(data, ticket, insider.signer, dot="02")["message"]


@pytest.mark.parametrize(
    ("name", "size", "dot", "message"),
    [
        ("a.pdf", 10, "01", "Tệp hồ sơ phải có đuôi .xml hoặc .zip"),
        ("a.xml", 0, "01", "Dung lượng tệp hồ sơ không hợp lệ (tối đa 20 MB)"),
        ("a.xml", 20 * 1024 * 1024 + 1, "01", "Dung lượng tệp hồ sơ không hợp lệ (tối đa 20 MB)"),
        ("a.xml", 10, "00", "Đợt kê khai không hợp lệ (01 đến 99)"),
    ],
)
def test_an_announcement_that_cannot_be_right_is_refused(insider, name, size, dot, message):
    """Ending, size and round are checked before a ticket is given."""
    values = {"name": name, "size": size, "sha256": "00" * 32, "dot": dot}
    assert insider.desk.call("/api/ho-so/kiem-tra", values)["message"] == message


def test_the_truth_can_tell_of_a_double_acceptance(portal, insider):
    """The schema does not hide a fault of the portal: two acceptances of one key count as two."""
    number = insider.desk.submit(insider.dossier(), insider.signer)["number"]
    with portal.truth.write() as db:
        columns = "attempted_at, tax_code, unit_code, procedure, period, round, file_name, size, sha256, outcome, promised_on"
        query = f"INSERT INTO dossiers ({columns}, number) SELECT {columns}, ? FROM dossiers WHERE number = ?"  # noqa: S608 - above
        db.execute(query, (f"{number}-2", number))
    kept = [row["times"] for row in portal.truth.snapshot()["acceptances"] if number in row["numbers"].split()]
    assert kept == [2]
