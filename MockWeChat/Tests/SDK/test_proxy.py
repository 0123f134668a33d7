"""TLS and the proxy: WeChat's name leads to the mock, every other name to a refusal."""

import pathlib
import ssl
import subprocess
import tempfile
import unittest

from mock import TOKEN, Mock, run

NAME = "api.weixin.qq.com"


def curl(*arguments):
    """Curl's exit code, the status of the last answer, and the body."""
    done = subprocess.run(
        ["curl", "-sS", "--max-time", "20", "-w", "\n%{http_code} %{http_connect}", *arguments],
        capture_output=True, text=True)
    body, _, numbers = done.stdout.rpartition("\n")
    status, connect = map(int, numbers.split())
    return done.returncode, status or connect, body


class Proxy(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = cls.enterClassContext(tempfile.TemporaryDirectory())
        cls.mock = cls.enterClassContext(
            Mock("--clock", "frozen", "--proxy", "--ca-dir", cls.folder))
        cls.authority = f"{cls.folder}/ca.pem"

    def through(self, url, *arguments):
        return curl("--proxy", self.mock.url, "--cacert", self.authority, *arguments, url)

    def test_wechat_is_reached_by_its_name(self):
        code, status, body = self.through(f"https://{NAME}{TOKEN}")
        self.assertEqual((code, status), (0, 200), body)
        self.assertIn("access_token", body)

    def test_every_other_host_and_port_is_refused(self):
        refused = [
            "https://example.com/", "https://api.weixin.qq.com.evil.test/", f"https://{NAME}:8443/",
            "https://qyapi.weixin.qq.com/", "https://127.0.0.1/", f"https://{NAME}:22/",
        ]
        for url in refused:
            with self.subTest(url):
                code, status, _ = self.through(url)
                self.assertEqual((code, status), (56, 403))

    def test_plain_http_to_other_hosts_is_refused(self):
        for url in ("http://example.com", "http://qyapi.weixin.qq.com", f"http://{NAME}:8080"):
            with self.subTest(url):
                code, status, body = self.through(url + TOKEN)
                self.assertEqual((code, status), (0, 403), body)
                self.assertIn(f"leads to {NAME} only", body)

    def test_plain_http_to_wechat_answers_43003(self):
        code, status, body = self.through(f"http://{NAME}{TOKEN}")
        self.assertEqual((code, status), (0, 200))
        self.assertRegex(body, r'^\{"errcode":43003,"errmsg":"require https rid: [0-9a-f-]{26}"\}$')

    def test_the_mock_itself_is_reached_through_the_proxy(self):
        for host in ("127.0.0.1", "localhost"):
            code, status, body = self.through(f"http://{host}:{self.mock.port}/_mock/health")
            self.assertEqual((code, status), (0, 200), body)

    def test_the_same_port_speaks_plain_http_and_tls(self):
        self.assertEqual(self.mock.get("/_mock/health").status, 200)
        tls = ssl.create_default_context(cafile=self.authority)
        for name in (NAME, "localhost", "127.0.0.1"):
            with self.mock.dial() as bare, tls.wrap_socket(bare, server_hostname=name) as line:
                self.assertIn(line.version(), ("TLSv1.2", "TLSv1.3"))
                line.sendall(b"GET /_mock/health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                self.assertTrue(line.recv(64).startswith(b"HTTP/1.1 200 OK"))
        with self.mock.dial() as bare, self.assertRaises(ssl.SSLCertVerificationError):
            tls.wrap_socket(bare, server_hostname="example.com")

    def test_a_kept_authority_serves_the_next_run(self):
        before = pathlib.Path(self.authority).read_text()
        with Mock("--clock", "frozen", "--tls", "--ca-dir", self.folder) as second:
            self.assertTrue(second.url.startswith("https://"))
            code, status, _ = curl(
                "--cacert", self.authority, "--connect-to", f"{NAME}:443:127.0.0.1:{second.port}",
                f"https://{NAME}{TOKEN}")
        self.assertEqual((code, status), (0, 200))
        self.assertEqual(pathlib.Path(self.authority).read_text(), before)
        key = pathlib.Path(self.folder, "ca-key.pem")
        self.assertEqual(key.stat().st_mode & 0o777, 0o600)

    def test_an_authority_of_one_run_goes_with_it(self):
        with Mock("--proxy") as mock:
            authority = pathlib.Path(mock.first_line.rpartition("trust ")[2])
            self.assertIn("BEGIN CERTIFICATE", authority.read_text())
            self.assertEqual(mock.stop()[0], 0)
        self.assertFalse(authority.exists())

    def test_a_folder_without_tls_is_a_mistake(self):
        done = run("--ca-dir", self.folder)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("--ca-dir: expected --tls or --proxy beside it", done.stderr)
