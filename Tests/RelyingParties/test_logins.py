"""Relying parties that nobody here wrote log people in through the fake phone."""

import re
import unittest
import urllib.parse

from browser import LOGIN, Browser
from websites import Apache, AuthlibSite

apache = authlib = None


def setUpModule():
    global apache, authlib
    apache = Apache()
    unittest.addModuleCleanup(apache.stop)
    authlib = AuthlibSite()
    unittest.addModuleCleanup(authlib.stop)


def printed(text):
    """What apache's page says of its environment."""
    return dict(re.findall(r"^(\w+)=(.*)$", text, re.M))


class Case(unittest.TestCase):
    maxDiff = None

    def is_our_login_page(self, answer, name, host):
        self.assertEqual(answer.status, 200)
        self.assertTrue(answer.url.startswith(f"{LOGIN}/authorize?"), answer.url)
        self.assertIn(name, answer.text)
        self.assertIn(host, answer.text)

    def is_sound_request(self, answer, scope):
        """All that protects a login is in the request that the library made."""
        asked = answer.parameters(f"{LOGIN}/authorize?")
        self.assertEqual(asked["response_type"], "code")
        self.assertEqual(set(asked["scope"].split()), set(scope.split()))
        self.assertEqual(asked["code_challenge_method"], "S256")
        self.assertRegex(asked["code_challenge"], r"\A[\w-]{43}\Z")
        self.assertGreaterEqual(len(asked["state"]), 16)
        self.assertGreaterEqual(len(asked["nonce"]), 16)
        return asked


class ModAuthOpenIDC(Case):
    def members(self, page=""):
        return f"{apache.site}/members/{page}"

    def log_in(self, browser, person="alice"):
        self.is_our_login_page(
            browser.go(self.members()), "Tea Shop", apache.site.removeprefix("http://"))
        browser.scan(person)
        return browser.finish()

    def gets_nothing_but_an_error(self, browser):
        """Version 2.4.12 says another thing than access_denied: it takes `iss` for a request of its own."""
        page = browser.go(f"{LOGIN}/authorize/cancel")
        told = page.parameters(f"{apache.site}/members/oidc?")
        self.assertEqual((told["error"], told["iss"]), ("access_denied", LOGIN))
        self.assertNotIn("code", told)
        self.assertIn("<p>Error: ", page.text)
        self.assertNotIn("REMOTE_USER", page.text)
        self.is_our_login_page(
            browser.go(self.members()), "Tea Shop", apache.site.removeprefix("http://"))

    def test_a_scan_opens_the_protected_page_which_knows_its_user(self):
        browser = Browser()
        page = browser.go(self.members())
        asked = self.is_sound_request(page, "openid profile")
        self.assertEqual(asked["redirect_uri"], f"{apache.site}/members/oidc")
        browser.scan("alice")
        page = browser.finish()
        self.assertEqual((page.status, page.url), (200, self.members()), apache.log())
        back = page.parameters(f"{apache.site}/members/oidc?")
        self.assertEqual((back["state"], back["iss"]), (asked["state"], LOGIN))
        known = printed(page.text)
        self.assertEqual(known["page"], "index")
        self.assertEqual(known["REMOTE_USER"], known["OIDC_CLAIM_sub"])
        self.assertRegex(known["REMOTE_USER"], r"\A[\w-]{16,}\Z")
        self.assertEqual(known["OIDC_CLAIM_iss"], LOGIN)
        self.assertEqual(known["OIDC_CLAIM_role"], "user")
        self.assertEqual(known["OIDC_CLAIM_acr"], "urn:scan-login:wechat-scan")
        self.assertEqual(known["OIDC_CLAIM_nonce"], asked["nonce"])

    def test_the_next_page_asks_nobody_to_scan(self):
        browser = Browser()
        first = printed(self.log_in(browser).text)
        second = browser.go(self.members("second.shtml"))
        self.assertEqual(second.hops, [])
        self.assertEqual(printed(second.text)["REMOTE_USER"], first["REMOTE_USER"])

    def test_nor_does_a_new_session_of_the_website(self):
        browser = Browser()
        first = printed(self.log_in(browser).text)
        browser.forget("mod_auth_openidc")
        again = browser.go(self.members("second.shtml"))
        self.assertEqual((again.status, again.url), (200, self.members("second.shtml")))
        self.assertEqual(len(again.hops), 3, again.hops)
        self.assertEqual(printed(again.text)["REMOTE_USER"], first["REMOTE_USER"])

    def test_two_people_are_two_users_and_one_person_is_one(self):
        names = [printed(self.log_in(Browser(), who).text)["REMOTE_USER"]
                 for who in ("alice", "bob", "alice")]
        self.assertEqual(names[0], names[2])
        self.assertNotEqual(names[0], names[1])

    def test_logout_ends_our_login_too_and_comes_back_where_it_was_registered(self):
        browser = Browser()
        self.log_in(browser)
        self.assertTrue(browser.is_logged_in())
        there = f"{apache.site}/bye.html"
        bye = browser.go(self.members("oidc?logout=" + urllib.parse.quote(there, safe="")))
        self.assertEqual((bye.status, bye.url.partition("?")[0]), (200, there), apache.log())
        asked = bye.parameters(f"{LOGIN}/end_session?")
        self.assertIn("id_token_hint", asked)
        self.assertFalse(browser.is_logged_in())
        self.is_our_login_page(
            browser.go(self.members()), "Tea Shop", apache.site.removeprefix("http://"))

    def test_cancelling_on_the_page_lets_nobody_in(self):
        browser = Browser()
        browser.go(self.members())
        browser.open()
        self.gets_nothing_but_an_error(browser)

    def test_a_no_on_the_phone_lets_nobody_in(self):
        browser = Browser()
        browser.go(self.members())
        browser.scan("bob", "--cancel")
        self.gets_nothing_but_an_error(browser)


