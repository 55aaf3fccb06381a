//go:build linux && !portable

package keepalive_test

import (
	"errors"
	"net"
	"net/http"
	"net/http/httptrace"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/hotpath-go/hotpath/keepalive"
	"golang.org/x/sys/unix"
)

func option(t *testing.T, c any, level, opt int) int {
	t.Helper()
	var v int
	inside(t, c, func(fd int) error {
		var err error
		v, err = unix.GetsockoptInt(fd, level, opt)
		return err
	})
	return v
}

func inside(t *testing.T, c any, f func(fd int) error) {
	t.Helper()
	raw, err := c.(syscall.Conn).SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	var ferr error
	if err := errors.Join(raw.Control(func(fd uintptr) { ferr = f(int(fd)) }), ferr); err != nil {
		t.Fatal(err)
	}
}

// acceptOne returns the server's end of a connection that has sent one byte.
func acceptOne(t *testing.T, ln net.Listener) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", ln.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	_, _ = c.Write([]byte{1})
	got, err := ln.Accept()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = got.Close() })
	return got
}

func TestListenOptionsReachTheConnections(t *testing.T) {
	t.Parallel()
	ln, err := keepalive.ListenConfig{
		KeepAlive:    net.KeepAliveConfig{Enable: true, Idle: 20 * time.Second, Interval: 7 * time.Second, Count: 4},
		UserTimeout:  50 * time.Second,
		DeferAccept:  1500 * time.Millisecond,
		FastOpen:     32,
		Backlog:      77,
		Congestion:   "reno", // built into every kernel and allowed to everyone
		ReusePort:    true,
		NotSentLowat: 128 << 10,
	}.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = ln.Close() }()
	if n := option(t, ln, unix.IPPROTO_TCP, unix.TCP_FASTOPEN); n != 32 {
		t.Errorf("listener's TCP_FASTOPEN = %d, want 32", n)
	}
	if n := option(t, ln, unix.IPPROTO_TCP, unix.TCP_DEFER_ACCEPT); n < 2 {
		t.Errorf("listener's TCP_DEFER_ACCEPT = %d, want at least 2", n)
	}
	inside(t, ln, func(fd int) error {
		info, err := unix.GetsockoptTCPInfo(fd, unix.IPPROTO_TCP, unix.TCP_INFO)
		if err == nil && info.Sacked != 77 {
			t.Errorf("listener's backlog = %d, want 77", info.Sacked)
		}
		return err
	})
	c := acceptOne(t, ln)
	for name, o := range map[string]struct{ opt, want int }{
		"TCP_KEEPIDLE":      {unix.TCP_KEEPIDLE, 20},
		"TCP_KEEPINTVL":     {unix.TCP_KEEPINTVL, 7},
		"TCP_KEEPCNT":       {unix.TCP_KEEPCNT, 4},
		"TCP_USER_TIMEOUT":  {unix.TCP_USER_TIMEOUT, 50_000},
		"TCP_NOTSENT_LOWAT": {unix.TCP_NOTSENT_LOWAT, 128 << 10},
	} {
		if got := option(t, c, unix.IPPROTO_TCP, o.opt); got != o.want {
			t.Errorf("accepted connection's %s = %d, want %d", name, got, o.want)
		}
	}
	inside(t, c, func(fd int) error {
		got, err := unix.GetsockoptString(fd, unix.IPPROTO_TCP, unix.TCP_CONGESTION)
		if got != "reno" {
			t.Errorf("accepted connection's TCP_CONGESTION = %q, want reno", got)
		}
		return err
	})
	second, err := keepalive.ListenConfig{ReusePort: true}.Listen(t.Context(), "tcp", ln.Addr().String())
	if err != nil {
		t.Fatalf("a second listener with ReusePort: %v", err)
	}
	_ = second.Close()
}

func TestListenKeepAliveOff(t *testing.T) {
	t.Parallel()
	ln, err := keepalive.ListenConfig{KeepAlive: net.KeepAliveConfig{Idle: -1}}.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = ln.Close() }()
	if n := option(t, acceptOne(t, ln), unix.SOL_SOCKET, unix.SO_KEEPALIVE); n != 0 {
		t.Errorf("SO_KEEPALIVE = %d, want 0", n)
	}
}

