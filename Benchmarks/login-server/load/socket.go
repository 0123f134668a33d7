package main

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"log"
	"net"
	"strings"
	"sync/atomic"
	"time"
)

// socket is a browser's end of a WebSocket: text frames come out of news, pings are answered.
type socket struct {
	conn net.Conn
	news chan message
	gone atomic.Bool
}

type message struct {
	text []byte
	at   time.Time
}

// dial opens a WebSocket from the n-th of 200 addresses.
func dial(n int, path, header string) *socket {
	dialer := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.IPv4(127, 0, 0, byte(2+n%200))}}
	conn, err := dialer.Dial("tcp", *address)
	check(err)
	_, err = fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: %s\r\nConnection: Upgrade\r\n"+
		"Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"+
		"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n%s\r\n", path, *address, header)
	check(err)
	reader := bufio.NewReaderSize(conn, 512)
	status, err := reader.ReadString('\n')
	check(err)
	if !strings.Contains(status, " 101 ") {
		rest := make([]byte, 600)
		n, _ := io.ReadAtLeast(reader, rest, 300)
		log.Fatalf("no WebSocket: %s%s", status, rest[:n])
	}
	for line := status; line != "\r\n"; {
		line, err = reader.ReadString('\n')
		check(err)
	}
	s := &socket{conn: conn, news: make(chan message, 4)}
	go s.read(reader)
	return s
}

func (s *socket) read(reader *bufio.Reader) {
	defer s.gone.Store(true)
	defer close(s.news)
	head := make([]byte, 2)
	for {
		if _, err := io.ReadFull(reader, head); err != nil {
			return
		}
		at := time.Now()
		length := int(head[1] & 0x7f)
		if length == 126 {
			long := make([]byte, 2)
			if _, err := io.ReadFull(reader, long); err != nil {
				return
			}
			length = int(binary.BigEndian.Uint16(long))
		}
		payload := make([]byte, length)
		if _, err := io.ReadFull(reader, payload); err != nil {
			return
		}
		switch head[0] & 0xf {
		case 1:
			s.news <- message{payload, at}
		case 8:
			return
		case 9:
			// A pong with a mask of zeros, which masks to itself.
			s.conn.Write(append([]byte{0x8a, 0x80 | byte(length), 0, 0, 0, 0}, payload...))
		}
	}
}

// await waits for a certain message and says when its first byte was read.
func (s *socket) await(wanted func([]byte) bool) time.Time {
	late := time.After(20 * time.Second)
	for {
		select {
		case message, ok := <-s.news:
			if !ok {
				log.Fatal("a WebSocket closed before its message came")
			}
			if wanted(message.text) {
				return message.at
			}
		case <-late:
			log.Fatal("a WebSocket waited 20 s for its message")
		}
	}
}

// mustLive ends the run if the server has dropped the socket: figures of fewer sockets are none.
func (s *socket) mustLive() {
	if s.gone.Load() {
		log.Fatal("the server dropped a waiting WebSocket")
	}
}
