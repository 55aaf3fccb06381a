//go:build linux && !portable

package netpoll_test

import (
	"net"
	"net/http"
	"os"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/hotpath-go/hotpath/netpoll"
)

// spied keeps a duplicate of the last socket it has accepted, by which its options can be read without the Conn.
type spied struct {
	net.Listener
	fd int
}

func (s *spied) Accept() (net.Conn, error) {
	nc, err := s.Listener.Accept()
	if err != nil {
		return nil, err
	}
	raw, err := nc.(*net.TCPConn).SyscallConn()
	if err != nil {
		return nil, err
	}
	raw.Control(func(fd uintptr) { s.fd, _ = unix.Dup(int(fd)) })
	return nc, nil
}

// ways are all that lead from a Conn to an option that a wake overwrites.
var ways = map[string]func(t *testing.T, c net.Conn){
	"SetNoDelay":   func(_ *testing.T, c net.Conn) { c.(interface{ SetNoDelay(bool) error }).SetNoDelay(false) },
	"SetKeepAlive": func(_ *testing.T, c net.Conn) { c.(interface{ SetKeepAlive(bool) error }).SetKeepAlive(false) },
	"SetKeepAlivePeriod": func(_ *testing.T, c net.Conn) {
		c.(interface{ SetKeepAlivePeriod(time.Duration) error }).SetKeepAlivePeriod(time.Minute)
	},
	"SetKeepAliveConfig": func(_ *testing.T, c net.Conn) {
		c.(interface {
			SetKeepAliveConfig(net.KeepAliveConfig) error
		}).SetKeepAliveConfig(net.KeepAliveConfig{Enable: true, Count: 3})
	},
	"SyscallConn": func(t *testing.T, c net.Conn) {
		withFd(t, c.(syscall.Conn), func(fd int) { unix.SetsockoptInt(fd, unix.IPPROTO_TCP, unix.TCP_KEEPINTVL, 7) })
	},
	"NetConn": func(_ *testing.T, c net.Conn) { c.(netpoll.Conn).NetConn().(*net.TCPConn).SetNoDelay(false) },
	"File": func(t *testing.T, c net.Conn) {
		f, err := c.(interface{ File() (*os.File, error) }).File()
		if err != nil {
			t.Error(err)
			return
		}
		defer f.Close()
		withFd(t, f, func(fd int) { unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_KEEPALIVE, 0) })
	},
}

// Options are not read at each wake where nothing can have changed them. Here something has, after a wake that found
// Go's own.
func TestSocketOptionsSetAfterAPark(t *testing.T) {
	for name, set := range ways {
		t.Run(name, func(t *testing.T) {
			tune := false
			inner := &spied{Listener: listenOn(t, "tcp")}
			l := serveOn(t, inner, &netpoll.Options{ParkAfter: soon}, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if tune {
					set(t, connOf(r))
				}
			}), withConn)
			c := dial(t, l)
			ask := func() string {
				get(t, c, "/")
				idling(t, l, 1)
				return optionsOf(t, inner.fd)
			}
			ask()
			before := ask()
			defer unix.Close(inner.fd)
			tune = true
			want := ask()
			tune = false
			if want == before {
				t.Fatal("nothing was set")
			}
			for range 3 {
				if got := ask(); got != want {
					t.Errorf("after a park:\n%s\nbefore:\n%s", got, want)
				}
			}
		})
	}
}
