package zerocopy

import (
	"bytes"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"
	"time"
)

// accepted returns a wrapped conn and its client.
func accepted(t *testing.T, network string) (*core, net.Conn, net.Conn) {
	t.Helper()
	addr := "127.0.0.1:0"
	if network == "unix" {
		addr = t.TempDir() + "/s"
	}
	inner, err := net.Listen(network, addr)
	if err != nil {
		t.Fatal(err)
	}
	ln := NewListener(inner)
	defer ln.Close()
	client, err := net.Dial(network, ln.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	server, err := ln.Accept()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { client.Close(); server.Close() })
	client.SetDeadline(time.Now().Add(time.Minute))
	switch s := server.(type) {
	case *tcpConn:
		return s.core, server, client
	case *unixConn:
		return s.core, server, client
	}
	t.Fatalf("accepted a %T", server)
	return nil, nil, nil
}

// Whatever the owner of the conn does next, the header that waits goes first.
func TestEveryStepReleasesTheHeader(t *testing.T) {
	steps := map[string]func(c net.Conn){
		"Write":            func(c net.Conn) { c.Write([]byte("+")) },
		"long Write":       func(c net.Conn) { c.Write([]byte(strings.Repeat("+", holdSize+1))) },
		"ReadFrom":         func(c net.Conn) { c.(io.ReaderFrom).ReadFrom(strings.NewReader("+")) },
		"Read":             func(c net.Conn) { go c.Read(make([]byte, 10)) },
		"SetDeadline":      func(c net.Conn) { c.SetDeadline(time.Time{}) },
		"SetReadDeadline":  func(c net.Conn) { c.SetReadDeadline(time.Unix(1, 0)) },
		"SetWriteDeadline": func(c net.Conn) { c.SetWriteDeadline(time.Unix(1, 0)) },
		"SyscallConn":      func(c net.Conn) { c.(rawConn).SyscallConn() },
		"CloseWrite":       func(c net.Conn) { c.(interface{ CloseWrite() error }).CloseWrite() },
		"Close":            func(c net.Conn) { c.Close() },
		"WriteTo":          func(c net.Conn) { go io.Copy(io.Discard, c) },
		"Send":             func(c net.Conn) { Send(c, NewBody(String("+"))) },
		"WriteMsgUnix": func(c net.Conn) {
			if u, ok := c.(*unixConn); ok {
				u.WriteMsgUnix([]byte("+"), nil, nil)
			} else {
				c.Write(nil)
			}
		},
	}
	for _, network := range []string{"tcp", "unix"} {
		for name, step := range steps {
			t.Run(network+"/"+name, func(t *testing.T) {
				core, server, client := accepted(t, network)
				core.announce()
				if n, err := server.Write([]byte("header")); n != 6 || err != nil {
					t.Fatalf("Write = %d, %v", n, err)
				}
				if core.idle() || core.counts.snapshot().Writes != 0 {
					t.Fatal("the header was not held")
				}
				step(server)
				got := make([]byte, 6)
				if _, err := io.ReadFull(client, got); err != nil || string(got) != "header" {
					t.Errorf("client got %q, %v; want the header", got, err)
				}
				if !core.idle() {
					t.Error("the hold did not end")
				}
			})
		}
	}
}

// net/http's watch for the client's leaving starts at any time.
func TestReadOfOneByteKeepsTheHeader(t *testing.T) {
	core, server, client := accepted(t, "tcp")
	core.announce()
	server.Write([]byte("header"))
	done := make(chan struct{})
	go func() { defer close(done); server.Read(make([]byte, 1)) }()
	client.Write([]byte("x"))
	<-done
	if core.idle() {
		t.Error("the watch released the header")
	}
}

func TestAnnouncementTakesOneWriteOnly(t *testing.T) {
	core, server, client := accepted(t, "tcp")
	core.announce()
	server.Write([]byte("a"))
	core.announce() // must not make the next write wait too
	server.Write([]byte("b"))
	server.Write([]byte("c"))
	got := make([]byte, 3)
	if _, err := io.ReadFull(client, got); string(got) != "abc" || err != nil {
		t.Errorf("got %q, %v; want abc", got, err)
	}
	if s := core.counts.snapshot(); s.Held != 1 || s.Writes != 2 || s.Gathers != 0 {
		t.Errorf("%+v; want ab in one call, c in one", s)
	}
}

// What is written behind the header leaves with it, by a plain write where one
// buffer has room for both.
func TestWriteBehindTheHeader(t *testing.T) {
	for size, plain := range map[int]uint64{1: 1, 2*holdSize - 6: 1, 2*holdSize - 5: 0, 5 * holdSize: 0} {
		core, server, client := accepted(t, "tcp")
		core.announce()
		server.Write([]byte("header"))
		body := strings.Repeat("+", size)
		if n, err := server.Write([]byte(body)); n != size || err != nil {
			t.Errorf("Write of %d = %d, %v", size, n, err)
		}
		got := make([]byte, 6+size)
		if _, err := io.ReadFull(client, got); string(got) != "header"+body || err != nil {
			t.Errorf("%d: got %.20q and so on, %v", size, got, err)
		}
		if s := core.counts.snapshot(); s.Held != 1 || s.Writes != plain || s.Gathers != 1-plain {
			t.Errorf("%d: %+v; want %d plain write", size, s, plain)
		}
	}
}