class Authlib(Case):
    def log_in(self, browser, person="alice"):
        browser.go(f"{authlib.site}/login")
        browser.scan(person)
        return browser.finish()

    def user_info(self, browser):
        """What our server says to the access token of the latest login."""
        field = f"Bearer {authlib.tokens[-1]['access_token']}"
        return browser.ask("GET", f"{LOGIN}/userinfo", {"Authorization": field}).status

    def test_a_scan_logs_in_with_state_nonce_and_proof_key(self):
        browser = Browser()
        page = browser.go(f"{authlib.site}/login")
        self.is_our_login_page(page, "Tea Shop", authlib.site.removeprefix("http://"))
        asked = self.is_sound_request(page, "openid profile")
        self.assertEqual(asked["redirect_uri"], f"{authlib.site}/callback")
        browser.scan("alice")
        page = browser.finish()
        self.assertEqual((page.status, page.url), (200, f"{authlib.site}/"), page.text)
        user = page.json
        self.assertEqual(user["iss"], LOGIN)
        self.assertEqual(user["aud"], authlib.credentials["client_id"])
        self.assertEqual(user["nonce"], asked["nonce"])
        self.assertEqual(user["role"], "user")
        self.assertRegex(user["sub"], r"\A[\w-]{16,}\Z")

    def test_the_id_token_is_verified_against_our_keys(self):
        browser = Browser()
        browser.go(f"{authlib.site}/login")
        browser.scan("carol")
        # With the keys of somebody else the same login fails: the one above passed for ours.
        from joserfc.jwk import RSAKey
        client = authlib.client
        client.load_server_metadata()
        kid = browser.go(f"{LOGIN}/jwks.json").json["keys"][0]["kid"]
        foreign = RSAKey.generate_key(2048, {"kid": kid, "use": "sig", "alg": "RS256"})
        kept = client.server_metadata
        client.server_metadata = {**kept, "jwks": {"keys": [foreign.as_dict(private=False)]}}
        try:
            page = browser.finish()
        finally:
            client.server_metadata = kept
        self.assertEqual((page.status, page.text), (403, "error=bad_signature"))

    def test_a_state_of_another_browser_is_refused(self):
        thief, victim = Browser(), Browser()
        thief.go(f"{authlib.site}/login")
        thief.scan("mallory")
        stop = thief.ask("GET", LOGIN + thief.post("/attempt/complete")["redirect"])
        page = victim.go(stop.fields["Location"])
        self.assertEqual((page.status, page.text), (403, "error=mismatching_state"))

    def test_a_login_at_the_one_website_is_a_login_at_the_other(self):
        browser = Browser()
        there = browser.go(f"{apache.site}/members/")
        self.assertEqual(there.status, 200)
        browser.scan("bob")
        known = printed(browser.finish().text)
        page = browser.go(f"{authlib.site}/login")
        self.assertEqual(page.url, f"{authlib.site}/")
        self.assertEqual(page.json["sub"], known["REMOTE_USER"])

    def test_logout_ends_our_login_and_its_access_token_and_comes_back_with_its_state(self):
        browser = Browser()
        self.log_in(browser)
        self.assertEqual(self.user_info(browser), 200)
        bye = browser.go(f"{authlib.site}/logout")
        self.assertEqual(bye.status, 200, bye.text)
        asked = bye.parameters(f"{LOGIN}/end_session?")
        back = bye.parameters(f"{authlib.site}/bye?")
        self.assertEqual(asked["state"], back["state"])
        self.assertEqual(bye.text, "You are logged out.")
        self.assertFalse(browser.is_logged_in())
        self.assertEqual(self.user_info(browser), 401)
        self.is_our_login_page(
            browser.go(f"{authlib.site}/login"), "Tea Shop", authlib.site.removeprefix("http://"))

    def test_a_no_on_the_phone_is_access_denied_at_the_website(self):
        browser = Browser()
        browser.go(f"{authlib.site}/login")
        browser.scan("alice", "--cancel")
        page = browser.go(f"{LOGIN}/authorize/cancel")
        self.assertEqual((page.status, page.text), (403, "error=access_denied"))
        self.assertEqual(browser.go(f"{authlib.site}/").text, "nobody")
