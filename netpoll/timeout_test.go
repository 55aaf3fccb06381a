package netpoll_test

import (
	"io"
	"net"
	"net/http"
	"testing"
	"time"

	"github.com/hotpath-go/hotpath/netpoll"
)

// endsAfter reads to the end of an idle connection and checks that it was not closed before d.
func endsAfter(t *testing.T, c net.Conn, since time.Time, d time.Duration) {
	t.Helper()
	c.SetReadDeadline(time.Now().Add(20 * time.Second))
	if _, err := io.ReadAll(c); err != nil { // a request cut short is answered with a 400, as ever
		t.Fatalf("got %v, want EOF", err)
	}
	if took := time.Since(since); took < d {
		t.Errorf("closed after %v, want at least %v", took, d)
	}
}

const brief = 250 * time.Millisecond

func TestTimeoutsHoldWhileParked(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		opt   netpoll.Options
		edit  func(*http.Server)
		first bool // before the first request
	}{
		{name: "server IdleTimeout", edit: func(s *http.Server) { s.IdleTimeout = brief }},
		{name: "server ReadTimeout", edit: func(s *http.Server) { s.ReadTimeout = brief }},
		{name: "own IdleTimeout", opt: netpoll.Options{IdleTimeout: brief}},
		{name: "own IdleTimeout earlier", opt: netpoll.Options{IdleTimeout: brief}, edit: func(s *http.Server) { s.IdleTimeout = time.Hour }},
		{name: "own IdleTimeout later", opt: netpoll.Options{IdleTimeout: time.Hour}, edit: func(s *http.Server) { s.IdleTimeout = brief }},
		{name: "never parked", opt: netpoll.Options{IdleTimeout: brief, ParkAfter: -1}},
		{name: "parked too late", opt: netpoll.Options{IdleTimeout: brief, ParkAfter: time.Hour}},
		{name: "FirstByteTimeout", opt: netpoll.Options{FirstByteTimeout: brief}, first: true},
		{name: "ReadHeaderTimeout", edit: func(s *http.Server) { s.ReadHeaderTimeout = brief }, first: true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if tt.opt.ParkAfter == 0 {
				tt.opt.ParkAfter = soon
			}
			l := serve(t, &tt.opt, hello, func(s *http.Server) {
				if tt.edit != nil {
					tt.edit(s)
				}
			})
			since := time.Now()
			c := dial(t, l)
			if !tt.first {
				get(t, c, "/")
			}
			if tt.opt.ParkAfter == soon {
				idling(t, l, 1)
			}
			endsAfter(t, c, since, brief-50*time.Millisecond)
			eventually(t, "counted", func() bool { return l.Stats().Open == 0 })
			if s := l.Stats(); parks && tt.opt.ParkAfter == soon && s.Expired != 1 {
				t.Errorf("%+v", s)
			}
		})
	}
}

// patiently tries f with a longer time again where a busy machine may have taken longer than that. A bug fails each.
func patiently(t *testing.T, d time.Duration, f func(d time.Duration) error) {
	t.Helper()
	for range 3 {
		err := f(d)
		if err == nil {
			return
		}
		t.Logf("with %v: %v", d, err)
		d *= 4
	}
	t.Error("failed each time")
}

// Each wake gives the full IdleTimeout again, and a request's own timeouts start with its first bytes.
func TestTimeoutsStartAgainOnWake(t *testing.T) {
	t.Parallel()
	patiently(t, brief, func(brief time.Duration) error {
		l := serve(t, &netpoll.Options{ParkAfter: soon}, hello, func(s *http.Server) {
			s.IdleTimeout = 8 * brief
			s.ReadHeaderTimeout = brief
		})
		c := dial(t, l)
		get(t, c, "/")
		for range 3 {
			time.Sleep(brief + brief/2) // longer than ReadHeaderTimeout
			if _, err := tryGet(c, "/"); err != nil {
				return err
			}
		}
		idling(t, l, 1)
		since := time.Now()
		io.WriteString(c, "GET / HT") // and no more
		endsAfter(t, c, since, brief-50*time.Millisecond)
		return nil
	})
}
