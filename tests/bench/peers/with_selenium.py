"""What a user of Selenium writes: log in, then send each dossier and read its number, with explicit waits.

`python with_selenium.py TASK`: the task is a JSON file (`tests.bench.peers.task`). The numbers go to the file
that the task names, as a JSON list.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webdriver import WebDriver
from selenium.webdriver.support import expected_conditions as seen
from selenium.webdriver.support.wait import WebDriverWait

WAIT_S = 60


def main(file: str) -> None:
    """Send the task's dossiers."""
    task = json.loads(Path(file).read_text(encoding="utf-8"))
    options = webdriver.ChromeOptions()
    options.binary_location = task["chromium"]
    options.add_experimental_option("excludeSwitches", ["disable-extensions"])
    sandbox = [] if task["sandbox"] else ["--no-sandbox"]
    for argument in (f"--user-data-dir={task['profile']}", "--headless=new", *sandbox, *task["arguments"]):
        options.add_argument(argument)
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(task["driver"]))
    try:
        log_in(driver, task)
        numbers = [send(driver, task, each) for each in task["dossiers"]]
    finally:
        driver.quit()
    Path(task["numbers"]).write_text(json.dumps(numbers), encoding="utf-8")


def log_in(driver: WebDriver, task: dict[str, Any]) -> None:
    """With the captcha read by whoever answers it."""
    wait = WebDriverWait(driver, WAIT_S)
    driver.get(task["log_in"])
    driver.find_element(By.CSS_SELECTOR, "[formcontrolname=username]").send_keys(task["user"])
    driver.find_element(By.CSS_SELECTOR, "input[type=password]").send_keys(task["password"])
    driver.find_element(By.CSS_SELECTOR, "[formcontrolname=laToChuc]").click()
    picture = wait.until(seen.visibility_of_element_located((By.CSS_SELECTOR, "img[alt=captcha]")))
    wait.until(lambda _: driver.execute_script("return arguments[0].complete && arguments[0].naturalWidth > 0", picture))
    picture.screenshot(task["picture"])
    answer = subprocess.run(
        [task["operator"], task["picture"]], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=True
    )
    driver.find_element(By.CSS_SELECTOR, "[formcontrolname=textCaptcha]").send_keys(answer.stdout.strip())
    wait.until(seen.element_to_be_clickable((By.CSS_SELECTOR, "form button[type=submit]"))).click()
    wait.until(seen.visibility_of_element_located((By.ID, "accountMenuBtn")))


def send(driver: WebDriver, task: dict[str, Any], dossier: dict[str, str]) -> str:
    """The number of its receipt."""
    wait = WebDriverWait(driver, WAIT_S)
    driver.get(task["upload"])
    driver.find_element(By.CSS_SELECTOR, "input[type=file]").send_keys(dossier["file"])
    turn = driver.find_element(By.CSS_SELECTOR, "[formcontrolname=Dot]")
    turn.clear()
    turn.send_keys(dossier["round"])
    wait.until(seen.element_to_be_clickable((By.CSS_SELECTOR, "#upload-form button[type=submit]"))).click()
    choice = f'label.certificate[data-tax-code="{task["tax_code"]}"] input[type=radio]'
    wait.until(seen.element_to_be_clickable((By.CSS_SELECTOR, choice))).click()
    wait.until(seen.element_to_be_clickable((By.XPATH, "//*[@role='dialog']//button[normalize-space()='Xác nhận']"))).click()
    receipt = wait.until(seen.visibility_of_element_located((By.CSS_SELECTOR, ".receipt-number")))
    return receipt.text


if __name__ == "__main__":
    main(sys.argv[1])
