package netpoll_test

import (
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/hotpath-go/hotpath/netpoll"
)

// full is a listener at the fd limit while stuck is set.
type full struct {
	net.Listener
	err   error // of Accept while stuck; nil is EMFILE
	stuck atomic.Bool
	calls atomic.Int64
}

func (f *full) Accept() (net.Conn, error) {
	f.calls.Add(1)
	if f.stuck.Load() {
		if f.err != nil {
			return nil, f.err
		}
		return nil, &net.OpError{Op: "accept", Net: "tcp", Err: os.NewSyscallError("accept4", syscall.EMFILE)}
	}
	return f.Listener.Accept()
}

// At the fd limit new connections wait, without spinning, and parked ones still come back at once.
func TestTemporaryErrorsStayInside(t *testing.T) {
	inner := &full{Listener: listenOn(t, "tcp")}
	l := serveOn(t, inner, &netpoll.Options{ParkAfter: soon}, hello)
	c := dial(t, l)
	get(t, c, "/")
	idling(t, l, 1)
	inner.stuck.Store(true)
	late := dial(t, l) // accepted by the call under way
	get(t, late, "/")
	eventually(t, "errors absorbed", func() bool { return l.Stats().AcceptErrors >= 3 })
	get(t, c, "/")
	if n := inner.calls.Load(); n > 500 {
		t.Errorf("%d calls of Accept: it spins", n)
	}
	inner.stuck.Store(false)
	get(t, dial(t, l), "/")
}

// A lasting error is the caller's to judge.
func TestLastingErrorIsReturned(t *testing.T) {
	inner := listenOn(t, "tcp")
	l, err := netpoll.Listen(inner, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	inner.Close()
	for range 3 {
		if _, err := l.Accept(); !errors.Is(err, net.ErrClosed) {
			t.Fatalf("got %v, want net.ErrClosed", err)
		}
	}
}

// opaque is a conn of somebody else's, which may hold anything.
type opaque struct{ net.Conn }

type opaqueListener struct{ net.Listener }

func (l opaqueListener) Accept() (net.Conn, error) {
	nc, err := l.Listener.Accept()
	return opaque{nc}, err
}

func TestListenNil(t *testing.T) {
	defer func() {
		if s, ok := recover().(string); !ok || s == "" {
			t.Errorf("want a panic with the cure, got %v", s)
		}
	}()
	netpoll.Listen(nil, nil)
}

func TestUnixSocket(t *testing.T) {
	l := serveOn(t, listenOn(t, "unix"), &netpoll.Options{ParkAfter: soon}, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c := connOf(r)
		if _, ok := c.(io.ReaderFrom); ok {
			t.Error("a Unix conn has gained io.ReaderFrom")
		}
		if _, ok := c.NetConn().(*net.UnixConn); !ok {
			t.Errorf("NetConn is %T", c.NetConn())
		}
		io.WriteString(w, c.LocalAddr().String())
	}), withConn)
	c := dial(t, l)
	for range 4 {
		if got := get(t, c, "/"); got != l.Addr().String() {
			t.Errorf("LocalAddr %q, want %q", got, l.Addr())
		}
		idling(t, l, 1)
	}
}
