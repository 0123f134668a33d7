package main

import (
	"encoding/json"
	"fmt"
	"log"
	"net/url"
	"time"
)

// article speaks to Benchmarks/article-server.
type article struct{}

func (article) post(path string, arg interface{}) json.RawMessage {
	data, _ := post("http://"+*address+path, arg, nil)
	return data
}

// The page makes its scene itself, from the time.
func (a article) open(n int, keep bool) *browser {
	b := &browser{scene: fmt.Sprintf("scene-%d-%d", time.Now().UnixMilli(), n)}
	data := a.post("/miniapp/getwxacodeunlimit", map[string]string{"scene": b.scene})
	if keep {
		var image string
		check(json.Unmarshal(data, &image))
		b.picture = decodePicture(image)
	}
	return b
}

func (article) watch(n int, b *browser) {
	b.socket = dial(n, "/websocket?clientid="+url.QueryEscape(b.scene), "")
}

func (a article) login(n int) phone {
	type user struct {
		ID         int64  `json:"id"`
		MiniOpenID string `json:"mini_openid"`
	}
	var found user
	check(json.Unmarshal(a.post("/user/authwithcode", map[string]string{"code": jsCode(n)}), &found))
	if found.ID == 0 {
		data := a.post("/user/register", map[string]string{
			"mini_openid": found.MiniOpenID, "avatarUrl": "", "nickName": person(n)})
		check(json.Unmarshal(data, &found))
	}
	if found.ID == 0 {
		log.Fatal("no user")
	}
	return phone{user: fmt.Sprint(found.ID)}
}

func (article) scan(*browser, phone) string { return "" }

func (a article) confirm(b *browser, p phone, _ string) {
	a.post("/push/publishmsg", map[string]string{
		"clientid": b.scene, "userid": p.user, "role": "user", "avatarUrl": "", "nickName": "p"})
}

func (article) collect(*browser) {}

func (article) heard([]byte) bool { return true }
