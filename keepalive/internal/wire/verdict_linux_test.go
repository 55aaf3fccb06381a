//go:build linux && !portable

package wire

import (
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// pair returns a connection that has carried one exchange, and its peer.
func pair(t *testing.T) (*Conn, *net.TCPConn) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = ln.Close() }()
	nc, err := net.Dial("tcp", ln.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	peer, err := ln.Accept()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _, _ = nc.Close(), peer.Close() })
	c := New(nc, new(Config))
	c.Keep(func(bool) {})
	go func() {
		_, _ = peer.Read(make([]byte, 4096))
		_, _ = io.WriteString(peer, "HTTP/1.1 204 No Content\r\n\r\n")
	}()
	if _, err := c.Do(outgoing(t)); err != nil {
		t.Fatal(err)
	}
	return c, peer.(*net.TCPConn)
}

func outgoing(t *testing.T) *Outgoing {
	t.Helper()
	req, _ := http.NewRequestWithContext(t.Context(), "POST", "http://x/", strings.NewReader("body"))
	o, err := Prepare(req, true, false)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

// late sends the request as if the look had come before what the peer did.
func late(t *testing.T, c *Conn) *Failure {
	t.Helper()
	c.begin(outgoing(t))
	c.phase = listen
	err := c.raw.Control(func(fd uintptr) { err := c.send(fd); t.Log("send:", err) })
	if err != nil {
		t.Fatal(err)
	}
	time.Sleep(5 * time.Millisecond) // the peer's answer to it, a reset
	_, err = c.answer()
	var f *Failure
	if err == nil || !errors.As(c.fail(err), &f) {
		t.Fatalf("no failure: %v", err)
	}
	return f
}

func TestFINThatCrossedIsProof(t *testing.T) {
	c, peer := pair(t)
	_ = peer.Close()
	time.Sleep(5 * time.Millisecond)
	if f := late(t, c); f.Seen != Unseen || !errors.Is(f, io.EOF) || f.Sent == 0 {
		t.Errorf("verdict = %v (%v, %d bytes sent), want %v", f.Seen, f, f.Sent, Unseen)
	}
}

// The peer that half closes and goes on reading acknowledges what it reads.
func TestAcknowledgedBytesAreNoProof(t *testing.T) {
	c, peer := pair(t)
	_ = peer.CloseWrite()
	done := make(chan struct{})
	go func() {
		defer close(done)
		b := make([]byte, 4096)
		for {
			if _, err := peer.Read(b); err != nil {
				return
			}
		}
	}()
	time.Sleep(60 * time.Millisecond) // out of quick ACKs or not, the kernel decides
	c.begin(outgoing(t))
	c.phase = listen
	_ = c.raw.Control(func(fd uintptr) { _ = c.send(fd) })
	time.Sleep(100 * time.Millisecond) // beyond the delayed ACK
	_, err := c.answer()
	var f *Failure
	if !errors.As(c.fail(err), &f) || f.Seen != Unknown {
		t.Errorf("verdict = %v, want %v", f, Unknown)
	}
	_ = peer.Close()
	<-done
}

func TestResetIsNoProof(t *testing.T) {
	c, peer := pair(t)
	c.begin(outgoing(t))
	c.phase = listen
	_ = c.raw.Control(func(fd uintptr) { _ = c.send(fd) })
	_, _ = peer.Read(make([]byte, 4096))
	_ = peer.SetLinger(0)
	_ = peer.Close()
	_, err := c.answer()
	var f *Failure
	if !errors.As(c.fail(err), &f) || f.Seen != Unknown {
		t.Errorf("verdict = %v, want %v", f, Unknown)
	}
}

// Only the first to touch a reset connection is told of the reset. If that was
// the writer of a body, the reader finds what looks like an end.
func TestResetThatAWriterWasToldOfIsNoProof(t *testing.T) {
	c, peer := pair(t)
	c.begin(outgoing(t))
	c.phase = listen
	_ = c.raw.Control(func(fd uintptr) { _ = c.send(fd) })
	_, _ = peer.Read(make([]byte, 4096))
	_ = peer.SetLinger(0)
	_ = peer.Close()
	for told := false; !told; {
		_ = c.raw.Control(func(fd uintptr) {
			_, err := write(fd, []byte("more"))
			told = err != nil
		})
	}
	_, err := c.answer()
	var f *Failure
	if !errors.As(c.fail(err), &f) || f.Seen != Unknown || !errors.Is(f, io.EOF) {
		t.Errorf("verdict = %v after %v, want %v after EOF", f.Seen, f, Unknown)
	}
}

// The error is then the writer's, who was told.
func TestTheWritersWord(t *testing.T) {
	c, _ := pair(t)
	c.begin(outgoing(t))
	c.spawn(func() error { return syscall.ETIMEDOUT })
	var f *Failure
	if err := c.fail(io.EOF); !errors.As(err, &f) || !errors.Is(f, syscall.ETIMEDOUT) {
		t.Errorf("error = %v, want the writer's", err)
	}
}

// A reset that comes after a FIN takes nothing from the FIN's proof.
func TestResetAfterAFINIsProof(t *testing.T) {
	c, peer := pair(t)
	c.begin(outgoing(t))
	c.phase = listen
	_ = peer.Close()
	time.Sleep(5 * time.Millisecond)
	_ = c.raw.Control(func(fd uintptr) { _ = c.send(fd) }) // the kernel resets what nobody will read
	time.Sleep(5 * time.Millisecond)
	_, err := c.answer()
	var f *Failure
	if !errors.As(c.fail(err), &f) || f.Seen != Unseen {
		t.Errorf("verdict = %v, want %v", f, Unseen)
	}
}

func TestFINBeforeTheLookSendsNothing(t *testing.T) {
	c, peer := pair(t)
	_ = peer.Close()
	time.Sleep(15 * time.Millisecond)
	_, err := c.Do(outgoing(t))
	var f *Failure
	if !errors.As(err, &f) || !f.Closed() || f.Seen != Unsent || f.Sent != 0 {
		t.Fatalf("error = %v", err)
	}
	if f.Ago < 5*time.Millisecond || f.Ago > time.Minute {
		t.Errorf("the FIN came %v ago, want about 15ms", f.Ago)
	}
}
