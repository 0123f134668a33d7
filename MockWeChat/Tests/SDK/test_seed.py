"""The same seed and the same calls under a frozen clock give the same bytes."""

import hashlib
import hmac
import json
import random
import unittest

from mock import APPID, CREDENTIALS, SECRET, TOKEN, Mock

FLAGS = ("--clock", "frozen", "--public-url", "http://wechat.test")
COUNT = 1000


class Script:
    """Makes up calls one after the other, out of what the answers before have given."""

    def __init__(self, mock):
        self.mock = mock
        self.random = random.Random(20260101)
        self.calls = []
        self.answers = []
        self.tokens = ["unknown"]
        self.codes = ["mock.login.alice", "mock.errcode.40226", "0" * 32]
        self.phone_codes = ["0" * 64]
        self.rids = ["6955b900-00000000-00000000"]
        self.people = ["alice", "bob", "carol", "mallory", "nobody"]
        self.users = {}
        self.pictures = []

    def run(self):
        makers = [
            (self.token, 6), (self.stable_token, 5), (self.login, 12), (self.session, 16),
            (self.unlimited, 20), (self.limited, 6), (self.square, 4), (self.phone_button, 4),
            (self.phone_number, 6), (self.signed, 6), (self.content, 8), (self.message, 5),
            (self.account, 8), (self.profile, 3), (self.clock, 2), (self.fault, 2),
            (self.stray, 4), (self.scan, 2), (self.person, 1),
        ]
        self.send("POST", f"/_mock/apps/{APPID}", {"templates": ["t1"]})
        self.send("POST", "/_mock/apps", {"appid": "wxoffice", "secret": "s", "kind": "official"})
        while len(self.calls) < COUNT:
            self.random.choices([maker for maker, _ in makers], [share for _, share in makers])[0]()
        return self

    def send(self, method, target, body=None, headers=None):
        if isinstance(body, (dict, list)):
            body = json.dumps(body, ensure_ascii=False).encode()
        self.calls.append((method, target, body, headers))
        answer = self.mock.call(method, target, body, headers)
        self.answers.append(answer)
        if answer.body.startswith(b'{"errcode":') and "rid: " in answer.json["errmsg"]:
            self.rids.append(answer.json["errmsg"].rpartition("rid: ")[2])
        return answer

    def one(self, *choices):
        return self.random.choice(choices)

    @property
    def access(self):
        return f"access_token={self.random.choice(self.tokens[-1:] * 5 + self.tokens[-4:])}"

    # MARK: WeChat's calls

    def keep_token(self, answer):
        if "access_token" in answer.json:
            self.tokens.append(answer.json["access_token"])

    def token(self):
        self.keep_token(self.send("GET", self.one(
            TOKEN, TOKEN, TOKEN, f"/cgi-bin/token?grant_type=x&{CREDENTIALS}",
            "/cgi-bin/token?grant_type=client_credential&appid=wxoffice&secret=s",
            "/cgi-bin/token?appid=wxnobody&secret=s", f"/cgi-bin/token?appid={APPID}&secret=no",
            "/cgi-bin/token", f"/cgi-bin/token?appid={APPID}", "/cgi-bin/token?appid=mock.errcode.89503&secret=s")))

    def stable_token(self):
        body = {"grant_type": "client_credential", "appid": APPID, "secret": SECRET}
        body["force_refresh"] = self.one(True, False, False, "yes", None)
        self.keep_token(self.send("POST", "/cgi-bin/stable_token", body))

    def login(self):
        person = self.one(*self.people)
        answer = self.send("POST", f"/_mock/phones/{person}/login", {"appid": APPID})
        if "code" in answer.json:
            self.codes.append(answer.json["code"])

    def session(self):
        code = self.one(*self.codes[-4:], *self.codes[:3])
        answer = self.send(
            "GET", f"/sns/jscode2session?{CREDENTIALS}&js_code={code}"
            f"&grant_type={self.one('authorization_code', 'authorization_code', 'x')}")
        if "openid" in answer.json:
            self.users[answer.json["openid"]] = answer.json["session_key"]

    def unlimited(self):
        body = {"scene": self.one(
            "a", f"n={self.random.randrange(10**6)}", "x" * 32, "x" * 33, "50%", 7, "mock.errcode.45063")}
        for name, values in {
            "page": ("pages/index/index", "/pages/index/index", "pages/no", "", "a?scancode_time=1"),
            "check_path": (False, True, "false"), "env_version": ("trial", "develop", "beta"),
            "width": (280, 500, 2000, "430"), "is_hyaline": (True, 1), "auto_color": (True,),
            "line_color": ({"r": "200", "g": 0, "b": 0}, {"r": 300}), "isHyaline": (True,),
        }.items():
            if self.random.random() < 0.07:
                body[name] = self.one(*values)
        self.keep_picture(self.send("POST", f"/wxa/getwxacodeunlimit?{self.access}", body))

    def keep_picture(self, answer):
        if answer.body.startswith(b"\x89PNG"):
            self.pictures.append(answer.body)

    def limited(self):
        path = self.one("pages/index/index?a=1", "x" * 1025, "a?scancode_time=1", None)
        self.keep_picture(self.send(
            "POST", f"/wxa/getwxacode?{self.access}", {"path": path, "width": self.one(300, 430)}))

    def square(self):
        path = self.one("pages/index/index", "x" * 129)
        self.keep_picture(
            self.send("POST", f"/cgi-bin/wxaapp/createwxaqrcode?{self.access}", {"path": path}))

    def phone_button(self):
        answer = self.send(
            "POST", f"/_mock/phones/{self.one(*self.people)}/phone-number", {"appid": APPID})
        if "code" in answer.json:
            self.phone_codes.append(answer.json["code"])

    def phone_number(self):
        self.send("POST", f"/wxa/business/getuserphonenumber?{self.access}",
                  {"code": self.one(*self.phone_codes[-3:])})

    def someone(self):
        users = list(self.users.items()) or [("onobody", "key")]
        return self.one(*users, ("onobody", "key"), ("mock.errcode.50002", "key"))

    def signed(self):
        openid, key = self.someone()
        signature = hmac.new(key.encode(), b"", hashlib.sha256).hexdigest()
        call = self.one("checksession", "checksession", "resetusersessionkey")
        method = self.one("hmac_sha256", "hmac_sha256", "md5")
        answer = self.send("GET", f"/wxa/{call}?{self.access}&openid={openid}"
                                  f"&signature={signature}&sig_method={method}")
        if "session_key" in answer.json:
            self.users[openid] = answer.json["session_key"]

    def content(self):
        openid, _ = self.someone()
        text = self.one("hello", "risky", "review", "爱丽丝", "x" * 2501)
        scene = self.one(1, 2, 9)
        call = self.one("msg", "msg", "media", "img")
        if call == "msg":
            self.send("POST", f"/wxa/msg_sec_check?{self.access}", {
                "content": text, "version": self.one(1, 2), "scene": scene, "openid": openid})
        elif call == "media":
            self.send("POST", f"/wxa/media_check_async?{self.access}", {
                "media_url": text, "media_type": self.one(1, 2, 3), "version": 2, "scene": scene,
                "openid": openid})
        else:
            file = self.pictures[-1] if self.pictures else b"no picture"
            name = self.one("ok.png", "risky.png")
            body = (b'--b\r\nContent-Disposition: form-data; name="media"; filename="'
                    + name.encode() + b'"\r\n\r\n' + file + b"\r\n--b--\r\n")
            self.send("POST", f"/wxa/img_sec_check?{self.access}", body,
                      {"Content-Type": "multipart/form-data; boundary=b"})

    def message(self):
        openid, _ = self.someone()
        if self.random.random() < 0.4:
            self.send("POST", "/_mock/phones/alice/subscribe", {"appid": APPID, "template_id": "t1"})
        data = self.one({"thing1": {"value": "tea"}}, {"thing1": {"value": ""}}, {"number1": {"value": "x"}})
        self.send("POST", f"/cgi-bin/message/subscribe/send?{self.access}", {
            "touser": openid, "template_id": self.one("t1", "t1", "t2"), "data": data})

    def account(self):
        self.one(
            lambda: self.send("POST", f"/cgi-bin/clear_quota?{self.access}", {"appid": APPID}),
            lambda: self.send("POST", f"/cgi-bin/openapi/quota/get?{self.access}", {
                "cgi_path": self.one("/wxa/getwxacodeunlimit", "/sns/jscode2session", "/no")}),
            lambda: self.send("POST", f"/cgi-bin/openapi/rid/get?{self.access}", {
                "rid": self.one(*self.rids[-6:], "rid")}),
            lambda: self.send("GET", f"/cgi-bin/get_api_domain_ip?{self.access}"),
            lambda: self.send("GET", f"/cgi-bin/getcallbackip?{self.access}"),
        )()

    def stray(self):
        self.one(
            lambda: self.send("GET", "/no/such/call"),
            lambda: self.send("GET", "/sns/no"),
            lambda: self.send("GET", "/wxa/getwxacodeunlimit"),
            lambda: self.send("GET", f"/wxa/getwxacodeunlimit?{self.access}"),
            lambda: self.send("POST", f"/wxa/checksession?{self.access}", {}),
            lambda: self.send("POST", f"/wxa/getwxacodeunlimit?{self.access}", b""),
            lambda: self.send("POST", f"/wxa/getwxacodeunlimit?{self.access}", b"scene=a"),
        )()

    # MARK: the control plane

    def profile(self):
        self.send("POST", f"/_mock/phones/{self.one(*self.people)}/profile", {"appid": APPID})

    def clock(self):
        self.send("POST", "/_mock/clock", {"advance_seconds": self.one(1, 60, 301, 7200)})

    def fault(self):
        self.send("POST", "/_mock/faults", {
            "endpoint": "*", "errcode": -1, "probability": 0.5, "count": 3, "after": self.one(0, 2)})

    def scan(self):
        picture = self.pictures[-1] if self.pictures else b"no picture"
        self.send("POST", f"/_mock/phones/{self.one(*self.people)}/scan?how=album", picture)

    def person(self):
        name = f"person{len(self.people)}"
        self.people.append(name)
        self.send("POST", "/_mock/people", {"name": name})

    # MARK: looking back

    @property
    def numbers(self):
        return {answer.errcode for answer in self.answers if answer.body.startswith(b'{"errcode":')}

    @property
    def paths(self):
        return {target.split("?")[0] for _, target, _, _ in self.calls}


