"""wechatpy from PyPI, unmodified, takes the mock for WeChat: by another base URL, and by a proxy."""

import io
import os
import tempfile
import unittest
from unittest.mock import patch

import requests
from PIL import Image
from wechatpy import WeChatClient
from wechatpy.exceptions import APILimitedException, WeChatClientException

import readme
from mock import APPID, SECRET, TOKEN, Mock

# js_code, appid, scene and openid of this form answer the number.
MAGIC = "mock.errcode."


class Login:
    """What both ways have to give; `self.client(…)` makes a client that goes the way."""

    def setUp(self):
        self.mock.reset()

    def refusal(self, code, call, *arguments, **named):
        """The exception that wechatpy raises, which has to carry the number."""
        with self.assertRaises(WeChatClientException) as caught:
            call(*arguments, **named)
        self.assertEqual(caught.exception.errcode, code)
        return caught.exception

    # MARK: what works

    def test_an_access_token_is_fetched_once_and_kept(self):
        client = self.client()
        token = client.access_token
        self.assertRegex(token, r"^90_[\w-]{133,154}$")
        self.assertEqual(client.access_token, token)
        self.assertEqual(len(self.mock.journal(endpoint="/cgi-bin/token")), 1)
        self.assertEqual(client.fetch_access_token()["expires_in"], 7200)

    def test_a_code_becomes_a_session_once(self):
        client = self.client()
        code = self.mock.login("alice")
        session = client.wxa.code_to_session(code)
        self.assertEqual(list(session), ["session_key", "openid", "unionid"])
        self.assertRegex(session["openid"], r"^o[\w-]{27}$")
        self.assertEqual(len(session["session_key"]), 24)
        self.refusal(40163, client.wxa.code_to_session, code)

    def test_a_magic_code_logs_in_again_and_again(self):
        client = self.client()
        first = client.wxa.code_to_session("mock.login.alice")["openid"]
        self.assertEqual(client.wxa.code_to_session("mock.login.alice")["openid"], first)
        self.assertNotEqual(client.wxa.code_to_session("mock.login.bob")["openid"], first)

    def test_code_pictures_come_as_bytes_that_decode(self):
        wxa = self.client().wxa
        pictures = {
            430: wxa.get_wxa_code_unlimited("id=1"),
            300: wxa.get_wxa_code("pages/index/index?a=1", width=300, is_hyaline=True),
            1280: wxa.create_qrcode("pages/index/index?a=1", width=1280),
        }
        for width, answer in pictures.items():
            self.assertEqual(answer.headers["Content-Type"], "image/jpeg")
            self.assertTrue(answer.content.startswith(b"\x89PNG\r\n\x1a\n"))
            picture = Image.open(io.BytesIO(answer.content))
            picture.load()
            self.assertEqual(picture.size, (width, width))
            self.assertEqual(self.mock.scan(answer.content)["appid"], APPID)
        scanned = self.mock.scan(pictures[430].content)
        self.assertEqual(scanned["query"]["scene"], "id%3D1")
        self.assertEqual(scanned["scene"], 1047)

    def test_the_calls_around_a_login(self):
        client = self.client()
        openid = client.wxa.code_to_session("mock.login.alice")["openid"]
        self.assertEqual(client.misc.get_wechat_ips(), ["203.0.113.1", "203.0.113.2"])
        self.assertEqual(client.wxa.check_text_security("hello")["errmsg"], "ok")
        self.refusal(87014, client.wxa.check_text_security, "risky")
        self.mock.control("POST", f"apps/{APPID}", {"templates": ["t1"]})
        message = (openid, "t1", {"thing1": {"value": "hello"}})
        self.refusal(43101, client.wxa.send_subscribe_message, *message)
        self.mock.control("POST", "phones/alice/subscribe", {"appid": APPID, "template_id": "t1"})
        self.assertEqual(client.wxa.send_subscribe_message(*message)["errcode"], 0)

    # MARK: refusals by their natural causes

    def test_wrong_credentials(self):
        self.refusal(40013, self.client(appid="wxunknown").fetch_access_token)
        self.refusal(40125, self.client(secret="wrong").fetch_access_token)

    def test_codes_that_are_not_good(self):
        client = self.client()
        error = self.refusal(40029, client.wxa.code_to_session, "0" * 32)
        self.assertRegex(error.errmsg, r"^invalid code, rid: [0-9a-f]{8}(-[0-9a-f]{8}){2}$")
        late = self.mock.login("alice")
        self.mock.control("POST", "clock", {"advance_seconds": 301})
        self.refusal(40029, client.wxa.code_to_session, late)

    def test_scenes_and_pages_that_are_not_good(self):
        wxa = self.client().wxa
        error = self.refusal(40169, wxa.get_wxa_code_unlimited, "x" * 33)
        self.assertRegex(error.errmsg, r"json string rid: [0-9a-f]{8}(-[0-9a-f]{8}){2}$")
        self.refusal(40169, wxa.get_wxa_code_unlimited, "")
        self.refusal(40129, wxa.get_wxa_code_unlimited, "50%")
        self.refusal(47001, wxa.get_wxa_code_unlimited, 7)
        self.refusal(41030, wxa.get_wxa_code_unlimited, "a", page="/pages/index/index")
        self.refusal(40159, wxa.create_qrcode, "x" * 129)
        self.refusal(85096, wxa.get_wxa_code, "pages/index/index?scancode_time=1")

    def test_an_official_account_has_no_codes(self):
        self.mock.control("POST", "apps", {"appid": "wxoffice", "secret": "s", "kind": "official"})
        client = self.client(appid="wxoffice", secret="s")
        self.refusal(48001, client.wxa.get_wxa_code_unlimited, "a")

    def test_a_quota_has_an_exception_of_its_own(self):
        self.mock.control("POST", f"apps/{APPID}", {"quotas": {"codes_per_minute": 2}})
        wxa = self.client().wxa
        for _ in range(2):
            wxa.get_wxa_code_unlimited("a")
        error = self.refusal(45009, wxa.get_wxa_code_unlimited, "a")
        self.assertIsInstance(error, APILimitedException)
        self.mock.control("POST", "clock", {"advance_seconds": 60})
        wxa.get_wxa_code_unlimited("a")

    # MARK: refusals by request

    def test_every_magic_number_comes_as_its_exception(self):
        client = self.client()
        token_numbers = {40001, 40014, 42001}  # These make wechatpy try again, see below.
        numbers = {int(row[0]) for row in readme.table("### Numbers")} - token_numbers
        self.assertGreater(len(numbers), 50)
        for number in sorted(numbers):
            with self.subTest(js_code=number):
                error = self.refusal(number, client.wxa.code_to_session, f"{MAGIC}{number}")
                self.assertIs(isinstance(error, APILimitedException), number == 45009)
            with self.subTest(scene=number):
                self.refusal(number, client.wxa.get_wxa_code_unlimited, f"{MAGIC}{number}")
            with self.subTest(appid=number):
                self.refusal(number, self.client(appid=f"{MAGIC}{number}").fetch_access_token)
            with self.subTest(openid=number):
                self.refusal(
                    number, client.wxa.send_subscribe_message, f"{MAGIC}{number}", "t", {})

    def test_a_refused_access_token_is_renewed_and_the_call_made_again(self):
        for number in (40001, 40014, 42001):
            with self.subTest(number):
                self.mock.reset()
                client = self.client()
                before = client.access_token
                self.mock.fault(endpoint="/wxa/getwxacodeunlimit", errcode=number, count=1)
                answer = client.wxa.get_wxa_code_unlimited("a")
                self.assertTrue(answer.content.startswith(b"\x89PNG"))
                self.assertNotEqual(client.access_token, before)
                self.assertEqual(
                    [(entry["endpoint"], entry["errcode"] or 0) for entry in self.mock.journal()],
                    [
                        ("/cgi-bin/token", 0), ("/wxa/getwxacodeunlimit", number),
                        ("/cgi-bin/token", 0), ("/wxa/getwxacodeunlimit", 0),
                    ])

    def test_an_access_token_dies_by_age_and_by_a_newer_one(self):
        client = self.client()
        first = client.access_token
        self.mock.control("POST", "clock", {"advance_seconds": 7200})
        stubborn = self.client(access_token=first, auto_retry=False)
        self.refusal(42001, stubborn.wxa.get_wxa_code_unlimited, "a")
        client.wxa.get_wxa_code_unlimited("a")  # wechatpy renews by itself.
        second = client.access_token
        self.assertNotEqual(second, first)
        self.mock.get(TOKEN)  # Somebody else asks for a token; ours works for five more minutes.
        stubborn = self.client(access_token=second, auto_retry=False)
        stubborn.wxa.get_wxa_code_unlimited("a")
        self.mock.control("POST", "clock", {"advance_seconds": 300})
        self.refusal(40001, stubborn.wxa.get_wxa_code_unlimited, "a")

    def test_a_lost_answer_has_spent_the_code(self):
        client = self.client()
        client.fetch_access_token()
        self.mock.fault(endpoint="/sns/jscode2session", cut="reset", effect="after", count=1)
        code = self.mock.login("alice")
        with self.assertRaises(requests.ConnectionError):
            client.wxa.code_to_session(code)
        self.refusal(40163, client.wxa.code_to_session, code)

    def test_failures_below_wechats_own(self):
        client = self.client(timeout=0.5)
        client.fetch_access_token()
        for cut in ("before_headers", "mid_body", "reset"):
            with self.subTest(cut):
                self.mock.fault(endpoint="/sns/jscode2session", cut=cut, count=1)
                with self.assertRaises(requests.RequestException):
                    client.wxa.code_to_session("mock.login.alice")
        self.mock.fault(endpoint="/sns/jscode2session", delay_ms=2000, count=1)
        with self.assertRaises(requests.Timeout):
            client.wxa.code_to_session("mock.login.alice")
        self.mock.fault(endpoint="/sns/jscode2session", status=502, body="bad gateway", count=1)
        self.refusal(None, client.wxa.code_to_session, "mock.login.alice")
        client.wxa.code_to_session("mock.login.alice")


