"""The two websites. Their configuration is what Documentation/OpenIDConnect.md tells people to write."""

import atexit
import json
import os
import pathlib
import pwd
import re
import shutil
import socket
import subprocess
import threading
import time
import urllib.request

from browser import BIN, LOGIN

ROOT = pathlib.Path(__file__).resolve().parents[2]
PAGE = ROOT / "Documentation/OpenIDConnect.md"
FOLDER = pathlib.Path(os.environ["FOLDER"])
MODULES = pathlib.Path("/usr/lib/apache2/modules")


def example(heading, language):
    """The one block of code in this language under this heading of the documentation."""
    text = PAGE.read_text()
    section = re.search(rf"^### {re.escape(heading)}\n(.*?)(?=^##|\Z)", text, re.M | re.S)
    if section is None:
        raise AssertionError(f"{PAGE.name} has no heading '{heading}'")
    blocks = re.findall(rf"^```{language}\n(.*?)^```$", section[1], re.M | re.S)
    if len(blocks) != 1:
        raise AssertionError(f"{heading}: {len(blocks)} blocks of {language}, 1 is needed")
    return blocks[0]


def filled_in(text, **values):
    """An example with this run's addresses and secrets; each must stand in it."""
    for placeholder, value in values.items():
        place = {"login": "https://login.example", "site": "https://shop.example",
                 "id": "rp_…", "secret": "the-secret"}[placeholder]
        if place not in text:
            raise AssertionError(f"{place} is not in the example:\n{text}")
        text = text.replace(place, value)
    if "…" in text or ".example" in text:
        raise AssertionError(f"something is not filled in:\n{text}")
    return text


def register(name, site, heading):
    """Runs the example's line of `clients add`; what it prints."""
    line = filled_in(example(heading, "sh"), site=site)
    if not line.startswith("login-server clients add "):
        raise AssertionError(f"{heading}: not a line for clients add: {line}")
    environment = {**os.environ, "PATH": f"{BIN}:{os.environ['PATH']}"}
    done = subprocess.run(
        ["bash", "-euc", line], env=environment, capture_output=True, text=True, timeout=30)
    if done.returncode != 0:
        raise AssertionError(f"{name} could not be registered: {done.stderr}")
    return json.loads(done.stdout)


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class Apache:
    """Debian's apache2 with libapache2-mod-auth-openidc, with a folder and a port of its own."""

    HEADING = "Apache: mod_auth_openidc"
    # What Debian's own configuration loads, as far as the example needs it.
    NEEDED = ["mpm_event", "authn_core", "authz_core", "authz_user", "dir", "mime", "env", "filter",
              "include", "auth_openidc"]

    def __init__(self):
        port = free_port()
        self.site = f"http://localhost:{port}"
        self.credentials = register("apache", self.site, self.HEADING)
        self.folder = FOLDER / "apache"
        pages = self.folder / "pages"
        (pages / "members").mkdir(parents=True)
        (pages / "bye.html").write_text("You are logged out.\n")
        for name in ("index", "second"):
            (pages / f"members/{name}.shtml").write_text(f"page={name}\n<!--#printenv -->\n")
        example_lines = filled_in(
            example(self.HEADING, "apache"), login=LOGIN, site=self.site,
            id=self.credentials["client_id"], secret=self.credentials["client_secret"])
        lines = [f"LoadModule {name}_module {MODULES}/mod_{name}.so" for name in self.NEEDED]
        lines += [
            f"ServerRoot {self.folder}", f"PidFile {self.folder}/pid", "ServerName localhost",
            f"DefaultRuntimeDir {self.folder}", f"Listen 127.0.0.1:{port}",
            f"ErrorLog {self.folder}/error.log", "LogLevel warn", "StartServers 1",
            "TypesConfig /etc/mime.types" if pathlib.Path("/etc/mime.types").exists()
            else "TypesConfig /dev/null",
            f"DocumentRoot {pages}", "DirectoryIndex index.shtml",
            f"<Directory {pages}>", "Options +Includes", "AddType text/html .shtml",
            "AddOutputFilter INCLUDES .shtml", "Require all granted", "</Directory>",
        ]
        if os.geteuid() == 0:
            # Its workers give root up and must still reach the pages.
            user = next((n for n in ("www-data", "nobody") if self.exists(n)), None)
            group = pwd.getpwnam(user).pw_gid
            lines += [f"User {user}", f"Group #{group}"]
            FOLDER.chmod(0o711)
        (self.folder / "apache.conf").write_text("\n".join(lines) + "\n" + example_lines)
        program = shutil.which("apache2", path=f"{os.environ['PATH']}:/usr/sbin")
        self.process = subprocess.Popen(
            [program, "-d", self.folder, "-f", self.folder / "apache.conf", "-DFOREGROUND"],
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        # However this ends: not even an interrupted run leaves it behind.
        atexit.register(self.stop)
        self.wait_for(f"{self.site}/bye.html")

    @staticmethod
    def exists(user):
        try:
            return pwd.getpwnam(user)
        except KeyError:
            return None

    def wait_for(self, url):
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        end = time.monotonic() + 20
        while True:
            if self.process.poll() is not None:
                raise AssertionError(f"apache2 does not start: {self.process.stderr.read()} {self.log()}")
            try:
                return opener.open(url, timeout=5).close()
            except OSError:
                if time.monotonic() > end:
                    raise AssertionError(f"apache2 does not answer: {self.log()}") from None
                time.sleep(0.05)

    def log(self):
        file = self.folder / "error.log"
        return file.read_text() if file.exists() else ""

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stderr.close()


class AuthlibSite:
    """A small Flask application with Authlib from PyPI."""

    HEADING = "Python: Authlib"

    def __init__(self):
        from werkzeug.serving import WSGIRequestHandler, make_server

        class Silent(WSGIRequestHandler):
            def log(self, *_):
                pass

        def application(environ, start_response):
            return self.app(environ, start_response)

        self.server = make_server(
            "127.0.0.1", 0, application, threaded=True, request_handler=Silent)
        self.site = f"http://127.0.0.1:{self.server.server_port}"
        self.credentials = register("authlib", self.site, self.HEADING)
        code = filled_in(
            example(self.HEADING, "python"), login=LOGIN,
            id=self.credentials["client_id"], secret=self.credentials["client_secret"])
        self.module = {"__name__": "shop"}
        exec(compile(code, f"{PAGE.name}: {self.HEADING}", "exec"), self.module)
        self.app = self.module["app"]
        # What Authlib was given, for a look at what becomes of it.
        self.tokens = []
        redeem = self.client.authorize_access_token

        def keeping(**more):
            self.tokens.append(redeem(**more))
            return self.tokens[-1]

        self.client.authorize_access_token = keeping
        # An error of Authlib, or of what reads tokens for it, shows by its name.
        from authlib.integrations.base_client import OAuthError
        from joserfc.errors import JoseError

        @self.app.errorhandler(JoseError)
        @self.app.errorhandler(OAuthError)
        def refused(error):
            return f"error={error.error}", 403

        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    @property
    def client(self):
        return self.module["oauth"].login

    def stop(self):
        self.server.shutdown()
        self.thread.join(10)
        self.server.server_close()
