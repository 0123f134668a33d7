"""Starts mock-wechat as a user would, and speaks HTTP to it without any SDK."""

import http.client
import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[3]
PROGRAM = os.environ.get("MOCK_WECHAT", str(ROOT / ".build/debug/mock-wechat"))

# The app of the built-in world.
APPID = "wx0123456789abcdef"
SECRET = "0123456789abcdef0123456789abcdef"
CREDENTIALS = f"appid={APPID}&secret={SECRET}"
TOKEN = f"/cgi-bin/token?grant_type=client_credential&{CREDENTIALS}"

# A developer's own proxy must not stand between the tests and the mock.
for name in list(os.environ):
    if name.lower() in ("http_proxy", "https_proxy", "all_proxy", "no_proxy", "requests_ca_bundle"):
        del os.environ[name]


class Answer:
    """One HTTP answer."""

    def __init__(self, status, fields, body):
        self.status = status
        self.fields = fields
        self.body = body

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def errcode(self):
        return self.json.get("errcode", 0)

    def field(self, name):
        return next((value for key, value in self.fields if key.lower() == name.lower()), None)


class Mock:
    """A mock-wechat on a free port, for the length of a with-statement."""

    def __init__(self, *flags, port=0, folder=None):
        self.flags = [str(flag) for flag in flags]
        self.wanted_port = port
        self.folder = folder
        self.connection = None

    def __enter__(self):
        self.errors = tempfile.TemporaryFile()
        self.process = subprocess.Popen(
            [PROGRAM, *self.flags, "--port", str(self.wanted_port)],
            stdout=subprocess.PIPE, stderr=self.errors, text=True, cwd=self.folder)
        self.first_line = self.process.stdout.readline().rstrip("\n")
        match = re.search(r"listening on (https?)://127\.0\.0\.1:(\d+)", self.first_line)
        if match is None:
            code = self.process.wait(timeout=10)
            raise AssertionError(f"{self.flags}: exit {code}: {self.complaints()}")
        self.port = int(match[2])
        self.url = f"{match[1]}://127.0.0.1:{self.port}"
        return self

    def __exit__(self, *_):
        self.stop()
        self.errors.close()

    def stop(self, number=signal.SIGTERM, patience=10):
        """Ends it; returns its exit code and how many seconds that took."""
        if self.connection is not None:
            self.connection.close()
            self.connection = None
        begun = time.monotonic()
        if self.process.poll() is None:
            self.process.send_signal(number)
        try:
            code = self.process.wait(timeout=patience)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise
        finally:
            self.process.stdout.close()
        return code, time.monotonic() - begun

    def complaints(self):
        """What it has written to its standard error, without the log."""
        self.errors.seek(0)
        lines = self.errors.read().decode().splitlines()
        return [line for line in lines if not re.match(r"\d{4}-\d\d-\d\dT", line)]

    def resident_kib(self):
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+)", status)[1])

    # One connection is kept for all calls: that is what SDKs do.

    def call(self, method, target, body=None, headers=None):
        if isinstance(body, (dict, list)):
            body = json.dumps(body, ensure_ascii=False).encode()
        if self.connection is None:
            self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            self.connection.request(method, target, body=body, headers=headers or {})
            reply = self.connection.getresponse()
            return Answer(reply.status, reply.getheaders(), reply.read())
        except Exception:
            self.connection.close()
            self.connection = None
            raise

    def get(self, target):
        return self.call("GET", target)

    def post(self, target, body):
        return self.call("POST", target, body)

    def control(self, method, path, body=None):
        """A call to the control plane that has to succeed."""
        answer = self.call(method, f"/_mock/{path}", body)
        if answer.status != 200:
            raise AssertionError(f"{method} /_mock/{path}: {answer.status} {answer.body[:500]}")
        return answer.json

    def reset(self):
        self.control("POST", "reset")

    def token(self):
        return self.get(TOKEN).json["access_token"]

    def login(self, person="alice", appid=APPID):
        return self.control("POST", f"phones/{person}/login", {"appid": appid})["code"]

    def scan(self, picture, person="alice"):
        return self.control("POST", f"phones/{person}/scan", picture)

    def fault(self, **members):
        return self.control("POST", "faults", members)["id"]

    def journal(self, **filters):
        query = "&".join(f"{name}={value}" for name, value in filters.items())
        return self.control("GET", f"journal?{query}")["entries"]

    def dial(self, timeout=10):
        """A bare connection, for what no HTTP client would send."""
        return socket.create_connection(("127.0.0.1", self.port), timeout=timeout)


def run(*arguments, patience=60):
    """Runs the program to its end."""
    return subprocess.run(
        [PROGRAM, *map(str, arguments)], capture_output=True, text=True, timeout=patience)
