"""MockWeChat/README.md is true: its lines run, print what they say, and its tables miss nothing."""

import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import threading
import unittest

import readme
from mock import APPID, CREDENTIALS, PROGRAM, ROOT, Mock, run

SOURCES = ROOT / "MockWeChat/Sources"
# The port that the page speaks of; what really listens has another.
PORT = "9090"


class Shell:
    """One bash for the whole page, as a reader has one terminal."""

    END = "--- end of the step ---"

    def __init__(self, folder):
        self.folder = folder
        self.mock = None
        self.port = 0
        path = [str(pathlib.Path(PROGRAM).parent), str(pathlib.Path(sys.executable).parent)]
        self.bash = subprocess.Popen(
            ["bash"], cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True,
            env={**os.environ, "PATH": os.pathsep.join([*path, os.environ["PATH"]]),
                 "PYTHONDONTWRITEBYTECODE": "1"})

    def close(self):
        if self.mock is not None:
            self.mock.__exit__()
        self.bash.stdin.close()
        self.bash.wait(timeout=10)
        self.bash.stdout.close()

    def type(self, command):
        """What a command prints, with the page's port in the place of the real one."""
        start = re.fullmatch(r"mock-wechat (--.*) &", command)
        if start:
            return self.start(start[1].split())
        if command.startswith("kill %1"):
            said = self.kill()
            return said if "exit code" in command else ""
        command = command.replace(f":{PORT}", f":{self.port}")
        self.bash.stdin.write(f"{command}\necho; echo '{self.END}'\n")
        self.bash.stdin.flush()
        watchdog = threading.Timer(60, self.bash.kill)
        watchdog.start()
        lines = []
        while (line := self.bash.stdout.readline()) != f"{self.END}\n":
            if not line:
                raise AssertionError(f"it did not end within a minute: {command}")
            lines.append(line)
        watchdog.cancel()
        return self.seen("".join(lines))

    def start(self, flags):
        if self.mock is not None:
            raise AssertionError("the page starts a mock while the one before still has the port")
        # The first one finds a free port and the others keep it, because the page keeps its own.
        self.mock = Mock(*flags, port=self.port, folder=self.folder)
        self.mock.__enter__()
        self.port = self.mock.port
        return self.seen(self.mock.first_line)

    def kill(self):
        code, _ = self.mock.stop()
        said = "\n".join([*self.mock.complaints(), f"exit code {code}"])
        self.mock.__exit__()
        self.mock = None
        return said

    def seen(self, text):
        return text.replace(f":{self.port}", f":{PORT}").strip("\n")