// The header is not counted as bytes of the write it waited for.
func TestWriteBehindTheHeaderThatFails(t *testing.T) {
	core, server, _ := accepted(t, "tcp")
	core.announce()
	server.Write([]byte("header"))
	core.nc.Close()
	if n, err := server.Write([]byte("body")); n != 0 || err == nil {
		t.Errorf("Write = %d, %v on a closed conn", n, err)
	}
}

// A late wrapper stands between the flushed header and the body and waits for
// the client, which waits for the header.
type late struct {
	http.ResponseWriter
	r *http.Request
}

func (l late) Flush() { l.ResponseWriter.(http.Flusher).Flush() }
func (l late) ReadFrom(src io.Reader) (int64, error) {
	l.r.Body.Read(make([]byte, 10))
	return io.Copy(l.ResponseWriter, src)
}

func TestClientThatWaitsForTheHeader(t *testing.T) {
	body := NewBody(String(strings.Repeat("body", 4000)))
	var said bytes.Buffer // by the server, which is read when it has ended
	srv := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.NewResponseController(w).EnableFullDuplex()
		// Or net/http finds the end of the body when it has stopped to look for one,
		// and panics: go.dev/issue/68560.
		defer r.Body.Close()
		if _, err := Reply(late{w, r}, r, body); err != nil {
			t.Error(err)
		}
	}))
	srv.Listener = NewListener(srv.Listener)
	srv.Config.ErrorLog = log.New(&said, "", 0)
	srv.Start()
	defer srv.Close()
	srv.Client().Timeout = 20 * time.Second // a held header would hang for ever
	pr, pw := io.Pipe()
	resp, err := srv.Client().Post(srv.URL, "", pr) // returns with the header
	if err != nil {
		t.Fatal(err)
	}
	pw.Write([]byte("go on"))
	pw.Close()
	got, err := io.ReadAll(resp.Body)
	resp.Body.Close()
	if int64(len(got)) != body.Len() || err != nil {
		t.Errorf("got %d bytes, %v; want %d", len(got), err, body.Len())
	}
	srv.Close()
	if said.Len() > 0 {
		t.Errorf("the server said %q", said.String())
	}
}

// After Reply nothing may be held, however it ended: what is flushed next, an
// event of a stream say, must go at once.
func TestReplyLeavesNothingAnnounced(t *testing.T) {
	long := NewBody(String(strings.Repeat("x", 40_000)))
	for name, wrap := range map[string]func(http.ResponseWriter) http.ResponseWriter{
		"buffered away": func(http.ResponseWriter) http.ResponseWriter { return httptest.NewRecorder() },
		"panic":         func(w http.ResponseWriter) http.ResponseWriter { return panicker{w} },
		"no body":       func(w http.ResponseWriter) http.ResponseWriter { w.WriteHeader(304); return w },
	} {
		t.Run(name, func(t *testing.T) {
			var c *core
			srv := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				c = lookup(r)
				func() {
					defer func() { recover() }()
					Reply(wrap(w), r, long)
				}()
				if c == nil || !c.idle() {
					t.Errorf("core %p is not idle", c)
				}
			}))
			srv.Listener = NewListener(srv.Listener)
			srv.Start()
			defer srv.Close()
			resp, err := srv.Client().Get(srv.URL)
			if err != nil {
				t.Fatal(err)
			}
			resp.Body.Close()
		})
	}
}

type panicker struct{ http.ResponseWriter }

func (panicker) Write([]byte) (int, error) { panic("in the wrapper") }

// The table must neither keep a conn alive nor outlive it.
func TestTableForgetsConns(t *testing.T) {
	size := func() (n int) {
		cores.Range(func(any, any) bool { n++; return true })
		return n
	}
	before := size()
	c, server, _ := accepted(t, "tcp")
	if got := size(); got != before+1 {
		t.Fatalf("%d entries; want %d", got, before+1)
	}
	server.Close()
	if got := size(); got != before {
		t.Errorf("%d entries after Close; want %d", got, before)
	}
	lost := newCore(c.nc.(rawConn), &counters{})
	lost.register()
	runtime.KeepAlive(lost)
	lost = nil
	for i := 0; size() > before && i < 500; i++ {
		runtime.GC()
		time.Sleep(time.Millisecond)
	}
	if got := size(); got != before {
		t.Errorf("%d entries after the conn was lost; want %d", got, before)
	}
}
