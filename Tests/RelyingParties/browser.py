"""A browser that is a script: it keeps cookies, follows redirects, and does what our login page does."""

import base64
import http.cookiejar
import json
import os
import pathlib
import subprocess
import tempfile
import urllib.error
import urllib.parse
import urllib.request

LOGIN = os.environ["LOGIN"]
WECHAT = os.environ["WECHAT"]
BIN = pathlib.Path(os.environ["BIN"])


class Answer:
    """One HTTP answer, and through which addresses the browser came to it."""

    def __init__(self, url, status, fields, body, hops=()):
        self.url = url
        self.status = status
        self.fields = fields
        self.text = body.decode("utf-8", "replace")
        self.hops = list(hops)

    @property
    def json(self):
        return json.loads(self.text)

    def parameters(self, at):
        """The query of the one hop, or the end, whose address begins so."""
        found = [url for url in [*self.hops, self.url] if url.startswith(at)]
        if len(found) != 1:
            raise AssertionError(f"{len(found)} times at {at}: {[*self.hops, self.url]}")
        query = urllib.parse.urlsplit(found[0]).query
        pairs = urllib.parse.parse_qsl(query, keep_blank_values=True, strict_parsing=True)
        if len(dict(pairs)) != len(pairs):
            raise AssertionError(f"a parameter comes twice: {query}")
        return dict(pairs)


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


class Browser:
    """Cookies are kept by host and not by port, as browsers do; our cookies and a website's meet."""

    def __init__(self):
        self.cookies = http.cookiejar.CookieJar()
        self.opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), _NoRedirects(),
            urllib.request.HTTPCookieProcessor(self.cookies))

    def ask(self, method, url, fields=None):
        """One request; redirects are answers."""
        request = urllib.request.Request(
            url, method=method, data=b"" if method == "POST" else None,
            headers={
                "User-Agent": "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0",
                # Without it a website takes this for a script of its own, which it sends nowhere.
                "Accept": "text/html,*/*;q=0.8", **(fields or {})})
        try:
            with self.opener.open(request, timeout=20) as reply:
                return Answer(url, reply.status, reply.headers, reply.read())
        except urllib.error.HTTPError as reply:
            with reply:
                return Answer(url, reply.code, reply.headers, reply.read())

    def go(self, url):
        """Follows redirects to where they end."""
        hops = []
        while True:
            answer = self.ask("GET", url)
            if answer.status not in (301, 302, 303, 307, 308):
                answer.hops = hops
                return answer
            hops.append(url)
            if len(hops) > 10:
                raise AssertionError(f"the browser is sent in circles: {hops}")
            url = urllib.parse.urljoin(url, answer.fields["Location"])

    # What our login page does.

    def post(self, path):
        answer = self.ask("POST", LOGIN + path, {"Origin": LOGIN, "X-SL": "1"})
        if answer.status != 200:
            raise AssertionError(f"{path}: {answer.status} {answer.text[:500]}")
        return answer.json["data"]

    def open(self):
        """Asks for a code; its picture."""
        kind, picture = self.post("/attempt")["image"].split(",", 1)
        if not kind.startswith("data:image/"):
            raise AssertionError(f"no picture: {kind}")
        return base64.b64decode(picture, validate=True)

    def scan(self, person, decision="--confirm"):
        """Somebody holds their phone to the page's code; the page goes on where it is sent."""
        with tempfile.NamedTemporaryFile(suffix=".png") as file:
            file.write(self.open())
            file.flush()
            done = subprocess.run(
                [BIN / "fake-phone", "scan", file.name, "--person", person, decision,
                 "--login", LOGIN, "--wechat", WECHAT],
                capture_output=True, text=True, timeout=60)
        if done.returncode != 0:
            raise AssertionError(f"{person} could not scan:\n{done.stdout}{done.stderr}")

    def finish(self):
        return self.go(LOGIN + self.post("/attempt/complete")["redirect"])

    def is_logged_in(self):
        """Whether this browser has a login at our server."""
        return self.ask("GET", LOGIN + "/session").status == 200

    def forget(self, *names):
        """Loses the cookies that have one of these words in their names."""
        for cookie in list(self.cookies):
            if any(name in cookie.name for name in names):
                self.cookies.clear(cookie.domain, cookie.path, cookie.name)
