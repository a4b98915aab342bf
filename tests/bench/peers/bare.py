"""What somebody writes by hand with Playwright's Python alone: log in, then send each dossier and read its number.

`python bare.py TASK`: the task is a JSON file (`tests.bench.peers.task`). It keeps no books and no evidence, looks at nothing
before, and knows one way to find each element. The numbers go to the file that the task names, as a JSON list.
"""

import json
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import Page, expect, sync_playwright


def main(file: str) -> None:
    """Send the task's dossiers."""
    task = json.loads(Path(file).read_text(encoding="utf-8"))
    with sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(
            task["profile"],
            executable_path=task["chromium"],
            headless=True,
            args=task["arguments"],
            ignore_default_args=task["dropped"],
            chromium_sandbox=task["sandbox"],
        )
        page = context.pages[0]
        log_in(page, task)
        numbers = [send(page, task, each) for each in task["dossiers"]]
        context.close()
    Path(task["numbers"]).write_text(json.dumps(numbers), encoding="utf-8")


def log_in(page: Page, task: dict) -> None:
    """With the captcha read by whoever answers it."""
    page.goto(task["log_in"])
    page.get_by_role("textbox", name="Tài khoản").fill(task["user"])
    page.locator("input[type=password]").fill(task["password"])
    page.get_by_role("checkbox", name="Tổ chức").check()
    page.get_by_role("img", name="captcha").screenshot(path=task["picture"])
    answer = subprocess.run(
        [task["operator"], task["picture"]], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=True
    )
    page.get_by_role("textbox", name="Mã kiểm tra").fill(answer.stdout.strip())
    page.get_by_role("button", name="Đăng nhập").click()
    expect(page.locator("#accountMenuBtn")).to_be_visible()


def send(page: Page, task: dict, dossier: dict) -> str:
    """The number of its receipt."""
    page.goto(task["upload"])
    page.locator("input[type=file]").set_input_files(dossier["file"])
    page.get_by_role("textbox", name="Đợt").fill(dossier["round"])
    page.get_by_role("button", name="Nộp hồ sơ").click()
    dialog = page.get_by_role("dialog", name="Chọn chữ ký số")
    dialog.locator(f'label.certificate[data-tax-code="{task["tax_code"]}"]').get_by_role("radio").check(timeout=60_000)
    dialog.get_by_role("button", name="Xác nhận").click()
    expect(page.locator("#receipt")).to_be_visible(timeout=60_000)
    return page.locator(".receipt-number").inner_text()


if __name__ == "__main__":
    main(sys.argv[1])
