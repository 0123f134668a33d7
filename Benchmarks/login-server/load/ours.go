package main

import (
	"bytes"
	"encoding/json"
	"log"
	"strings"
)

// ours speaks to login-server.
type ours struct{}

func (ours) post(path string, arg interface{}, header map[string]string) json.RawMessage {
	data, _ := post("http://"+*address+path, arg, header)
	return data
}

func page(b *browser) map[string]string {
	header := map[string]string{"Origin": "http://" + *address, "X-SL": "1"}
	if b != nil {
		header["Cookie"] = b.cookie
	}
	return header
}

func (ours) open(n int, keep bool) *browser {
	data, header := post("http://"+*address+"/attempt", struct{}{}, page(nil))
	b := &browser{}
	for _, cookie := range header["Set-Cookie"] {
		b.cookie = strings.SplitN(cookie, ";", 2)[0]
	}
	if b.cookie == "" {
		log.Fatal("no cookie")
	}
	if keep {
		var opened struct{ Image string }
		check(json.Unmarshal(data, &opened))
		b.picture = decodePicture(opened.Image)
	}
	return b
}

func (ours) watch(n int, b *browser) {
	b.socket = dial(n, "/attempt/events", "Origin: http://"+*address+"\r\nCookie: "+b.cookie+"\r\n")
	b.socket.await(func(text []byte) bool { return bytes.Contains(text, []byte(`"created"`)) })
}

func (o ours) login(n int) phone {
	var answer struct{ Token string }
	data := o.post("/mp/session", map[string]string{"js_code": jsCode(n)}, nil)
	check(json.Unmarshal(data, &answer))
	return phone{bearer: "Bearer " + answer.Token}
}

func (o ours) scan(b *browser, p phone) string {
	var answer struct{ Nonce string }
	data := o.post("/mp/scan", map[string]interface{}{"scene": b.scene, "launch": 1047},
		map[string]string{"Authorization": p.bearer})
	check(json.Unmarshal(data, &answer))
	return answer.Nonce
}

func (o ours) confirm(b *browser, p phone, nonce string) {
	o.post("/mp/confirm", map[string]string{"scene": b.scene, "nonce": nonce},
		map[string]string{"Authorization": p.bearer})
}

func (o ours) collect(b *browser) { o.post("/attempt/complete", struct{}{}, page(b)) }

func (ours) heard(text []byte) bool { return bytes.Contains(text, []byte(`"confirmed"`)) }