class ByBaseURL(Login, unittest.TestCase):
    """The class of the README, which points wechatpy elsewhere by its own attributes."""

    @classmethod
    def setUpClass(cls):
        cls.mock = cls.enterClassContext(Mock("--clock", "frozen"))
        with patch.dict(os.environ, WECHAT_URL=cls.mock.url):
            exec(readme.file("wechat.py"), namespace := {})
        cls.Client = namespace["Client"]

    def client(self, appid=APPID, secret=SECRET, **named):
        return self.Client(appid, secret, **named)


class ByProxy(Login, unittest.TestCase):
    """wechatpy as it is, with the host's name as a literal; HTTPS_PROXY and a CA file do the rest."""

    @classmethod
    def setUpClass(cls):
        folder = cls.enterClassContext(tempfile.TemporaryDirectory())
        cls.mock = cls.enterClassContext(Mock("--clock", "frozen", "--proxy", "--ca-dir", folder))
        cls.enterClassContext(patch.dict(
            os.environ, HTTPS_PROXY=cls.mock.url, REQUESTS_CA_BUNDLE=f"{folder}/ca.pem"))

    def client(self, appid=APPID, secret=SECRET, **named):
        return WeChatClient(appid, secret, **named)

    def test_without_the_authority_nobody_is_fooled(self):
        with patch.dict(os.environ):
            del os.environ["REQUESTS_CA_BUNDLE"]
            with self.assertRaises(requests.exceptions.SSLError):
                self.client().fetch_access_token()
