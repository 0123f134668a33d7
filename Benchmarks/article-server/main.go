// article-server is a stand-in for measurements, and never to be deployed.
//
// It is the design of a widely copied article about logging in by a mini-program code: a Go server on
// gorilla/websocket that keeps scene -> WebSocket in a sync.Map, refreshes one access token by a
// ticker, and lets whoever calls the publish endpoint push whatever user to whatever scene. It has
// that design's holes on purpose (anybody logs anybody in, any Origin, scenes made by the page, nothing is
// ever forgotten, nothing is on disk, a code picture carries no limit), because its speed is only
// comparable with its holes in. What the article leaves to the reader is filled in as cheaply as may
// be: the user table is a map in memory, and one token is fetched at the start, not after 4,000 s.
package main

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"
)

var (
	wechat = flag.String("wechat", "http://127.0.0.1:9090", "base address of WeChat or of a mock")
	appID  = flag.String("appid", "wx0123456789abcdef", "the mini-program")
	secret = flag.String("secret", "0123456789abcdef0123456789abcdef", "its secret")
	port   = flag.Int("port", 0, "where to listen on 127.0.0.1; 0 is any free port")
)

var (
	clientMap   sync.Map // clientid -> *websocket.Conn
	accessToken atomic.Value
	users       sync.Map // openid -> user
	lastUser    int64
)

type user struct {
	ID         int64  `json:"id"`
	MiniOpenID string `json:"mini_openid"`
	AvatarURL  string `json:"avatarUrl"`
	NickName   string `json:"nickName"`
	Role       string `json:"role"`
}

// The answer of the article's util package: 200 or 400 in the body, always 200 on the wire.
func respond(w http.ResponseWriter, code int, data interface{}, msg string) {
	w.Header().Set("Content-Type", "application/json")
	json.NewEncoder(w).Encode(map[string]interface{}{"code": code, "data": data, "msg": msg})
}

func respOk(w http.ResponseWriter, data interface{}) { respond(w, 200, data, "") }
func failMsg(w http.ResponseWriter, msg string)      { respond(w, 400, "", msg) }

func body(res *http.Response, err error) ([]byte, error) {
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	return io.ReadAll(res.Body)
}

func postJSON(address string, arg interface{}) ([]byte, error) {
	text, err := json.Marshal(arg)
	if err != nil {
		return nil, err
	}
	return body(http.Post(address, "application/json", bytes.NewReader(text)))
}

func refreshToken() error {
	text, err := body(http.Get(fmt.Sprintf(
		"%s/cgi-bin/token?grant_type=client_credential&appid=%s&secret=%s", *wechat, *appID, *secret)))
	if err != nil {
		return err
	}
	var answer struct {
		AccessToken string `json:"access_token"`
	}
	if err := json.Unmarshal(text, &answer); err != nil {
		return err
	}
	if answer.AccessToken == "" {
		return fmt.Errorf("no access_token: %s", text)
	}
	accessToken.Store(answer.AccessToken)
	return nil
}

func refreshTokens() {
	for range time.NewTicker(4000 * time.Second).C {
		if err := refreshToken(); err != nil {
			log.Println(err)
		}
	}
}

// GET /websocket?clientid=SCENE, as the article prints it.
func serveWebSocket(w http.ResponseWriter, req *http.Request) {
	clientid := req.URL.Query().Get("clientid")
	conn, err := (&websocket.Upgrader{
		CheckOrigin: func(r *http.Request) bool { return true },
	}).Upgrade(w, req, nil)
	if err != nil {
		log.Println(err.Error())
		return
	}
	clientMap.Store(clientid, conn)
	go func() {
		defer func() {
			conn.Close()
			clientMap.Delete(clientid)
		}()
		for {
			if _, _, err := conn.ReadMessage(); err != nil {
				log.Println(err.Error())
				return
			}
		}
	}()
}

// POST /miniapp/getwxacodeunlimit {"scene"}: the picture as a data URL.
func getCode(w http.ResponseWriter, req *http.Request) {
	var arg struct {
		Scene string `json:"scene"`
	}
	if err := json.NewDecoder(req.Body).Decode(&arg); err != nil {
		failMsg(w, err.Error())
		return
	}
	ret, err := postJSON(fmt.Sprintf(
		"%s/wxa/getwxacodeunlimit?access_token=%s", *wechat, accessToken.Load()), arg)
	if err != nil {
		failMsg(w, err.Error())
		return
	}
	if strings.Contains(string(ret), "errmsg") {
		failMsg(w, string(ret))
		return
	}
	respOk(w, "data:image/png;base64,"+base64.StdEncoding.EncodeToString(ret))
}

// POST /user/authwithcode {"code"}: the user of the openid; id 0 for one who is not registered.
func authWithCode(w http.ResponseWriter, req *http.Request) {
	var arg struct {
		Code string `json:"code"`
	}
	if err := json.NewDecoder(req.Body).Decode(&arg); err != nil {
		failMsg(w, err.Error())
		return
	}
	text, err := body(http.Get(fmt.Sprintf(
		"%s/sns/jscode2session?appid=%s&secret=%s&js_code=%s&grant_type=authorization_code",
		*wechat, *appID, *secret, url.QueryEscape(arg.Code))))
	if err != nil {
		failMsg(w, err.Error())
		return
	}
	var answer struct {
		OpenID string `json:"openid"`
	}
	if json.Unmarshal(text, &answer) != nil || answer.OpenID == "" {
		failMsg(w, string(text))
		return
	}
	if found, ok := users.Load(answer.OpenID); ok {
		respOk(w, found)
		return
	}
	respOk(w, user{MiniOpenID: answer.OpenID})
}

// POST /user/register {"mini_openid","avatarUrl","nickName"}: believes every word of it.
func register(w http.ResponseWriter, req *http.Request) {
	var arg user
	if err := json.NewDecoder(req.Body).Decode(&arg); err != nil {
		failMsg(w, err.Error())
		return
	}
	arg.ID, arg.Role = atomic.AddInt64(&lastUser, 1), "user"
	found, _ := users.LoadOrStore(arg.MiniOpenID, arg)
	respOk(w, found)
}

// POST /push/publishmsg {"clientid","userid","role","avatarUrl","nickName"}: the login itself.
func publish(w http.ResponseWriter, req *http.Request) {
	var arg map[string]interface{}
	if err := json.NewDecoder(req.Body).Decode(&arg); err != nil {
		failMsg(w, err.Error())
		return
	}
	conn, ok := clientMap.Load(arg["clientid"])
	if !ok {
		failMsg(w, "offline")
		return
	}
	if err := conn.(*websocket.Conn).WriteJSON(arg); err != nil {
		failMsg(w, err.Error())
		return
	}
	respOk(w, "")
}

func main() {
	flag.Parse()
	if err := refreshToken(); err != nil {
		log.Fatal(err)
	}
	go refreshTokens()
	http.HandleFunc("/websocket", serveWebSocket)
	http.HandleFunc("/miniapp/getwxacodeunlimit", getCode)
	http.HandleFunc("/user/authwithcode", authWithCode)
	http.HandleFunc("/user/register", register)
	http.HandleFunc("/push/publishmsg", publish)
	// Loopback and nothing else: see above.
	listener, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", *port))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("article-server listening on http://%s\n", listener.Addr())
	log.Fatal(http.Serve(listener, nil))
}
