// load drives one server, ours or the article's, for Benchmarks/login-server/run, and reads from /proc
// what that costs the server. It prints one JSON object of figures.
//
// It needs nothing but Go's own library. Browsers come from 200 addresses of 127.0.0.0/8, as many
// different clients would; each waiting one is a goroutine that answers pings.
package main

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"path/filepath"
	"runtime/debug"
	"sort"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

var (
	kind    = flag.String("server", "ours", "ours or article")
	address = flag.String("address", "", "host:port of the server")
	pid     = flag.Int("pid", 0, "its process")
	mock    = flag.String("wechat", "", "host:port of the mock")
	mockPID = flag.Int("mock-pid", 0, "its process")
	phase   = flag.String("phase", "held", "held, logins, latency, code, websites or disk")
	count   = flag.Int("count", 1000, "sockets, logins or codes that are measured")
	held    = flag.Int("held", 10000, "latency: sockets that wait meanwhile")
	workers = flag.Int("workers", 16, "how many browsers come at a time")
	rate    = flag.Int("rate", 100, "latency: confirms a second")
	folder  = flag.String("folder", ".", "disk: where to write")
	party   = flag.String("client", "", "websites: ID:SECRET of one that is registered")
)

const appID = "wx0123456789abcdef"

var client = &http.Client{
	Transport: &http.Transport{MaxIdleConnsPerHost: 64},
	Timeout:   30 * time.Second,
}

type figures map[string]float64

// browser is one page with its code; phone is what confirms it.
type browser struct {
	scene   string
	cookie  string
	picture []byte
	socket  *socket
}

type phone struct {
	bearer string // ours
	user   string // the article's
}

