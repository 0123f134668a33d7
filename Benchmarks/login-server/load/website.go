package main

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/url"
	"strings"
)

// website is a client of OpenID Connect at login-server: what its browsers and its own server send.
type website struct {
	ours
	id, secret string
}

const (
	callback = "https://shop.example/callback"
	verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
)

// An answer of which the browser follows no redirect.
var plain = &http.Client{
	Transport:     client.Transport,
	Timeout:       client.Timeout,
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
}

func send(method, path, body string, header map[string]string, wanted int) (string, http.Header) {
	req, err := http.NewRequest(method, "http://"+*address+path, strings.NewReader(body))
	check(err)
	for name, value := range header {
		req.Header.Set(name, value)
	}
	res, err := plain.Do(req)
	check(err)
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	check(err)
	if res.StatusCode != wanted {
		log.Fatalf("%s: %d %.300s", path, res.StatusCode, text)
	}
	return string(text), res.Header
}

func (w website) request(n int) string {
	digest := sha256.Sum256([]byte(verifier))
	return "/authorize?" + url.Values{
		"response_type": {"code"}, "client_id": {w.id}, "redirect_uri": {callback},
		"scope": {"openid profile"}, "state": {fmt.Sprint("state-", n)}, "nonce": {fmt.Sprint("nonce-", n)},
		"code_challenge":        {base64.RawURLEncoding.EncodeToString(digest[:])},
		"code_challenge_method": {"S256"},
	}.Encode()
}

func firstCookie(header http.Header) string {
	return strings.SplitN(header.Get("Set-Cookie"), ";", 2)[0]
}

// redeem is the website's server: code for tokens, tokens for the user.
func (w website) redeem(location string) {
	to, err := url.Parse(location)
	check(err)
	form := url.Values{
		"grant_type": {"authorization_code"}, "code": {to.Query().Get("code")},
		"redirect_uri": {callback}, "code_verifier": {verifier},
	}
	basic := base64.StdEncoding.EncodeToString([]byte(w.id + ":" + w.secret))
	text, _ := send("POST", "/token", form.Encode(), map[string]string{
		"Content-Type": "application/x-www-form-urlencoded", "Authorization": "Basic " + basic,
	}, 200)
	var tokens struct {
		Access string `json:"access_token"`
		ID     string `json:"id_token"`
	}
	check(json.Unmarshal([]byte(text), &tokens))
	if strings.Count(tokens.ID, ".") != 2 {
		log.Fatal("no ID token")
	}
	send("GET", "/userinfo", "", map[string]string{"Authorization": "Bearer " + tokens.Access}, 200)
}

// login is a whole one, from the website's redirect to its knowledge of the user; it answers the
// browser's session.
func (w website) wholeLogin(n int) string {
	_, header := send("GET", w.request(n), "", nil, 200)
	data, header := post("http://"+*address+"/attempt", struct{}{}, page(&browser{cookie: firstCookie(header)}))
	b := &browser{cookie: firstCookie(header)}
	var opened struct{ Image string }
	check(json.Unmarshal(data, &opened))
	b.picture = decodePicture(opened.Image)
	w.watch(n, b)
	look(b, n)
	p := w.login(n)
	w.confirm(b, p, w.scan(b, p))
	b.socket.await(w.heard)
	_, header = post("http://"+*address+"/attempt/complete", struct{}{}, page(b))
	b.socket.conn.Close()
	session := firstCookie(header)
	_, header = send("GET", "/authorize/resume", "", map[string]string{"Cookie": session}, 303)
	w.redeem(header.Get("Location"))
	return session
}

// measureWebsites: whole logins for a website; the next ones of the same browsers, which need no scan;
// and what every website's server may read.
func measureWebsites(w website) figures {
	out := figures{}
	sessions := make([]string, *count)
	each(*count/10, func(i int) { w.wholeLogin(*count + i) })
	spent := meter()
	each(*count, func(i int) { sessions[i] = w.wholeLogin(i) })
	spent.into(out, "website", *count)
	spent = meter()
	each(*count, func(i int) {
		_, header := send("GET", w.request(i), "", map[string]string{"Cookie": sessions[i]}, 303)
		w.redeem(header.Get("Location"))
	})
	spent.into(out, "again", *count)
	for name, path := range map[string]string{
		"discovery": "/.well-known/openid-configuration", "keys": "/jwks.json",
	} {
		spent = meter()
		each(*count*10, func(int) { send("GET", path, "", nil, 200) })
		spent.into(out, name, *count*10)
	}
	return out
}
