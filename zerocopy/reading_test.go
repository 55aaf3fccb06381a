package zerocopy_test

import (
	"errors"
	"io"
	"net"
	"os"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/hotpath-go/hotpath/zerocopy"
)

var past = time.Unix(1, 0)

func isTimeout(err error) bool {
	oe, ok := errors.AsType[*net.OpError](err)
	return ok && oe.Op == "read" && oe.Timeout() && oe.Source != nil && oe.Addr != nil && errors.Is(err, os.ErrDeadlineExceeded)
}

// The socket is not told of a deadline that nobody is there to meet. However the
// conn is read then, the deadline holds.
func TestDeadlineLongAgoHoldsForEveryRead(t *testing.T) {
	for name, read := range map[string]func(c net.Conn) error{
		"Read":      func(c net.Conn) error { _, err := c.Read(make([]byte, 10)); return err },
		"one byte":  func(c net.Conn) error { _, err := c.Read(make([]byte, 1)); return err },
		"long Read": func(c net.Conn) error { _, err := c.Read(make([]byte, 1<<20)); return err },
		"WriteTo":   func(c net.Conn) error { _, err := c.(io.WriterTo).WriteTo(io.Discard); return err },
		"NetConn": func(c net.Conn) error {
			_, err := c.(interface{ NetConn() net.Conn }).NetConn().Read(make([]byte, 10))
			return err
		},
		"RawConn": func(c net.Conn) error {
			rc, err := c.(syscall.Conn).SyscallConn()
			if err != nil {
				return err
			}
			return rc.Read(func(uintptr) bool { return false })
		},
		"Copy": func(c net.Conn) error {
			to, _ := pair(t, "tcp")
			_, err := zerocopy.Copy(to, c)
			return err
		},
	} {
		for _, network := range []string{"tcp", "unix"} {
			if name == "WriteTo" && network == "unix" {
				continue // the packet form, which is another method
			}
			server, client := pair(t, network)
			server.SetReadDeadline(time.Time{})
			server.SetReadDeadline(past)
			client.Write([]byte("here all the time"))
			defer time.AfterFunc(5*time.Second, func() { client.Close() }).Stop() // what hangs fails
			if err := read(server); !errors.Is(err, os.ErrDeadlineExceeded) {
				t.Errorf("%s, %s: %v; want a timeout", network, name, err)
			}
			server.SetReadDeadline(time.Time{})
			buf := make([]byte, 100)
			if n, err := server.Read(buf); string(buf[:n]) != "here all the time" {
				t.Errorf("%s, %s, then without deadline: %q, %v", network, name, buf[:n], err)
			}
		}
	}
}

// The error is the one of package net, and so are those of a conn that is closed.
func TestErrorsOfAReadAreThoseOfPackageNet(t *testing.T) {
	server, client := pair(t, "tcp")
	server.SetDeadline(time.Time{}) // then the next is one that the socket is not told of
	server.SetReadDeadline(past)
	if _, err := server.Read(make([]byte, 1)); !isTimeout(err) {
		t.Errorf("%#v; want a timeout of package net", err)
	}
	server.SetReadDeadline(time.Now().Add(time.Millisecond))
	if _, err := server.Read(make([]byte, 1)); !isTimeout(err) {
		t.Errorf("%#v; want a timeout of package net", err)
	}
	server.SetDeadline(time.Time{})
	client.(*net.TCPConn).SetLinger(0)
	client.Close()
	_, err := server.Read(make([]byte, 1))
	if oe, ok := errors.AsType[*net.OpError](err); !ok || oe.Op != "read" || !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("after a reset: %#v", err)
	}
	server.SetReadDeadline(past)
	server.Close()
	for name, err := range map[string]error{
		"SetReadDeadline":  server.SetReadDeadline(time.Time{}),
		"SetWriteDeadline": server.SetWriteDeadline(time.Time{}),
		"SetDeadline":      server.SetDeadline(time.Time{}),
		"past":             server.SetReadDeadline(past),
		"Read":             func() error { _, err := server.Read(make([]byte, 1)); return err }(),
		"Write":            func() error { _, err := server.Write(make([]byte, 1)); return err }(),
	} {
		if !errors.Is(err, net.ErrClosed) {
			t.Errorf("%s of a closed conn: %v; want net.ErrClosed", name, err)
		}
	}
}

// A deadline that somebody else has set below is lifted by one set here, once
// there can be such a somebody.
func TestDeadlineSetBelowIsLifted(t *testing.T) {
	server, client := pair(t, "tcp")
	server.SetDeadline(time.Time{})
	inner := server.(interface{ NetConn() net.Conn }).NetConn()
	inner.SetDeadline(past)
	server.SetReadDeadline(time.Time{})
	server.SetWriteDeadline(time.Time{})
	client.Write([]byte("x"))
	if _, err := server.Read(make([]byte, 1)); err != nil {
		t.Error(err)
	}
	if _, err := server.Write([]byte("x")); err != nil {
		t.Error(err)
	}
}

// What has been set is lifted again.
func TestDeadlineThatIsLifted(t *testing.T) {
	server, client := pair(t, "tcp")
	server.SetReadDeadline(time.Now().Add(10 * time.Millisecond))
	server.SetReadDeadline(time.Time{})
	time.Sleep(20 * time.Millisecond)
	client.Write([]byte("x"))
	if _, err := server.Read(make([]byte, 1)); err != nil {
		t.Error(err)
	}
}

// A Read that waits is called back, whenever the deadline comes: this is how
// net/http ends its watch for the client.
func TestDeadlineCallsBackAReadThatWaits(t *testing.T) {
	server, client := pair(t, "tcp")
	server.SetDeadline(time.Time{})
	var wg sync.WaitGroup
	defer wg.Wait()
	for i := range 2000 {
		server.SetReadDeadline(time.Time{})
		errs := make(chan error, 1)
		wg.Go(func() {
			_, err := server.Read(make([]byte, 1))
			errs <- err
		})
		if i%10 == 0 {
			time.Sleep(100 * time.Microsecond) // else the two race
		}
		server.SetReadDeadline(past)
		select {
		case err := <-errs:
			if !isTimeout(err) {
				t.Fatalf("%v; want a timeout", err)
			}
		case <-time.After(10 * time.Second):
			client.Write([]byte("xx"))
			t.Fatalf("round %d: the Read was not called back", i)
		}
	}
}
