"""What is done from the page is what the commands do: answers reach the run, held dossiers move, refusals are said."""

from robot.ledger.item import NewItem
from robot.serve.commands import Commands
from tests.unit.serve.conftest import Client, serving
from tests.unit.serve.test_pages import plan


def test_a_captcha_is_answered(client, office):
    """The answer stands in the books for the run that waits; the page says so, and asks no more."""
    run = office.ledger.begin_run("register", "hoa-binh", {}, office.settings.home)
    question = office.ledger.ask(run, "captcha", None, 600)
    back = client.post(f"/questions/{question}", answer=" AB12 ")
    assert (back.status, back.headers["location"].partition("?")[0]) == (303, "/questions")
    assert office.ledger.question(question).answer == "AB12"
    page = client.get(back.headers["location"])
    assert f"The answer is handed to run {run}" in page.text
    assert f'action="/questions/{question}"' not in page.text


def test_an_answer_that_is_not_taken_is_said(client, office):
    """Once it was answered, with an answer that is none, to a question that is none: a sentence, and nothing has changed."""
    run = office.ledger.begin_run("register", "hoa-binh", {}, office.settings.home)
    question = office.ledger.ask(run, "activation", choices=("again", "stop"))
    for path, answer in [(f"/questions/{question}", "--help"), ("/questions/77", "x"), (f"/questions/{question}", "")]:
        back = client.post(path, answer=answer)
        assert back.status == 303
        if answer:
            assert 'class="said bad"' in client.get(back.headers["location"]).text
    assert office.ledger.question(question).state == "open"


def test_a_held_dossier_goes_on_by_a_decision(client, office):
    """By the button of its choice, or by the portal's number; as `vss-robot answer` has it."""
    item = plan(office)
    office.ledger.care.hold(item.id, {"vi": "vì sao", "en": "why"})
    question = office.ledger.open_questions()[0]
    page = client.get("/held").text
    assert all(f'value="{choice}"' in page for choice in question.choices)
    own = client.get(f"/queue/{item.id}").text
    assert [own.count(f'value="{choice}"') for choice in ("retry", "cancel", "release", "hold")] == [1, 1, 0, 0]
    back = client.post(f"/questions/{question.id}", answer="retry", back="held")
    assert back.headers["location"].startswith("/held?said=")
    assert office.ledger.queue.item(item.id).state == "planned"


def test_a_dossier_is_kept_back_by_the_command(office, settings_file):
    """`vss-robot queue hold`, whose words the page shows; a reason that looks like an option is a reason."""
    item = office.ledger.queue.plan(NewItem("hoa-binh", "TZ0101A/600/01/2026/01", "1.xml", "1.xml", f"{1:064}", 9))
    with serving(office, Commands(settings_file, "en")) as site:
        client = Client(site).enter()
        back = client.post(f"/queue/{item.id}", command="hold", why="--all of it")
        held = office.ledger.queue.item(item.id)
        assert (held.state, held.said["en"]) == ("held", "Held by a person: --all of it")
        assert 'class="said good"' in client.get(back.headers["location"]).text
        assert client.post(f"/queue/{item.id}", command="drop table").headers["location"] == f"/queue/{item.id}"
