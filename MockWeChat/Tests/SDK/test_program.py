"""The program: budgets, world files, a taken port, the end."""

import pathlib
import signal
import tempfile
import threading
import unittest

from mock import CREDENTIALS, Mock, run


class Program(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))

    def file(self, text, name="file.yaml"):
        path = self.folder / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    # MARK: budget

    def spent(self, budget):
        """Three tokens and two sessions against a budget: the exit code, and what is said."""
        with Mock("--clock", "frozen", "--budget", self.file(budget)) as mock:
            for _ in range(3):
                mock.token()
            for person in ("alice", "bob"):
                answer = mock.get(f"/sns/jscode2session?{CREDENTIALS}&js_code=mock.login.{person}"
                                  "&grant_type=authorization_code")
                self.assertIn("openid", answer.json)
            return mock.stop()[0], mock.complaints()

    def test_a_run_within_its_budget_ends_with_0(self):
        budget = "/cgi-bin/token: { calls: 3, per_minute: 3 }\n/sns/jscode2session: { calls: 2 }\n"
        self.assertEqual(self.spent(budget), (0, []))

    def test_a_run_over_its_budget_ends_with_3_and_names_the_lines(self):
        budget = "/cgi-bin/token: { calls: 2, per_minute: 2 }\n/sns/jscode2session: { calls: 2 }\n"
        self.assertEqual(self.spent(budget), (3, [
            "mock-wechat: over budget: /cgi-bin/token: 3 calls, the budget has 2",
            "mock-wechat: over budget: /cgi-bin/token: 3 calls in one minute, the budget has 2",
        ]))

    def test_a_wrong_budget_is_refused_with_its_place(self):
        for text, complaint in {
            "/cgi-bin/token: { calls: many }\n":
                ":1:26: /cgi-bin/token.calls: expected a whole number",
            "/cgi-bin/tokens: { calls: 1 }\n":
                ":1:18: /cgi-bin/tokens: expected one of /cgi-bin/token",
            "/cgi-bin/token: {}\n": "expected calls or per_minute",
        }.items():
            with self.subTest(text):
                done = run("--port", "0", "--budget", self.file(text))
                self.assertEqual(done.returncode, 1)
                self.assertIn(complaint, done.stderr)

    # MARK: world files

    def test_a_good_world_is_understood(self):
        path = self.file("apps: [{ appid: a, secret: s }]\npeople: [{ name: zoe }]\n")
        done = run("world", "check", path)
        self.assertEqual(
            (done.returncode, done.stdout, done.stderr),
            (0, f"{path}: 1 apps, 1 people, all understood\n", ""))

    def test_a_wrong_world_is_refused_with_line_column_and_what_was_expected(self):
        for text, complaint in {
            "apps:\n  - appid: a\n    secret: s\n    released: perhaps\n":
                ":4:15: apps[0].released: expected true or false",
            "apps:\n  - appid: a\n    secret: s\n    colour: red\n":
                ":4:5: apps[0].colour: unknown member; known are appid, secret",
            "apps:\n  - appid: a\n": ":2:5: apps[0].secret: missing",
            "apps: [}\n": ":1:8: expected YAML",
            "": ": expected a world, and the file is empty",
            "apps: [{ appid: a, secret: s }]\nswitches: { garbage_token_errcode: 7 }\n":
                ":2:36: switches.garbage_token_errcode: expected 40001 or 40014",
            "apps: &a [*a]\n": "expected",
            b"\xff\xfe": ": expected a file of text in UTF-8",
        }.items():
            with self.subTest(text):
                path = self.file(text)
                for arguments in (["world", "check", path], ["--port", "0", "--world", path]):
                    done = run(*arguments)
                    self.assertEqual((done.returncode, done.stdout), (1, ""))
                    self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)
                    self.assertTrue(done.stderr.startswith(f"mock-wechat: {path}:"), done.stderr)
                    self.assertIn(complaint, done.stderr)

    def test_a_missing_world_is_one_line(self):
        done = run("world", "check", self.folder / "none.yaml")
        self.assertEqual((done.returncode, len(done.stderr.splitlines())), (1, 1))

    # MARK: start and end

    def test_a_taken_port_is_one_line(self):
        with Mock() as mock:
            done = run("--port", mock.port)
            self.assertNotEqual(done.returncode, 0)
            self.assertEqual(done.stdout, "")
            lines = [line for line in done.stderr.splitlines() if " notice " not in line]
            self.assertEqual(
                lines,
                [f"mock-wechat: cannot listen on 127.0.0.1:{mock.port}: Address already in use"])

    def test_wrong_flags_are_named(self):
        for arguments, complaint in [
            (["--port", "70000"], "--port: expected 0 to 65535, not 70000"),
            (["--public-url", "ftp://x"], "--public-url: expected http://"),
            (["--clock", "slow"], "clock"),
            (["--sed", "1"], "Unknown option"),
        ]:
            done = run(*arguments)
            self.assertNotEqual(done.returncode, 0)
            self.assertIn(complaint, done.stderr)

    def test_both_signals_end_it_within_two_seconds_while_callers_wait(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            with self.subTest(number), Mock() as mock:
                mock.fault(endpoint="*", delay_ms=60_000)
                waiting = [mock.dial(timeout=30) for _ in range(20)]
                for line in waiting:
                    line.sendall(b"GET /cgi-bin/token HTTP/1.1\r\nHost: x\r\n\r\n")
                while len(mock.journal()) < len(waiting):
                    pass
                code, seconds = mock.stop(number)
                self.assertEqual(code, 0)
                self.assertLess(seconds, 2)
                for line in waiting:
                    with line:
                        self.assertIn(self.rest(line), (b"", None))

    def rest(self, line):
        try:
            return line.recv(1)
        except ConnectionResetError:
            return None

    def test_it_ends_at_once_when_nobody_waits(self):
        with Mock() as mock:
            mock.token()
            code, seconds = mock.stop()
            self.assertEqual(code, 0)
            self.assertLess(seconds, 0.7)

    def test_a_call_under_way_is_answered_before_the_end(self):
        with Mock() as mock:
            mock.fault(endpoint="/cgi-bin/token", delay_ms=500)
            line = mock.dial(timeout=30)
            line.sendall(f"GET /cgi-bin/token?grant_type=client_credential&{CREDENTIALS} HTTP/1.1"
                         "\r\nHost: x\r\n\r\n".encode())
            while not mock.journal():
                pass
            ended = []
            ending = threading.Thread(target=lambda: ended.append(mock.stop()))
            ending.start()
            with line:
                self.assertIn(b" 200 OK", line.recv(1024))
            ending.join()
            self.assertEqual(ended[0][0], 0)

    def test_the_ledger_prints_as_a_table(self):
        done = run("ledger")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        lines = done.stdout.splitlines()
        self.assertEqual(lines[0], "| rule | where | what | grade | source | date |")
        self.assertTrue(all(line.startswith("|") for line in lines))