// server is how one of the two is spoken to.
type server interface {
	// open gets a code for a page. The picture is kept only where it will be scanned.
	open(n int, keep bool) *browser
	// watch opens the page's WebSocket and returns once it is registered.
	watch(n int, b *browser)
	// login makes a phone known to the server.
	login(person int) phone
	// scan tells the server what the phone has read; a no-op for the article.
	scan(b *browser, p phone) (nonce string)
	// confirm sends the request after which the page hears of its login.
	confirm(b *browser, p phone, nonce string)
	// collect ends a login on the page's side; a no-op for the article.
	collect(b *browser)
	// heard says whether a pushed message is the login.
	heard(text []byte) bool
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

// post sends JSON and returns `data` of the answer, which both servers have.
func post(url string, arg interface{}, header map[string]string) (json.RawMessage, http.Header) {
	text, err := json.Marshal(arg)
	check(err)
	req, err := http.NewRequest("POST", url, bytes.NewReader(text))
	check(err)
	req.Header.Set("Content-Type", "application/json")
	for name, value := range header {
		req.Header.Set(name, value)
	}
	res, err := client.Do(req)
	check(err)
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	check(err)
	var answer struct {
		Code int             `json:"code"`
		Data json.RawMessage `json:"data"`
	}
	check(json.Unmarshal(body, &answer))
	if answer.Code != 200 {
		log.Fatalf("%s: %d %.300s", url, res.StatusCode, body)
	}
	return answer.Data, res.Header
}

func control(path string, body []byte) []byte {
	res, err := client.Post("http://"+*mock+path, "application/octet-stream", bytes.NewReader(body))
	check(err)
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	check(err)
	if res.StatusCode != 200 {
		log.Fatalf("%s: %d %s", path, res.StatusCode, text)
	}
	return text
}

// person is a name of the world that `run` makes.
func person(n int) string { return fmt.Sprintf("p%d", n) }

func jsCode(n int) string {
	var answer struct{ Code string }
	text := control("/_mock/phones/"+person(n)+"/login", []byte(`{"appid":"`+appID+`"}`))
	check(json.Unmarshal(text, &answer))
	return answer.Code
}

// look is the phone's camera: the mock reads the picture and says what WeChat hands to the page.
func look(b *browser, n int) {
	var answer struct {
		Query struct{ Scene string }
	}
	check(json.Unmarshal(control("/_mock/phones/"+person(n)+"/scan?how=camera", b.picture), &answer))
	b.scene, b.picture = answer.Query.Scene, nil
}

func decodePicture(image string) []byte {
	picture, err := base64.StdEncoding.DecodeString(image[strings.Index(image, ",")+1:])
	check(err)
	return picture
}

// each does something n times, some at a time.
func each(n int, act func(i int)) {
	var next int64 = -1
	var all sync.WaitGroup
	for w := 0; w < *workers; w++ {
		all.Add(1)
		go func() {
			defer all.Done()
			for i := int(atomic.AddInt64(&next, 1)); i < n; i = int(atomic.AddInt64(&next, 1)) {
				act(i)
			}
		}()
	}
	all.Wait()
}

// MARK: the phases

// measureHeld: memory and speed of n browsers that come and wait.
func measureHeld(s server) figures {
	out := figures{"idle_kib": resident(*pid)}
	browsers := make([]*browser, *count)
	spent := meter()
	each(*count, func(i int) { browsers[i] = s.open(i, false) })
	spent.into(out, "code", *count)
	client.CloseIdleConnections()
	time.Sleep(3 * time.Second)
	out["codes_kib"] = resident(*pid)
	spent = meter()
	each(*count, func(i int) { s.watch(i, browsers[i]) })
	spent.into(out, "connect", *count)
	time.Sleep(3 * time.Second)
	out["held_kib"] = resident(*pid)
	// All of them are pinged in this time, where a server does so.
	before := cpu(*pid)
	time.Sleep(30 * time.Second)
	out["waiting_cpu_share"] = (cpu(*pid) - before) / 30
	out["later_kib"] = resident(*pid)
	for _, b := range browsers {
		b.socket.mustLive()
	}
	return out
}

func wholeLogin(s server, n int) {
	b := s.open(n, true)
	s.watch(n, b)
	look(b, n)
	p := s.login(n)
	nonce := s.scan(b, p)
	s.confirm(b, p, nonce)
	b.socket.await(s.heard)
	s.collect(b)
	b.socket.conn.Close()
}

// measureLogins: what whole logins cost, after a tenth as many that are not counted.
func measureLogins(s server) figures {
	out := figures{}
	each(*count/10, func(i int) { wholeLogin(s, *count+i) })
	spent := meter()
	each(*count, func(i int) { wholeLogin(s, i) })
	spent.into(out, "login", *count)
	return out
}

// measureLatency: from confirm's request to the page's message while many wait, at a steady rate
// that does not slow down when the server does.
func measureLatency(s server) figures {
	out := figures{}
	every := *held / *count
	browsers := make([]*browser, *held)
	phones, nonces := make([]phone, *count), make([]string, *count)
	each(*held, func(i int) {
		browsers[i] = s.open(i, i%every == 0 && i/every < *count)
		s.watch(i, browsers[i])
	})
	each(*count, func(n int) {
		b := browsers[n*every]
		look(b, n)
		phones[n] = s.login(n)
		nonces[n] = s.scan(b, phones[n])
	})
	time.Sleep(3 * time.Second)
	debug.SetGCPercent(-1) // no pause of ours among the figures
	pushes, answers := make([]float64, *count), make([]float64, *count)
	var all sync.WaitGroup
	spent := meter()
	tick := time.NewTicker(time.Second / time.Duration(*rate))
	for n := 0; n < *count; n++ {
		<-tick.C
		all.Add(1)
		go func(n int) {
			defer all.Done()
			b := browsers[n*every]
			began := time.Now()
			s.confirm(b, phones[n], nonces[n])
			answers[n] = time.Since(began).Seconds() * 1000
			pushes[n] = b.socket.await(s.heard).Sub(began).Seconds() * 1000
		}(n)
	}
	all.Wait()
	spent.into(out, "confirm", *count)
	percentiles(out, "push", pushes)
	percentiles(out, "answer", answers)
	for _, b := range browsers {
		b.socket.mustLive()
	}
	return out
}

// measureCode: how long a page waits for its code, one after another.
func measureCode(s server) figures {
	out := figures{}
	times := make([]float64, *count)
	for i := range times {
		began := time.Now()
		s.open(i, false)
		times[i] = time.Since(began).Seconds() * 1000
	}
	percentiles(out, "code", times)
	return out
}

// measureDisk: what a durable write costs here by itself, as SQLite's journal does it.
func measureDisk() figures {
	out := figures{}
	file, err := os.Create(filepath.Join(*folder, "probe"))
	check(err)
	defer os.Remove(file.Name())
	defer file.Close()
	block := make([]byte, 4120)
	times := make([]float64, *count)
	for i := range times {
		_, err = file.Write(block)
		check(err)
		began := time.Now()
		check(syscall.Fdatasync(int(file.Fd())))
		times[i] = time.Since(began).Seconds() * 1000
		time.Sleep(time.Second / time.Duration(*rate))
	}
	percentiles(out, "sync", times)
	return out
}

func percentiles(out figures, name string, values []float64) {
	sort.Float64s(values)
	at := func(share float64) float64 { return values[int(share*float64(len(values)-1)+0.5)] }
	out[name+"_p50_ms"], out[name+"_p99_ms"], out[name+"_max_ms"] = at(0.5), at(0.99), at(1)
}

func main() {
	log.SetFlags(0)
	flag.Parse()
	debug.SetGCPercent(400)
	var s server = ours{}
	if *kind == "article" {
		s = article{}
	}
	var out figures
	switch *phase {
	case "held":
		out = measureHeld(s)
	case "logins":
		out = measureLogins(s)
	case "latency":
		out = measureLatency(s)
	case "code":
		out = measureCode(s)
	case "websites":
		parts := strings.SplitN(*party, ":", 2)
		out = measureWebsites(website{id: parts[0], secret: parts[1]})
	case "disk":
		out = measureDisk()
	default:
		log.Fatal("no such phase: ", *phase)
	}
	check(json.NewEncoder(os.Stdout).Encode(out))
}
