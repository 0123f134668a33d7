"""Bad input: an error or a closed connection, alive afterwards, memory flat."""

import io
import json
import random
import socket
import ssl
import struct
import tempfile
import unittest
import zlib

from PIL import Image

from mock import CREDENTIALS, TOKEN, Mock

HEAD = b"Host: api.weixin.qq.com\r\n"


def png(width, height, depth, colour, data):
    """A PNG with whatever header and data one likes, its checksums right."""

    def chunk(kind, content):
        sum_ = struct.pack(">I", zlib.crc32(kind + content))
        return struct.pack(">I", len(content)) + kind + content + sum_

    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data)
            + chunk(b"IEND", b""))


def heard(line):
    """All that comes until the other side closes or falls silent."""
    parts = []
    try:
        while part := line.recv(65536):
            parts.append(part)
    except (ConnectionError, TimeoutError):
        pass
    return b"".join(parts)


class Hostile(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = cls.enterClassContext(tempfile.TemporaryDirectory())
        cls.mock = cls.enterClassContext(Mock("--clock", "frozen", "--proxy", "--ca-dir", folder))
        cls.tls = ssl.create_default_context(cafile=f"{folder}/ca.pem")
        cls.random = random.Random(1)

    def setUp(self):
        self.mock.reset()

    def tearDown(self):
        """Alive, and a login still works."""
        self.mock.control("DELETE", "faults")
        self.assertIn("access_token", self.mock.get(TOKEN).json)
        session = self.mock.get(f"/sns/jscode2session?{CREDENTIALS}&js_code={self.mock.login()}"
                                "&grant_type=authorization_code")
        self.assertIn("openid", session.json)

    def send(self, data, timeout=5, close=True):
        """What comes back to some bytes; the mock may close before it has read them all."""
        with self.mock.dial(timeout) as line:
            try:
                line.sendall(data)
                if close:
                    line.shutdown(socket.SHUT_WR)
            except OSError:
                pass
            return heard(line)

    def refused(self, answer, *statuses):
        """An HTTP error of one of these statuses, or nothing because the connection was closed."""
        if answer:
            status = int(answer.split(b" ", 2)[1])
            self.assertIn(status, statuses, answer[:300])

    # MARK: too much

    def test_bodies_of_10_megabytes(self):
        body = b" " * (10 << 20)
        for path in (b"/cgi-bin/stable_token", b"/_mock/faults", b"/no/such/call"):
            length = b"Content-Length: %d\r\n" % len(body)
            self.refused(self.send(b"POST " + path + b" HTTP/1.1\r\n" + HEAD + length + b"\r\n" + body), 413)
            chunk = b"100000\r\n" + b" " * (1 << 20) + b"\r\n"
            chunked = b"Transfer-Encoding: chunked\r\n\r\n" + 10 * chunk + b"0\r\n\r\n"
            self.refused(self.send(b"POST " + path + b" HTTP/1.1\r\n" + HEAD + chunked), 413)

    def test_a_head_of_1_megabyte(self):
        long = b"x" * (1 << 20)
        for head in (
            b"GET /cgi-bin/token HTTP/1.1\r\nX: " + long + b"\r\n\r\n",
            b"GET /cgi-bin/token?appid=" + long + b" HTTP/1.1\r\n" + HEAD + b"\r\n",
            b"GET /cgi-bin/token HTTP/1.1\r\n" + b"X: y\r\n" * 200_000 + b"\r\n",
            long,
            b"CONNECT " + long,
        ):
            self.refused(self.send(head), 400, 414, 431)

    # MARK: not what it should be

    def test_bodies_that_are_no_json(self):
        token = self.mock.token()
        deep = 100_000
        for body in (
            b"\xff\xfe\x00", b'{"scene":"\xff"}', b'{"scene":"\xed\xa0\x80"}', b"[" * deep,
            b'{"a":' * deep, b"[" * deep + b"]" * deep, b'{"scene":"a"', b'{"scene":"a"}}',
            b'{"scene":1e999999}', b'{"width":99999999999999999999999}', b"\x00" * 1000,
            b'{"scene":"\\ud800"}', b"null", b"7", b'""', b"[]", b"--b\r\n",
        ):
            answer = self.mock.post(f"/wxa/getwxacodeunlimit?access_token={token}", body)
            self.assertEqual((answer.status, answer.errcode), (200, 47001), body[:40])
            control = self.mock.call("POST", "/_mock/faults", body)
            self.assertIn(control.json["error"], ("not_json", "bad_request"), body[:40])

    def test_text_that_is_no_utf8(self):
        answer = self.mock.get("/cgi-bin/token?appid=%FF%FE&secret=%C0%80")
        self.assertEqual(answer.errcode, 40013)
        self.refused(self.send(b"GET /cgi-bin/token?appid=\xff\xfe HTTP/1.1\r\n" + HEAD + b"\r\n"), 200, 400)
        self.refused(self.send(b"GET /\xff HTTP/1.1\r\nX: \xff\xfe\r\n\r\n"), 200, 400)
        self.assertEqual(self.mock.call("POST", "/_mock/phones/%FF/login", {}).status, 404)
        json.loads(self.mock.get("/_mock/journal").body)  # What it wrote down can be shown.

    def test_bodies_that_end_early(self):
        for _ in range(200):
            self.refused(self.send(
                b"POST /cgi-bin/stable_token HTTP/1.1\r\n" + HEAD
                + b"Content-Length: 1000\r\n\r\n" + b'{"appid":'), 400)
            self.refused(self.send(
                b"POST /cgi-bin/stable_token HTTP/1.1\r\n" + HEAD
                + b"Transfer-Encoding: chunked\r\n\r\n5\r\n{"), 400)
        self.assertEqual(self.mock.journal(endpoint="/cgi-bin/stable_token"), [])

    def test_two_lengths_are_no_request(self):
        for lengths in (
            b"Content-Length: 2\r\nContent-Length: 3\r\n",
            b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n",
            b"Content-Length: -1\r\n", b"Content-Length: 2x\r\n", b"Content-Length: 99999999999999999999\r\n",
        ):
            answer = self.send(b"POST /cgi-bin/stable_token HTTP/1.1\r\n" + HEAD + lengths + b"\r\n{}")
            self.refused(answer, 400, 413)

    def test_pipelined_calls_are_answered_in_order_and_the_garbage_behind_them_is_not(self):
        count = 100
        calls = b"".join(
            b"GET /sns/jscode2session?" + CREDENTIALS.encode()
            + b"&js_code=code%d&grant_type=authorization_code HTTP/1.1\r\n" % number + HEAD + b"\r\n"
            for number in range(count))
        answer = self.send(calls + self.random.randbytes(4096))
        self.assertEqual(answer.count(b'{"errcode":40029'), count)
        codes = [entry["query"]["js_code"] for entry in self.mock.journal()]
        self.assertEqual(codes, [f"code{number}" for number in range(count)])

    def test_random_bytes(self):
        for size in (1, 16, 300, 5000, 100_000):
            for _ in range(100):
                self.send(self.random.randbytes(size), timeout=2)
        for _ in range(100):  # As TLS by its first byte.
            self.send(b"\x16\x03\x01" + self.random.randbytes(200), timeout=2)

    # MARK: connections

    def drop(self, line, rudely):
        if rudely:
            line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        line.close()

    def test_2000_connections_are_dropped_at_every_stage(self):
        hello = ssl.MemoryBIO()
        greeting = self.tls.wrap_bio(ssl.MemoryBIO(), hello, server_hostname="localhost")
        with self.assertRaises(ssl.SSLWantReadError):
            greeting.do_handshake()
        client_hello = hello.read()
        stages = [
            b"", b"G", b"GET /cgi-bin/token HTTP/1.1\r\nHo",
            b"POST /cgi-bin/stable_token HTTP/1.1\r\nContent-Length: 100\r\n\r\n{",
            b"\x16", client_hello[:40], client_hello, b"CONNECT api.weixin.qq.com:443 HTTP/1.1\r\n\r\n",
            b"CONNECT api.weixin.qq.com:443 HTTP/1.1\r\n\r\n" + client_hello[:100],
            b"GET /cgi-bin/token HTTP/1.1\r\n\r\n",
        ]
        for number in range(2000):
            line = self.mock.dial()
            line.sendall(stages[number % len(stages)])
            self.drop(line, rudely=number % 2 == 0)

    def test_2000_connections_at_once(self):
        lines = [self.mock.dial() for _ in range(2000)]
        for number, line in enumerate(lines):
            line.sendall(b"\x16\x03" if number % 2 else b"POST /x HTTP/1.1\r\nContent-Len")
        self.assertEqual(self.mock.get("/_mock/health").status, 200)
        for number, line in enumerate(lines):
            self.drop(line, rudely=number % 3 == 0)

    def test_callers_who_leave_while_a_fault_keeps_them_waiting(self):
        self.mock.fault(endpoint="/cgi-bin/token", delay_ms=300)
        for number in range(200):
            line = self.mock.dial()
            line.sendall(b"GET /cgi-bin/token HTTP/1.1\r\n\r\n")
            self.drop(line, rudely=number % 2 == 0)

    # MARK: pictures

    def scan(self, picture):
        answer = self.mock.call("POST", "/_mock/phones/alice/scan", picture)
        return answer.status, answer.json["error"]

    def test_pictures_that_claim_100_megapixels(self):
        # The first lies, the second is true: 100 megapixels of nothing in 100 KB.
        self.assertEqual(self.scan(png(10_000, 10_000, 8, 0, b"")), (413, "too_large"))
        true = png(10_000, 10_000, 8, 0, zlib.compress(bytes(10_001) * 10_000, 9))
        self.assertEqual(self.scan(true), (413, "too_large"))
        # Sides that no picture has.
        for width, height in ((2**31 - 1, 2**31 - 1), (1, 100_000_000), (2**31, 1)):
            self.assertEqual(self.scan(png(width, height, 8, 6, b"")), (415, "not_png"))
        # More than the limit of bytes, whatever they are.
        try:
            self.assertEqual(self.scan(bytes(17 << 20)), (413, "too_large"))
        except ConnectionError:
            pass  # It closed before all of them were sent.

    def test_pictures_that_are_damaged_or_none(self):
        out = io.BytesIO()
        Image.new("RGB", (300, 300), "white").save(out, "PNG")
        good = out.getvalue()
        self.assertEqual(self.scan(good), (422, "no_code_found"))
        wrong = [
            b"", b"\x89PNG\r\n\x1a\n", good[:60], good[:-30], b"\xff\xd8\xff\xe0" + bytes(100),
            b"GIF89a" + bytes(100), png(0, 0, 8, 0, b""), png(10, 10, 3, 9, zlib.compress(bytes(110))),
            png(10, 10, 8, 0, b"no zlib"), png(10, 10, 8, 0, zlib.compress(bytes(3))),
            png(10, 10, 8, 3, zlib.compress(bytes(110))),
        ]
        for cut in range(40, len(good), max(1, len(good) // 40)):
            wrong.append(good[:cut] + bytes([good[cut] ^ 0xFF]) + good[cut + 1:])
        for picture in wrong:
            status, error = self.scan(picture)
            self.assertIn((status, error), ((415, "not_png"), (413, "too_large"), (422, "no_code_found")))
        # A bomb: many bytes beyond what the header says.
        self.scan(png(10, 10, 8, 0, zlib.compress(bytes(200 << 20), 9)))


class Memory(unittest.TestCase):
    """All of the above again and again, with the resident memory looked at in between."""

    CROWD = "test_2000_connections_at_once"
    # MiB. Measured with the debug build: 2 in the rounds, 60 for the crowd, half of whom are in the
    # middle of a TLS handshake, which takes 56 KiB while it lasts; the heap keeps what it had.
    ROOM_FOR_ROUNDS = 8
    ROOM_FOR_CROWDS = 96

    def setUp(self):
        Hostile.setUpClass()
        self.addCleanup(Hostile.doClassCleanups)

    def after(self, names, rounds):
        """The resident MiB at the start and after each round."""
        sizes = [Hostile.mock.resident_kib() / 1024]
        for _ in range(rounds):
            for name in names:
                result = unittest.TestResult()
                Hostile(name).run(result)
                self.assertTrue(result.wasSuccessful(), result.errors + result.failures)
            sizes.append(Hostile.mock.resident_kib() / 1024)
        print("  resident MiB:", ", ".join(f"{size:.0f}" for size in sizes))
        return sizes

    def test_more_rounds_of_bad_input_take_no_more_memory(self):
        names = set(unittest.TestLoader().getTestCaseNames(Hostile)) - {self.CROWD}
        sizes = self.after(sorted(names), rounds=3)
        self.assertLess(sizes[-1] - sizes[1], self.ROOM_FOR_ROUNDS)

    def test_crowds_of_2000_take_what_they_need_and_no_more(self):
        sizes = self.after([self.CROWD], rounds=4)
        self.assertLess(sizes[-1] - sizes[0], self.ROOM_FOR_CROWDS)
