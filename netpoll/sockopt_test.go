//go:build linux && !portable

package netpoll_test

import (
	"fmt"
	"net"
	"net/http"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/hotpath-go/hotpath/netpoll"
)

// watched are the options a server sets on its sockets, whether or not net.FileConn resets them.
var watched = map[string][2]int{
	"NODELAY":      {unix.IPPROTO_TCP, unix.TCP_NODELAY},
	"KEEPALIVE":    {unix.SOL_SOCKET, unix.SO_KEEPALIVE},
	"KEEPIDLE":     {unix.IPPROTO_TCP, unix.TCP_KEEPIDLE},
	"KEEPINTVL":    {unix.IPPROTO_TCP, unix.TCP_KEEPINTVL},
	"KEEPCNT":      {unix.IPPROTO_TCP, unix.TCP_KEEPCNT},
	"USER_TIMEOUT": {unix.IPPROTO_TCP, unix.TCP_USER_TIMEOUT},
	"LINGER2":      {unix.IPPROTO_TCP, unix.TCP_LINGER2},
	"PRIORITY":     {unix.SOL_SOCKET, unix.SO_PRIORITY},
	"NOTSENT":      {unix.IPPROTO_TCP, unix.TCP_NOTSENT_LOWAT},
}

func options(t *testing.T, c syscall.Conn) (all string) {
	withFd(t, c, func(fd int) { all = optionsOf(t, fd) })
	return all
}

func optionsOf(t *testing.T, fd int) string {
	got := map[string]int{}
	for name, o := range watched {
		v, err := unix.GetsockoptInt(fd, o[0], o[1])
		if err != nil {
			t.Errorf("getsockopt %s: %v", name, err)
		}
		got[name] = v
	}
	fl, _ := unix.FcntlInt(uintptr(fd), unix.F_GETFL, 0)
	fdfl, _ := unix.FcntlInt(uintptr(fd), unix.F_GETFD, 0)
	got["nonblock"], got["cloexec"] = fl&unix.O_NONBLOCK, fdfl&unix.FD_CLOEXEC
	return fmt.Sprint(got)
}

func withFd(t *testing.T, c syscall.Conn, f func(fd int)) {
	rc, err := c.SyscallConn()
	if err != nil {
		t.Error(err)
		return
	}
	rc.Control(func(fd uintptr) { f(int(fd)) })
}

// tuners are servers of different taste; each is run through several parks.
var tuners = map[string]func(t *testing.T, c *net.TCPConn){
	"Go's defaults": func(*testing.T, *net.TCPConn) {},
	"no keep-alive": func(_ *testing.T, c *net.TCPConn) { c.SetKeepAlive(false); c.SetNoDelay(false) },
	"own keep-alive": func(t *testing.T, c *net.TCPConn) {
		c.SetKeepAliveConfig(net.KeepAliveConfig{Enable: true, Idle: 77 * time.Second, Interval: 7 * time.Second, Count: 3})
		withFd(t, c, func(fd int) {
			unix.SetsockoptInt(fd, unix.IPPROTO_TCP, unix.TCP_USER_TIMEOUT, 98000)
			unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_PRIORITY, 3)
		})
	},
}

func TestSocketOptionsOutliveParks(t *testing.T) {
	for name, tune := range tuners {
		t.Run(name, func(t *testing.T) {
			var want string
			l := serve(t, &netpoll.Options{ParkAfter: soon}, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				c := connOf(r).NetConn().(*net.TCPConn)
				if want == "" {
					tune(t, c)
					want = options(t, c)
				}
				if got := options(t, c); got != want {
					t.Errorf("after a park:\n%s\nbefore:\n%s", got, want)
				}
			}), withConn)
			c := dial(t, l)
			for range 4 {
				get(t, c, "/")
				idling(t, l, 1)
			}
			if l.Stats().Wakes < 4 {
				t.Errorf("%+v", l.Stats())
			}
		})
	}
}
