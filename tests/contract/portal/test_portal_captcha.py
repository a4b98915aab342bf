"""Captchas: what is served, and finding the answer again from a picture of one."""

import io

import pytest
from PIL import Image, ImageEnhance

from fixtures.portal.captcha import SIZE, answer_for
from fixtures.portal.secrets_kept import CODE_LETTERS


def png_of(picture: Image.Image) -> bytes:
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


def as_served(picture):
    return picture


def brighter(picture):
    return ImageEnhance.Brightness(picture).enhance(1.02)


def doubled(picture):
    return picture.resize((SIZE[0] * 2, SIZE[1] * 2), Image.Resampling.BICUBIC).convert("RGBA")


def shifted(picture):
    moved = Image.new("RGB", (SIZE[0] + 1, SIZE[1] + 1), "white")
    moved.paste(picture, (1, 0))
    return moved


@pytest.mark.parametrize("altered", [as_served, brighter, doubled, shifted])
def test_a_screenshot_of_a_captcha_is_found_again(portal, altered):
    """The served bytes, a brighter, a larger and a shifted copy all lead to the answer that the portal accepts."""
    desk = portal.desk()
    png = desk.request("GET", "/captcha.png")[2]
    for _ in range(5):
        portal.desk().captcha()
    answer = answer_for(portal.address.truth, png_of(altered(Image.open(io.BytesIO(png)))))
    assert set(answer) <= set(CODE_LETTERS)
    assert len(answer) == 4
    assert answer == answer_for(portal.address.truth, png)
    values = {"username": "x", "password": "x", "laToChuc": True, "next": "", "textCaptcha": answer}
    assert desk.call("/api/dang-nhap", values)["message"] == "Tài khoản hoặc mật khẩu không chính xác."


@pytest.mark.parametrize(
    "png",
    [b"", b"no picture", png_of(Image.new("RGB", SIZE, "white")), png_of(Image.new("RGB", (9, 9), "navy"))],
    ids=["nothing", "text", "white", "small"],
)
def test_a_picture_that_was_never_served_is_not_answered(portal, png):
    """There is no guessing: what is near no served captcha raises LookupError."""
    portal.desk().captcha()
    with pytest.raises(LookupError):
        answer_for(portal.address.truth, png)


def test_a_captcha_has_its_natural_size(portal):
    """120 by 40 pixels, RGB without transparency, never from a cache."""
    _, headers, png = portal.desk().request("GET", "/captcha.png")
    with Image.open(io.BytesIO(png)) as picture:
        assert (picture.size, picture.mode, headers["Cache-Control"]) == (SIZE, "RGB", "no-store")