class Page(unittest.TestCase):
    def test_every_console_line_prints_what_the_page_says(self):
        count = 0
        with tempfile.TemporaryDirectory() as folder:
            shell = Shell(folder)
            self.addCleanup(shell.close)
            for block in readme.blocks():
                if block.title:
                    pathlib.Path(folder, block.title).write_text(block.text)
                if block.language != "console":
                    continue
                for command, expected in block.steps():
                    seen = shell.type(command)
                    count += 1
                    with self.subTest(f"README.md:{block.line}: {command}"):
                        self.assertTrue(
                            readme.matches(expected, seen),
                            f"\nexpected: {expected}\nseen:     {seen}")
            shell.close()
            shell.mock = None
        self.assertGreater(count, 40)

    def test_every_number_has_its_text(self):
        numbers = readme.table("### Numbers")
        table = (SOURCES / "MockWeChatWorld/WeChatError.swift").read_text()
        known = re.findall(r"^ +(-?\d+): \"", table, re.MULTILINE)
        self.assertEqual(
            sorted(int(row[0]) for row in numbers), sorted(set(map(int, known)) - {0}))
        with Mock("--clock", "frozen") as mock:
            token = mock.token()
            for number, text, _ in numbers:
                scene = {"scene": f"mock.errcode.{number}"}
                refusal = mock.post(f"/wxa/getwxacodeunlimit?access_token={token}", scene).json
                self.assertEqual(refusal["errcode"], int(number))
                rid = "" if number == "43002" else r" rid: [0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{8}"
                self.assertRegex(refusal["errmsg"], f"^{re.escape(text.strip('`'))}{rid}$")

    def test_every_call_is_in_the_table_with_its_method(self):
        rows = [row[0].strip("`").split(" ") for row in readme.table("## WeChat's calls")]
        with Mock("--clock", "frozen") as mock:
            detail = mock.post("/_mock/faults", {"endpoint": "/x", "errcode": -1}).json["detail"]
            self.assertEqual(sorted(path for _, path in rows), sorted(re.findall(r"/[\w/-]+", detail)))
            token = mock.token()
            wrong = {"GET": ("POST", 43001), "POST": ("GET", 43002)}
            for method, path in rows:
                other, number = wrong[method]
                answer = mock.call(other, f"{path}?access_token={token}", {} if other == "POST" else None)
                self.assertEqual(answer.errcode, number, path)

    def test_magic_values_work_where_the_page_says(self):
        with Mock("--clock", "frozen") as mock:
            token = mock.token()
            magic = "mock.errcode.50002"
            body = {"grant_type": "client_credential", "appid": magic, "secret": "s"}
            session = f"openid={magic}&signature=s&sig_method=hmac_sha256"
            calls = {
                "js_code": mock.get(f"/sns/jscode2session?{CREDENTIALS}&js_code={magic}"
                                    "&grant_type=authorization_code"),
                "appid of code2session": mock.get(
                    f"/sns/jscode2session?appid={magic}&secret=s&js_code=c"),
                "appid of token": mock.get(f"/cgi-bin/token?appid={magic}&secret=s"),
                "appid of stable_token": mock.post("/cgi-bin/stable_token", body),
                "openid of checksession": mock.get(
                    f"/wxa/checksession?access_token={token}&{session}"),
                "openid of resetusersessionkey": mock.get(
                    f"/wxa/resetusersessionkey?access_token={token}&{session}"),
            }
            posts = {
                "/wxa/getwxacodeunlimit": {"scene": magic},
                "/wxa/business/getuserphonenumber": {"code": magic},
                "/wxa/msg_sec_check": {"content": "c", "version": 2, "scene": 1, "openid": magic},
                "/wxa/media_check_async": {
                    "media_url": "u", "media_type": 2, "version": 2, "scene": 1, "openid": magic},
                "/cgi-bin/message/subscribe/send": {
                    "touser": magic, "template_id": "t", "data": {}},
            }
            for path, body in posts.items():
                calls[path] = mock.post(f"{path}?access_token={token}", body)
            for place, answer in calls.items():
                self.assertEqual(answer.errcode, 50002, place)

    def test_every_control_call_is_in_the_table(self):
        source = (SOURCES / "MockWeChatServer/ControlRoute.swift").read_text()
        routes = re.findall(r"ControlRoute\(\s*\.(\w+),\s*\"([^\"]+)\"", source)
        rows = [row[0].strip("`") for row in readme.table("## Control plane")]
        said = sorted(re.sub(r"\{\w+\}", "*", row).replace("/_mock/", "") for row in rows)
        self.assertEqual(said, sorted(f"{method} {path}" for method, path in routes))

    def test_every_flag_is_in_the_table(self):
        help_text = run("serve", "--help").stdout
        options = help_text[help_text.index("OPTIONS"):]
        flags = set(re.findall(r"^ +(--[\w-]+)", options, re.MULTILINE))
        rows = readme.table("## Flags")
        self.assertEqual({row[0].strip("`").split(" ")[0] for row in rows}, flags)
        defaults = dict(re.findall(r"(--host|--port) .*?\(default: (\S+)\)", options, re.DOTALL))
        for flag, _, default in rows:
            name = flag.strip("`").split(" ")[0]
            if name in defaults:
                self.assertEqual(default, defaults[name])

    def test_every_switch_quota_and_member_has_its_default_in_a_table(self):
        with tempfile.NamedTemporaryFile("w", suffix=".yaml") as world:
            world.write("apps: [{ appid: a, secret: s }]\n")
            world.flush()
            with Mock("--world", world.name) as mock:
                json_world = mock.control("GET", "world")
        app = json_world["apps"][0]
        del app["quotas"]["calls"]
        self.assertEqual(self.defaults("### Switches"), self.written(json_world["switches"]))
        quotas = self.defaults("### Quotas")
        del quotas["calls"]
        self.assertEqual(quotas, self.written(app["quotas"]))
        members = self.defaults("An app, in the file and in `POST /_mock/apps`:\n")
        self.assertEqual(set(members), {"appid`, `secret", *app} - {"appid", "secret"})
        for name, value in self.written(app).items():
            if name in members and name != "quotas":
                self.assertEqual(members[name].strip("`"), value.replace('"', ""), name)

    def defaults(self, heading):
        return {row[0].strip("`"): row[2] for row in readme.table(heading)}

    def written(self, members):
        return {
            name: value if isinstance(value, str) else json.dumps(value)
            for name, value in members.items()
        }

    def test_every_word_of_the_swift_library_exists(self):
        source = "".join(path.read_text() for path in (SOURCES / "MockWeChat").glob("*.swift"))
        words = set(re.findall(r"\bmock\.(\w+)", readme.TEXT)) - {"errcode", "login", "jks"}
        for word in sorted(words):
            self.assertRegex(source, rf"public (func|let|var) {word}\b", word)
        options = re.search(r"`MockWeChatOptions` has (.*?);", readme.TEXT, re.DOTALL)[1]
        said = set(re.findall(r"`(\w+)`", options))
        self.assertEqual(said, set(re.findall(
            r"public var (\w+)", (SOURCES / "MockWeChat/MockWeChatOptions.swift").read_text())))

    def test_every_link_leads_somewhere(self):
        headings = {
            re.sub(r"[^\w -]", "", line.lstrip("# ")).strip().lower().replace(" ", "-")
            for line in readme.TEXT.splitlines() if line.startswith("#")
        }
        for target in re.findall(r"\]\(([^)]+)\)", readme.TEXT):
            if target.startswith("#"):
                self.assertIn(target[1:], headings)
            else:
                self.assertTrue((readme.PATH.parent / target).exists(), target)
