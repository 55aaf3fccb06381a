package keepalive_test

import (
	"bufio"
	"bytes"
	"io"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// scripted is a server that does to its connections what a test says, byte by
// byte. It counts the requests that it has read to their end.
type scripted struct {
	ln    net.Listener
	wg    sync.WaitGroup
	mu    sync.Mutex
	heads []string // as they came, guarded by mu
	seen  int      // whole requests, guarded by mu
	conns map[net.Conn]bool
	total int // connections, guarded by mu
	acts  atomic.Int64

	held chan struct{} // closed by hold when it has the first request
	left chan struct{} // for who holds it: closed when its caller is through
}

// settled waits until the server has done all it does about n requests.
func (s *scripted) settled(n int) {
	for until := time.Now().Add(5 * time.Second); s.acts.Load() < int64(n) && time.Now().Before(until); {
		time.Sleep(time.Millisecond)
	}
	time.Sleep(2 * time.Millisecond) // loopback
}

// visit is one request on one connection of a scripted server. seq and conn
// count from 0: requests of this connection, connections of this server.
type visit struct {
	s    *scripted
	c    *net.TCPConn
	br   *bufio.Reader
	req  *http.Request
	seq  int
	conn int
}

// script starts a server; act returns false to close the connection.
func script(t testing.TB, act func(v *visit) bool) *scripted {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &scripted{ln: ln, conns: make(map[net.Conn]bool), held: make(chan struct{}), left: make(chan struct{})}
	s.wg.Go(func() {
		for {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			s.mu.Lock()
			s.conns[c] = true
			n := s.total
			s.total++
			s.mu.Unlock()
			s.wg.Go(func() { s.serve(c.(*net.TCPConn), n, act) })
		}
	})
	t.Cleanup(func() {
		_ = ln.Close()
		s.closeAll()
		s.wg.Wait()
	})
	return s
}

// closeAll closes the connections of now under whatever they do.
func (s *scripted) closeAll() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for c := range s.conns {
		_ = c.Close()
	}
}

func (s *scripted) url() string { return "http://" + s.ln.Addr().String() }

func (s *scripted) serve(c *net.TCPConn, conn int, act func(*visit) bool) {
	ended := false // by act, not by the client
	defer func() {
		s.mu.Lock()
		delete(s.conns, c)
		s.mu.Unlock()
		_ = c.Close()
		if ended {
			s.acts.Add(1)
		}
	}()
	var head bytes.Buffer
	br := bufio.NewReader(io.TeeReader(c, &head))
	for seq := 0; ; seq++ {
		r, err := http.ReadRequest(br)
		if err != nil {
			return
		}
		h, _, _ := bytes.Cut(head.Bytes(), []byte("\r\n\r\n"))
		s.mu.Lock()
		s.heads = append(s.heads, string(h))
		s.mu.Unlock()
		if !act(&visit{s: s, c: c, br: br, req: r, seq: seq, conn: conn}) {
			ended = true
			return
		}
		s.acts.Add(1)
		head.Reset()
	}
}

// body reads the request to its end and counts it.
func (v *visit) body() string {
	b, err := io.ReadAll(v.req.Body)
	if err == nil {
		v.s.mu.Lock()
		v.s.seen++
		v.s.mu.Unlock()
	}
	return string(b)
}

func (v *visit) say(s string) bool {
	_, err := io.WriteString(v.c, s)
	return err == nil
}

// reset closes without a FIN.
func (v *visit) reset() bool {
	_ = v.c.SetLinger(0)
	return false
}

func (s *scripted) count() (seen, conns int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.seen, s.total
}

func (s *scripted) firstHead() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.heads) == 0 {
		return ""
	}
	return s.heads[0]
}