def told(answer):
    return answer.status, answer.fields, answer.body


class Seed(unittest.TestCase):
    def test_two_starts_with_one_seed_give_the_same_bytes_to_1000_calls(self):
        with Mock("--seed", 7, *FLAGS) as mock:
            first = Script(mock).run()
            known = mock.post("/_mock/faults", {"endpoint": "/x", "errcode": -1}).json["detail"]
            journal = mock.get("/_mock/journal").body
        # The calls are worth something: every endpoint, many refusals, many pictures.
        endpoints = set(known.partition("one of ")[2].split(", "))
        self.assertEqual(endpoints - first.paths, set())
        self.assertEqual(len(endpoints), 18)
        self.assertGreater(len(first.numbers), 35, sorted(first.numbers))
        self.assertGreater(len(first.pictures), 50)

        with Mock("--seed", 7, *FLAGS) as mock:
            for number, call in enumerate(first.calls):
                self.assertEqual(
                    told(mock.call(*call)), told(first.answers[number]), f"call {number}: {call[:3]}")
            # What it remembers is the same too.
            self.assertEqual(len(mock.get("/_mock/journal").body), len(journal))

    def test_another_seed_gives_other_bytes(self):
        runs = []
        for seed in (7, 8):
            with Mock("--seed", seed, *FLAGS) as mock:
                runs.append(Script(mock).run())
        seven, eight = runs
        for name in ("tokens", "codes", "phone_codes", "rids"):
            # Beside those that the script itself began with.
            common = set(getattr(seven, name)) & set(getattr(eight, name))
            self.assertEqual(common - set(getattr(Script(None), name)), set(), name)
        self.assertEqual(set(seven.users) & set(eight.users), set())
        self.assertEqual(set(seven.users.values()) & set(eight.users.values()), set())
        self.assertEqual(set(seven.pictures) & set(eight.pictures), set())
