"""Finding a driver: by file, by brand, by URI; and what is said when it is not there."""

import sys
from pathlib import Path

import pytest

from robot.errors import SettingsError
from robot.signing.token import TokenUri, find_driver, known_drivers, parse_uri
from robot.signing.token.find import places


def test_windows_names_are_those_that_were_seen():
    """Every driver file named in the field stands in the data, under System32, and no helper ending in _s does."""
    windows = places("windows")
    names = {name for brand in windows.brands.values() for name in brand}
    seen = "viettel-ca_v6 viettel-ca_v5 viettel-ca_v4 vnptca_p11_v8 vnpt-ca_csp11 VNPT-CA_v34 ncca_csp11_v1 ica_csp11_v1 fpt-ca"
    seen += " BkavCA ShuttleCsp11_3003 eTPKCS11 eps2003csp11 wdpkcs"
    assert {f"{stem}.dll" for stem in seen.split()} <= names
    assert [name for name in names if name.endswith("_s.dll")] == []
    assert str(windows.folders[0]).endswith("System32")


def test_newest_of_a_brand_comes_first():
    """Version 6 in any folder goes before version 5 in any folder."""
    files = [path.name for path in places("linux").of("viettel-ca")]
    assert files[0] == "viettel-ca_v6.so"
    assert files.index("viettel-ca_v5.so") == files.count("viettel-ca_v6.so") + files.count("libviettel-ca_v6.so")


def test_softhsm_is_found_by_its_brand():
    """On this machine, which has it; and it is among the drivers known to be here."""
    found = find_driver("softhsm")
    assert found.name == "libsofthsm2.so"
    assert find_driver("SoftHSM") == found
    assert found in known_drivers()


def test_path_is_taken_as_it_is(tmp_path):
    """A file that is there, with Vietnamese letters and a blank in its path."""
    file = tmp_path / "trình điều khiển" / "x.so"
    file.parent.mkdir()
    file.touch()
    assert find_driver(str(file)) == file.resolve()


@pytest.mark.parametrize(
    ("named", "said"),
    [
        ("/no/such/driver.so", "The driver /no/such/driver.so was not found.*Looked at: /no/such/driver.so"),
        ("viettel-ca", "The driver viettel-ca was not found.*Looked at: .*/usr/lib"),
        ("nokia", "nokia is neither a PKCS#11 driver's file nor a known brand. Known: viettel-ca, vnpt-ca"),
        ("pkcs11:?module-path=/no/such.so", "The driver /no/such.so was not found"),
        ("pkcs11:?module-name=p11-nobody", "The driver p11-nobody was not found.*Looked at: .*/usr/local/lib"),
        ("pkcs11:token=x", "neither module-path nor module-name"),
    ],
)
def test_what_is_not_there_names_the_places(named, said):
    """The sentence says where was looked, or what is known."""
    with pytest.raises(SettingsError, match=said):
        find_driver(named)


@pytest.mark.skipif(sys.platform != "linux", reason="the module's name on Linux")
def test_uri_names_a_module_without_path_and_ending():
    """`module-name` as RFC 7512 has it: a brand, or a file's name looked for in the known folders."""
    assert find_driver("pkcs11:?module-name=libsofthsm2") == find_driver("softhsm")
    assert find_driver("pkcs11:?module-name=softhsm2") == find_driver("softhsm")
    assert find_driver("pkcs11:?module-name=softhsm") == find_driver("softhsm")
    assert find_driver(f"pkcs11:token=x?module-path={find_driver('softhsm')}") == find_driver("softhsm")


def test_uri_with_all_its_parts():
    """Percent-encoding is undone, the id is bytes; upper case of the scheme does not matter."""
    text = "PKCS11:token=VSS%20h%C3%B2a;serial=a1;manufacturer=M;model=X;object=o;id=%01%FFz;type=private"
    text += "?module-path=/l/x%3B.so&module-name=x"
    expected = TokenUri("VSS hòa", "a1", "M", "X", "o", b"\x01\xffz", "private", "/l/x;.so", "x")
    assert parse_uri(text) == expected
    assert parse_uri("pkcs11:") == TokenUri()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("pkcs11:token=x?pin-value=24681357", "a PIN has no place in it"),
        ("pkcs11:token=x?pin-source=file:/tmp/24681357", "a PIN has no place in it"),
        ("pkcs11:pin-value=24681357", "a PIN has no place in it"),
        ("pkcs11:slot-id=24681357", "the attribute slot-id is not used here"),
        ("pkcs11:token=a;token=24681357", "the attribute token stands in it twice"),
        ("pkcs11:token=24681357 x", "must be percent-encoded"),
        ("pkcs11:token=24681357%FF", "not UTF-8"),
        ("pkcs11:token=%2", "must be percent-encoded"),
        ("pkcs11:24681357", "an attribute without ="),
        ("pkcs11:type=24681357", "names no kind of object"),
        ("token=24681357", "does not begin with pkcs11:"),
    ],
)
def test_uri_that_is_not_honoured_is_refused_without_its_values(text, said):
    """What the robot cannot honour it does not pass over; and no value, which may be a PIN, stands in the sentence."""
    with pytest.raises(SettingsError, match=said) as caught:
        parse_uri(text)
    assert "24681357" not in str(caught.value) + caught.value.text.say("vi")


def test_folders_of_windows_follow_its_variables():
    """The data names folders by Windows's variables; where there are none, the text stays and names no folder."""
    if sys.platform == "win32":
        assert [folder for folder in places("windows").folders if "%" in str(folder)] == []
    else:
        assert Path("%SystemRoot%\\System32") in places("windows").folders