// The kernel refuses, or quietly clips, some values: both must be named.
func TestListenNamesTheRefusedOption(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		lc   keepalive.ListenConfig
		want error
	}{
		{"TCP_CONGESTION = no-such", keepalive.ListenConfig{Congestion: "no-such"}, unix.ENOENT},
		{"TCP_FASTOPEN = 1073741824", keepalive.ListenConfig{FastOpen: 1 << 30}, keepalive.ErrNotApplied},
		{"backlog = 1073741824", keepalive.ListenConfig{Backlog: 1 << 30}, keepalive.ErrNotApplied},
		{"TCP_KEEPIDLE = 36000", keepalive.ListenConfig{KeepAlive: net.KeepAliveConfig{Enable: true, Idle: 10 * time.Hour}}, unix.EINVAL},
		{"TCP_KEEPCNT = 128", keepalive.ListenConfig{KeepAlive: net.KeepAliveConfig{Enable: true, Count: 128}}, unix.EINVAL},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			ln, err := tt.lc.Listen(t.Context(), "tcp", "127.0.0.1:0")
			if err == nil {
				_ = ln.Close()
			}
			if !errors.Is(err, tt.want) || !strings.Contains(err.Error(), tt.name) {
				t.Errorf("error = %v, want %v naming %q", err, tt.want, tt.name)
			}
		})
	}
}

// The options must work, not only read back.
func TestListenDeferAcceptHoldsBack(t *testing.T) {
	t.Parallel()
	ln, err := keepalive.ListenConfig{DeferAccept: time.Minute, Backlog: 1}.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = ln.Close() }()
	if n := option(t, ln, unix.SOL_SOCKET, unix.SO_PROTOCOL); n != unix.IPPROTO_TCP {
		t.Errorf("listener's protocol = %d, want TCP", n)
	}
	c, err := net.Dial("tcp", ln.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close() }()
	_ = ln.(*net.TCPListener).SetDeadline(time.Now().Add(50 * time.Millisecond))
	if got, err := ln.Accept(); err == nil {
		_ = got.Close()
		t.Error("accepted without a byte")
	}
	_, _ = c.Write([]byte{1})
	_ = ln.(*net.TCPListener).SetDeadline(time.Now().Add(20 * time.Second))
	got, err := ln.Accept()
	if err != nil {
		t.Fatal("not accepted with its first byte:", err)
	}
	_ = got.Close()
}

func TestTransportSetsTCPOptions(t *testing.T) {
	t.Parallel()
	s, _ := serve(t, echo, nil)
	custom := net.KeepAliveConfig{Enable: true, Idle: 5 * time.Second, Interval: 2 * time.Second, Count: 2}
	foreign := &http.Transport{DialContext: (&net.Dialer{KeepAlive: -1}).DialContext}
	tests := []struct {
		name              string
		tr                *keepalive.Transport
		on, idle, timeout int
	}{
		{"zero value", &keepalive.Transport{}, 1, 30, 60_000},
		{"own probes", &keepalive.Transport{KeepAlive: custom}, 1, 5, 9_000},
		{"own timeout", &keepalive.Transport{UserTimeout: 61 * time.Second}, 1, 30, 61_000},
		{"kernel's timeout", &keepalive.Transport{UserTimeout: -1}, 1, 30, 0},
		{"off", &keepalive.Transport{KeepAlive: net.KeepAliveConfig{Idle: -1}}, 0, -1, 0},
		{"Base's dialer is left alone", &keepalive.Transport{Base: foreign}, 0, -1, 0},
		{"unless asked", &keepalive.Transport{Base: foreign, KeepAlive: custom}, 1, 5, 9_000},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tr := newTransport(t, tt.tr)
			ctx := httptrace.WithClientTrace(t.Context(), &httptrace.ClientTrace{GotConn: func(i httptrace.GotConnInfo) {
				if n := option(t, i.Conn, unix.SOL_SOCKET, unix.SO_KEEPALIVE); n != tt.on {
					t.Errorf("SO_KEEPALIVE = %d, want %d", n, tt.on)
				}
				if n := option(t, i.Conn, unix.IPPROTO_TCP, unix.TCP_KEEPIDLE); tt.idle > 0 && n != tt.idle {
					t.Errorf("TCP_KEEPIDLE = %d, want %d", n, tt.idle)
				}
				if n := option(t, i.Conn, unix.IPPROTO_TCP, unix.TCP_USER_TIMEOUT); n != tt.timeout {
					t.Errorf("TCP_USER_TIMEOUT = %d ms, want %d", n, tt.timeout)
				}
			}})
			if _, _, err := exchange(ctx, tr, "GET", s.URL, nil); err != nil {
				t.Fatal(err)
			}
		})
	}
}
