"""Code pictures are read by a decoder that is not the mock's own: zbarimg, from Debian."""

import io
import subprocess
import unittest

from PIL import Image, ImageDraw

from mock import APPID, Mock


def zbarimg(png):
    """What zbarimg reads in a picture: one text for each code."""
    done = subprocess.run(
        ["zbarimg", "--quiet", "--raw", "PNG:-"], input=png, capture_output=True, timeout=60)
    return done.stdout.decode().splitlines()


def screenshot(png, scale, dark):
    """A page with the picture in it, as a browser would show it."""
    code = Image.open(io.BytesIO(png)).convert("RGBA")
    side = round(code.width * scale)
    code = code.resize((side, side), Image.Resampling.BILINEAR)
    ground, ink = ("#16181d", "#e8e8e8") if dark else ("#f4f5f7", "#222222")
    page = Image.new("RGB", (side + 640, side + 420), ground)
    draw = ImageDraw.Draw(page)
    draw.rectangle((0, 0, page.width, 64), fill=ink)
    for line in range(12):
        draw.text((40, 90 + 26 * line), "Scan with WeChat to log in " * 3, fill=ink)
    draw.rectangle((300, 180, 340 + side, 220 + side), fill="white")
    page.paste(code, (320, 200), code)
    out = io.BytesIO()
    page.save(out, "PNG")
    return out.getvalue()


class Pictures(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.mock = cls.enterClassContext(Mock("--clock", "frozen"))
        cls.access = cls.mock.token()

    def order(self, call="/wxa/getwxacodeunlimit", /, **members):
        answer = self.mock.post(f"{call}?access_token={self.access}", members)
        self.assertEqual(answer.field("Content-Type"), "image/jpeg", answer.body[:200])
        return answer.body

    def one_code(self, png):
        texts = zbarimg(png)
        self.assertEqual(len(texts), 1, texts)
        self.assertTrue(texts[0].startswith(f"{self.mock.url}/_mock/c/"), texts[0])
        return texts[0]

    def test_every_kind_and_width_is_read_from_its_bytes(self):
        pictures = {
            "smallest": self.order(scene="a", width=280),
            "default": self.order(scene="a"),
            "largest": self.order(scene="a", width=1280),
            "longest scene": self.order(scene="x" * 32),
            "dark green": self.order(scene="a", auto_color=True),
            "dark blue": self.order(scene="a", line_color={"r": "0", "g": "0", "b": "120"}),
            "path": self.order("/wxa/getwxacode", path="pages/index/index?" + "x" * 900),
            "square": self.order("/cgi-bin/wxaapp/createwxaqrcode", path="pages/index/index"),
        }
        for name, png in pictures.items():
            with self.subTest(name):
                self.assertRegex(self.one_code(png), r"/_mock/c/[\w-]+$")
                self.assertEqual(self.mock.scan(png)["appid"], APPID)

    def test_screenshots_are_read_at_three_scales_light_and_dark(self):
        scene = "login/7f3a!~"
        png = self.order(scene=scene)
        said = self.one_code(png)
        for scale in (0.5, 1, 3):
            for dark in (False, True):
                with self.subTest(scale=scale, dark=dark):
                    page = screenshot(png, scale, dark)
                    self.assertEqual(zbarimg(page), [said])
                    launch = self.mock.scan(page)
                    self.assertEqual(launch["query"], {"scene": "login%2F7f3a!~"})
                    self.assertEqual(launch["path"], "pages/confirm/confirm")

    def test_a_transparent_picture_is_read_on_a_light_page(self):
        png = self.order(scene="clear", is_hyaline=True)
        picture = Image.open(io.BytesIO(png)).convert("RGBA")
        self.assertEqual(picture.getpixel((0, 0))[3], 0)
        for scale in (0.5, 1, 3):
            with self.subTest(scale):
                page = screenshot(png, scale, dark=False)
                self.one_code(page)
                self.assertEqual(self.mock.scan(page)["query"], {"scene": "clear"})

    def test_of_two_codes_the_larger_answers_and_the_other_is_listed(self):
        large = screenshot(self.order(scene="large"), 1, dark=False)
        page = Image.open(io.BytesIO(large)).convert("RGB")
        small = Image.open(io.BytesIO(self.order(scene="small"))).resize((200, 200))
        page.paste(small.convert("RGB"), (20, page.height - 220))
        out = io.BytesIO()
        page.save(out, "PNG")
        texts = zbarimg(out.getvalue())
        self.assertEqual(len(texts), 2)
        launch = self.mock.scan(out.getvalue())
        self.assertEqual(launch["query"], {"scene": "large"})
        self.assertEqual(len(launch["others"]), 1)
        self.assertIn(launch["others"][0], texts)

    def test_a_picture_of_another_run_is_no_longer_known(self):
        png = self.order(scene="old")
        self.mock.reset()
        type(self).access = self.mock.token()
        answer = self.mock.call("POST", "/_mock/phones/alice/scan", png)
        self.assertEqual((answer.status, answer.json["error"]), (410, "code_unknown"))
