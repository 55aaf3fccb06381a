//go:build linux && !portable

package keepalive

import (
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"testing"
	"time"
)

// tlsPair returns a connection under TLS that has carried an exchange, and its
// peer with the TLS connection on it.
func tlsPair(t *testing.T) (client *tls.Conn, tracked *tcpConn, server *tls.Conn, peer *net.TCPConn) {
	t.Helper()
	s := httptest.NewUnstartedServer(nil)
	s.StartTLS()
	t.Cleanup(s.Close)
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = ln.Close() }()
	nc, err := net.Dial("tcp", ln.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	accepted, err := ln.Accept()
	if err != nil {
		t.Fatal(err)
	}
	peer = accepted.(*net.TCPConn)
	l := &lane{lanes: testLanes(), open: 1}
	cs := new(census)
	tracked = newTCPConn(nc.(*net.TCPConn), &track{lane: l, census: cs, tally: cs.named("x")})
	client = tls.Client(tracked, &tls.Config{InsecureSkipVerify: true})
	server = tls.Server(peer, &tls.Config{Certificates: s.TLS.Certificates})
	done := make(chan error, 1)
	go func() {
		b := make([]byte, 100)
		_, err := server.Read(b)
		if err == nil {
			_, err = io.WriteString(server, "answer")
		}
		done <- err
	}()
	b := make([]byte, 100)
	if _, err := io.WriteString(client, "request"); err != nil {
		t.Fatal(err)
	}
	if _, err := client.Read(b); err != nil {
		t.Fatal(err)
	}
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _, _ = client.Close(), peer.Close() })
	return client, tracked, server, peer
}

// A connection that is too idle by what others have met is not used.
func TestLearnedUnderTLS(t *testing.T) {
	t.Parallel()
	s := httptest.NewTLSServer(nil)
	defer s.Close()
	tr := &Transport{Base: s.Client().Transport.(*http.Transport).Clone()}
	defer tr.CloseIdleConnections()
	get := func() {
		resp, err := tr.RoundTrip(httptest.NewRequestWithContext(t.Context(), "GET", s.URL, nil))
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, resp.Body)
		_ = resp.Body.Close()
	}
	get()
	for range learnTimes {
		tr.habits.of(s.Listener.Addr().String()+" "+s.Listener.Addr().String()).saw(40*time.Millisecond, true, 0, time.Now())
	}
	time.Sleep(50 * time.Millisecond)
	get()
	if st := tr.Stats(); st.Dials != 2 || st.ClosedIdle != 1 {
		t.Errorf("stats = %+v, want 2 dials and 1 closed for being idle", st.Counts)
	}
}

// settle waits for what loopback has under way.
func settle() { time.Sleep(20 * time.Millisecond) }

func TestProofUnderTLS(t *testing.T) {
	t.Parallel()
	const request = "POST / HTTP/1.1\r\n\r\n"
	for _, tt := range []struct {
		name string
		run  func(t *testing.T, client *tls.Conn, server *tls.Conn, peer *net.TCPConn)
		want Evidence
	}{
		{"nothing sent", func(_ *testing.T, c *tls.Conn, _ *tls.Conn, peer *net.TCPConn) {
			_ = peer.Close()
			settle()
			_ = c.NetConn().Close()
		}, Unsent},
		{"nothing sent but the alert", func(_ *testing.T, _ *tls.Conn, _ *tls.Conn, peer *net.TCPConn) {
			_ = peer.Close()
			settle()
		}, Unseen},
		{"sent to a closed peer", func(_ *testing.T, c, s *tls.Conn, _ *net.TCPConn) {
			_ = s.Close() // an alert and the FIN
			settle()
			_, _ = io.WriteString(c, request)
			settle() // the reset
		}, Unseen},
		{"the alert read, the reset come", func(_ *testing.T, c, s *tls.Conn, _ *net.TCPConn) {
			_ = s.Close()
			settle()
			_, _ = io.WriteString(c, request)
			settle()
			_, _ = c.Read(make([]byte, 1))
		}, Unseen},
		{"read, counted and reset", func(t *testing.T, c, s *tls.Conn, peer *net.TCPConn) {
			_, _ = io.WriteString(c, request)
			if _, err := s.Read(make([]byte, 100)); err != nil {
				t.Error(err)
			}
			_ = peer.SetLinger(0)
			_ = peer.Close()
			settle()
		}, Unknown},
		{"read, counted, reset and told", func(t *testing.T, c, s *tls.Conn, peer *net.TCPConn) {
			_, _ = io.WriteString(c, request)
			if _, err := s.Read(make([]byte, 100)); err != nil {
				t.Error(err)
			}
			_ = peer.SetLinger(0)
			_ = peer.Close()
			settle()
			_, _ = c.Read(make([]byte, 1))
		}, Unknown},
		{"read, counted and closed", func(t *testing.T, c, s *tls.Conn, peer *net.TCPConn) {
			_, _ = io.WriteString(c, request)
			if _, err := s.Read(make([]byte, 100)); err != nil {
				t.Error(err)
			}
			_ = s.Close()
			settle()
		}, Unknown},
		{"the alert alone, then read", func(t *testing.T, c, s *tls.Conn, peer *net.TCPConn) {
			_ = s.CloseWrite()
			settle()
			_, _ = io.WriteString(c, request)
			if _, err := s.Read(make([]byte, 100)); err != nil {
				t.Error(err)
			}
			settle()
		}, Unknown},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c, tracked, s, peer := tlsPair(t)
			start := tracked.sent.Load()
			tt.run(t, c, s, peer)
			_ = c.Close() // as net/http does: with an alert
			if got := tracked.seen(start); got != tt.want {
				t.Errorf("%v, want %v (ending %+v, started at %d)", got, tt.want, tracked.ending.Load(), start)
			}
			if _, err := tracked.Write([]byte("late")); err == nil {
				t.Error("written after Close")
			}
		})
	}
}

// What the server has closed is not written to, though net/http's reader has
// not come to it: neither when it is picked nor when the first byte goes out.
func TestClosedUnderTLSIsNotWrittenTo(t *testing.T) {
	t.Parallel()
	for _, at := range []string{"picked", "written"} {
		t.Run(at, func(t *testing.T) {
			t.Parallel()
			c, tracked, server, _ := tlsPair(t)
			tracked.habit = new(habit)
			u := &turn{t: &Transport{base: new(http.Transport)}, lane: tracked.lane, req: &http.Request{Method: http.MethodPost}}
			pick := func() {
				u.gotConn(httptrace.GotConnInfo{Conn: c, Reused: true, WasIdle: true, IdleTime: time.Millisecond})
			}
			if at == "written" {
				pick()
			}
			_ = server.Close()
			for ended := false; !ended; _, ended, _ = tracked.quiet() {
				time.Sleep(time.Millisecond)
			}
			sent := tracked.sent.Load()
			if at == "picked" {
				pick()
			} else if _, err := io.WriteString(c, "request"); err == nil || tracked.sent.Load() != sent {
				t.Errorf("written: %v", err)
			}
			if n := tracked.tally.found.Load(); !u.shut.Load() || n != 1 {
				t.Errorf("shut %v, %d found closed; want it given up", u.shut.Load(), n)
			}
		})
	}
}
