"""The portal map as data: what is shipped holds together, and an operator's file is taken, or refused fault by fault."""

import pytest

from robot.errors import SettingsError
from robot.portalmap import Way, load_map
from robot.settings.model import PortalPaths

FLOWS_FILL = {"province", "agency_code", "agency_name", "tax_code"}


@pytest.fixture
def own(tmp_path):
    """Writes an operator's file and reads the map with it."""

    def read(text: str):
        file = tmp_path / "bản đồ.toml"
        file.write_text(text, encoding="utf-8")
        return load_map(file)

    return read


def faults(own, text: str) -> list[str]:
    with pytest.raises(SettingsError) as wrong:
        own(text)
    found = str(wrong.value).splitlines()[1:]
    assert all("bản đồ.toml: " in line for line in found)
    return [line.partition("bản đồ.toml: ")[2] for line in found]


def test_the_shipped_map_has_the_pages_of_every_flow():
    """Each page's address is a setting; every word of a way is a text of the page, or filled by a flow."""
    pages = load_map().pages
    assert {"registration", "activation", "login", "upload", "lookup", "captcha", "certificates"} == set(pages)
    for name, page in pages.items():
        assert not page.path or page.path in PortalPaths.model_fields
        for element in page.elements.values():
            for way in element.find:
                assert way.words <= FLOWS_FILL | set(page.texts), name


def test_only_the_clicks_that_send_are_effects():
    """The button of the form to choose a signature, and that of the activation."""
    effects = {
        f"{page}.{name}" for page, known in load_map().pages.items() for name, element in known.elements.items() if element.effect
    }
    assert {"certificates.confirm", "activation.activate"} == effects


def test_an_own_file_says_only_what_differs(own):
    """Ways are taken whole, everything else stays as shipped; a file that was changed is read anew."""
    shipped = load_map().pages["registration"]
    said = 'registration.elements.phone.find = [{ label = "Số điện thoại" }]\nregistration.texts.success = "Xong"\n'
    page = own(said).pages["registration"]
    assert page.elements["phone"].find == (Way(label="Số điện thoại"),)
    assert page.elements["phone"].within == shipped.elements["phone"].within
    assert (page.texts["success"], page.elements["email"]) == ("Xong", shipped.elements["email"])
    assert own(said.replace("Xong", "Thành công rồi")).pages["registration"].texts["success"] == "Thành công rồi"


def test_names_that_the_map_does_not_know_are_told_with_the_nearest(own):
    """All of them at once, each with its path."""
    text = 'registraton.about = "x"\nlogin.elements.user_nane.within = "form"\nlogin.texts.gone = "x"\n'
    assert [
        "registraton: no such page; did you mean registration?",
        "login.elements.user_nane: no such name; did you mean user_name?",
        "login.texts.gone: no such name; known are none",
    ] == faults(own, text)


def test_each_wrong_value_is_told_with_its_path(own):
    """An unknown key, an empty list, two kinds of way in one, a role that is none, an element within nothing that exists."""
    text = """
login.elements.password.fnd = []
login.elements.organisation.find = []
login.elements.log_in.find = [{ role = "buton", name = "Đăng nhập" }, { css = "a", label = "b" }, { name = "x" }]
login.path = "log_in"
upload.elements.round.within = "frm"
"""
    found = faults(own, text)
    assert "login.elements.password.fnd: no such key; did you mean find?" in found
    assert any(line.startswith("login.elements.organisation.find: ") for line in found)
    assert any(line.startswith("login.elements.log_in.find.0.role: ") for line in found)
    assert "login.elements.log_in.find.1: one of role, label, control, text, css, not label and css" in found
    assert "login.elements.log_in.find.2: one of role, label, control, text, css, not none of them" in found
    assert any(line.startswith("login.path: no setting of [portal.paths]: ") for line in found)
    assert "upload: elements.round.within: there is no element frm" in found


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("login = 5", "login: "),
        ("[login", "Expected"),
        ('login.elements.form.within = "password"', "stands within itself"),
        ("login.elements = 3", "login.elements: "),
        ("login.parts.captcha = 1", "login.parts.captcha: "),
    ],
)
def test_nonsense_is_a_sentence(own, text, said):
    """Not TOML, a table that is none, elements within one another: never a traceback."""
    assert any(said in line for line in faults(own, text))


def test_a_file_that_is_not_there_is_named(tmp_path):
    """The setting names a file, so it must be there."""
    with pytest.raises(SettingsError, match=r"nichts\.toml"):
        load_map(tmp_path / "nichts.toml")


def test_a_way_is_said_as_a_person_would_look_for_it():
    """What stands in reports and in the operator's sentences."""
    assert 'button "Ký số"' == Way(role="button", name="Ký số").said()
    assert "control Email" == Way(control="Email").said()
    assert 'dialog containing "Xong"' == Way(role="dialog", containing="{success}").said({"success": "Xong"})
    assert "[formcontrolname=Email]" == Way(control="Email").selector
    assert Way(css='[data-code="{agency_code}"]').selector is None
