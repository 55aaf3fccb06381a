//go:build linux && !portable

package keepalive_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/hotpath-go/hotpath/keepalive"
	"golang.org/x/sys/unix"
)

// pair returns both ends of a connection that p's Listener has accepted.
func pair(t *testing.T, p *keepalive.Policy) (client *net.TCPConn, server net.Conn) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = ln.Close() }()
	c, err := net.Dial("tcp", ln.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	_ = c.SetDeadline(time.Now().Add(20 * time.Second))
	s, err := p.Listener(ln).Accept()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return c.(*net.TCPConn), s
}

// arrived waits until n bytes lie unread in c's socket.
func arrived(t *testing.T, c net.Conn, n int) {
	t.Helper()
	for range 2000 {
		var got int
		inside(t, c, func(fd int) (err error) { got, err = unix.IoctlGetInt(fd, unix.SIOCINQ); return err })
		if got >= n {
			return
		}
		time.Sleep(time.Millisecond)
	}
	t.Fatalf("%d bytes never arrived", n)
}

func send(t *testing.T, c net.Conn, s string) {
	t.Helper()
	if _, err := io.WriteString(c, s); err != nil {
		t.Fatal(err)
	}
}

// Package net does not read once the deadline has passed: what arrived in the
// last instant would be thrown away with the connection.
func TestAReadLooksOnceBeyondItsDeadline(t *testing.T) {
	t.Parallel()
	client, server := pair(t, new(keepalive.Policy))
	b := make([]byte, 2)
	read := func() string {
		n, err := server.Read(b)
		if err != nil && (n != 0 || !errors.Is(err, os.ErrDeadlineExceeded)) {
			t.Fatalf("%d, %v", n, err)
		}
		return string(b[:n])
	}
	send(t, client, "abcdefgh")
	arrived(t, server, 8)
	_ = server.SetReadDeadline(time.Unix(1, 0)) // as net/http interrupts its background read
	if got := read(); got != "" {
		t.Errorf("an interrupted Read returned %q", got)
	}
	_ = server.SetReadDeadline(time.Now().Add(-time.Millisecond))
	if n, err := server.Read(b[:1]); err == nil {
		t.Errorf("a background read looked beyond its deadline: %q", b[:n])
	}
	if got := read(); got != "ab" {
		t.Errorf("the look beyond the deadline found %q, want ab", got)
	}
	if got := read(); got != "" {
		t.Errorf("a second look beyond the same deadline: %q; a client could trickle for ever", got)
	}
	_ = server.SetReadDeadline(time.Now().Add(20 * time.Second))
	if got := read(); got != "cd" {
		t.Errorf("in time: %q, want cd", got)
	}
	_ = server.SetDeadline(time.Now().Add(-time.Millisecond))
	if got := read(); got != "ef" {
		t.Errorf("the next deadline: %q, want ef", got)
	}
}

// A second request lies in the socket at the instant of the idle close. The
// deadline is over before net/http can wait for it, so without the last look it
// is lost every time.
func TestARequestAtTheInstantOfTheIdleClose(t *testing.T) {
	t.Parallel()
	for _, pipelined := range []string{"GET /2 HTTP/1.1\r\nHost: x\r\n\r\n", "POST /2 HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc"} {
		p := &keepalive.Policy{IdleTimeout: 1, Grace: -1}
		waiting := make(chan struct{})
		s, l := atListener(t, p, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/1" {
				<-waiting
			}
			echo(w, r)
		}))
		c, err := net.Dial("tcp", s.Listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		_ = c.SetDeadline(time.Now().Add(20 * time.Second))
		send(t, c, "GET /1 HTTP/1.1\r\nHost: x\r\n\r\n")
		send(t, c, pipelined)
		time.Sleep(20 * time.Millisecond) // loopback delivers at once; net/http takes one byte in the background
		close(waiting)
		all, err := io.ReadAll(c)
		if n := bytes.Count(all, []byte("HTTP/1.1 200 OK")); n != 2 || err != nil {
			t.Errorf("%d answers, %v; want 2 and a clean end", n, err)
		}
		if _, _, total := l.counts(); total != 2 {
			t.Errorf("the server saw %d requests, want 2", total)
		}
		_ = c.Close()
	}
}

// fill writes more than the client's socket takes, and returns how much. It
// writes past the policy: a Write that times out is a fact of its own.
func fill(t *testing.T, server net.Conn) (sum int) {
	t.Helper()
	tcp := server.(interface{ NetConn() net.Conn }).NetConn()
	for range 1000 {
		_ = tcp.SetWriteDeadline(time.Now().Add(10 * time.Millisecond))
		n, _ := tcp.Write(make([]byte, 256<<10))
		sum += n
		left := 0
		inside(t, tcp, func(fd int) (err error) { left, err = unix.IoctlGetInt(fd, unix.SIOCOUTQ); return err })
		if left > 64<<10 {
			return sum
		}
	}
	t.Fatal("the client's socket takes everything")
	return sum
}

// The answer is still on its way when the server closes, and the client has sent
// what nobody read: an ordinary close drops the one for the other.
func TestCloseLetsTheClientReadItsAnswer(t *testing.T) {
	t.Parallel()
	deliver := func(linger time.Duration) (int, error) {
		client, server := pair(t, &keepalive.Policy{Linger: linger})
		send(t, client, "unread")
		arrived(t, server, 6)
		n := fill(t, server)
		if err := server.Close(); err != nil {
			t.Error(err)
		}
		if err := server.Close(); !errors.Is(err, net.ErrClosed) {
			t.Errorf("second Close: %v, want net.ErrClosed", err)
		}
		if _, err := server.Write([]byte{1}); !errors.Is(err, net.ErrClosed) {
			t.Errorf("Write after Close: %v, want net.ErrClosed", err)
		}
		_, _ = io.WriteString(client, strings.Repeat("more", 1000))
		got, err := io.Copy(io.Discard, client)
		return n - int(got), err
	}
	if lost, err := deliver(0); lost != 0 || err != nil {
		t.Errorf("lost %d bytes, %v", lost, err)
	}
	// Even the error may be gone: the failed Write has taken it.
	if lost, _ := deliver(-1); lost == 0 {
		t.Error("without Linger nothing was lost: the test proves nothing")
	}
}

// A client that never ends must not hold the descriptor.
func TestLingerEnds(t *testing.T) {
	t.Parallel()
	client, server := pair(t, &keepalive.Policy{Linger: 50 * time.Millisecond})
	send(t, client, "unread")
	arrived(t, server, 6)
	_ = server.Close()
	if _, err := client.Read(make([]byte, 1)); err != io.EOF {
		t.Errorf("the end of the answers reads as %v, want EOF", err)
	}
	for start := time.Now(); ; time.Sleep(5 * time.Millisecond) {
		if _, err := client.Write([]byte("more")); err != nil {
			return
		}
		if time.Since(start) > 10*time.Second {
			t.Fatal("still open after 10 s")
		}
	}
}

// After CloseWrite the client may be about to send though nothing is unread.
func TestCloseAfterCloseWriteLingers(t *testing.T) {
	t.Parallel()
	client, server := pair(t, new(keepalive.Policy))
	_ = server.(interface{ CloseWrite() error }).CloseWrite()
	_ = server.Close()
	for range 3 {
		send(t, client, "more") // a reset would come with the first and fail the second
		time.Sleep(5 * time.Millisecond)
	}
	if _, err := client.Read(make([]byte, 1)); err != io.EOF {
		t.Errorf("the client reads %v, want EOF", err)
	}
}

// Close must end a Read that another goroutine waits in, lingering or not.
func TestLingeringCloseEndsAWaitingRead(t *testing.T) {
	t.Parallel()
	_, server := pair(t, new(keepalive.Policy))
	_ = server.(interface{ CloseWrite() error }).CloseWrite() // expects more, so it lingers
	ended := make(chan error, 1)
	go func() { _, err := server.Read(make([]byte, 8)); ended <- err }()
	time.Sleep(10 * time.Millisecond)
	if err := server.Close(); err != nil {
		t.Error(err)
	}
	select {
	case err := <-ended:
		if !errors.Is(err, net.ErrClosed) {
			t.Errorf("Read ended with %v, want net.ErrClosed", err)
		}
	case <-time.After(10 * time.Second):
		t.Error("Read still waits")
	}
}

// The client sends a body that the handler does not want, and reads only when
// it has sent all: net/http stops reading, waits half a second and resets it.
func TestAnUnreadBodyDoesNotCostTheAnswer(t *testing.T) {
	t.Parallel()
	for _, limit := range []int{0, 1} { // with and without the policy's own close
		s, _ := atListener(t, &keepalive.Policy{MaxRequests: limit, Linger: time.Minute}, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			http.Error(w, "too much", http.StatusRequestEntityTooLarge)
		}))
		c, err := net.Dial("tcp", s.Listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		_ = c.SetDeadline(time.Now().Add(time.Minute))
		const size = 24 << 20
		send(t, c, fmt.Sprintf("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n", size))
		if n, err := c.Write(make([]byte, size)); err != nil {
			t.Errorf("limit %d: sending ended after %d bytes: %v", limit, n, err)
		}
		all, err := io.ReadAll(c)
		if !bytes.HasPrefix(all, []byte("HTTP/1.1 413")) || err != nil {
			t.Errorf("limit %d: answer %.20q, %v", limit, all, err)
		}
		_ = c.Close()
	}
}

// Hijacked connections belong to somebody else: no limit, timeout or drain of
// the policy may touch them, though they are still its type.
func TestHijackedConnectionsAreLeftAlone(t *testing.T) {
	t.Parallel()
	p := &keepalive.Policy{MaxRequests: 1, MaxAge: time.Millisecond, IdleTimeout: 20 * time.Millisecond, Grace: -1}
	s, _ := atListener(t, p, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		c, rw, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		defer func() { _ = c.Close() }()
		_ = c.SetDeadline(time.Time{})
		_, _ = io.WriteString(c, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n")
		b := make([]byte, 4)
		for range 3 {
			if _, err := io.ReadFull(rw, b); err != nil {
				t.Error(err)
				return
			}
			_, _ = c.Write(b)
		}
	}))
	c, err := net.Dial("tcp", s.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close() }()
	_ = c.SetDeadline(time.Now().Add(20 * time.Second))
	send(t, c, "GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n")
	p.Drain()
	for range 3 {
		time.Sleep(30 * time.Millisecond) // beyond every timeout of the policy
		send(t, c, "ping")
	}
	all, err := io.ReadAll(c)
	if err != nil || !bytes.HasSuffix(all, []byte("pingpingping")) || bytes.Contains(all, []byte("close")) {
		t.Errorf("%q, %v", all, err)
	}
}

// What the connection offered before, it still offers.
func TestListenerHidesNothing(t *testing.T) {
	t.Parallel()
	_, server := pair(t, new(keepalive.Policy))
	for name, ok := range map[string]bool{
		"io.ReaderFrom": is[io.ReaderFrom](server), "io.WriterTo": is[io.WriterTo](server), "syscall.Conn": is[syscall.Conn](server),
		"CloseRead": is[interface{ CloseRead() error }](server), "CloseWrite": is[interface{ CloseWrite() error }](server),
		"SetLinger": is[interface{ SetLinger(int) error }](server), "File": is[interface{ File() (*os.File, error) }](server),
		"SetKeepAliveConfig": is[interface {
			SetKeepAliveConfig(net.KeepAliveConfig) error
		}](server),
	} {
		if !ok {
			t.Errorf("%s is hidden", name)
		}
	}
	if _, ok := server.LocalAddr().(*net.TCPAddr); !ok {
		t.Errorf("LocalAddr is a %T", server.LocalAddr())
	}
	ln := &one{conn: shell{}}
	if c, err := new(keepalive.Policy).Listener(ln).Accept(); c != ln.conn || err != nil {
		t.Errorf("another connection came as %T, %v", c, err)
	}
	ln = &one{err: context.Canceled}
	if c, err := new(keepalive.Policy).Listener(ln).Accept(); c != nil || err != context.Canceled {
		t.Errorf("an error came as %v, %v", c, err)
	}
}

func is[T any](v any) bool { _, ok := v.(T); return ok }

// one is a listener that accepts once.
type one struct {
	net.Listener
	conn net.Conn
	err  error
}

func (l *one) Accept() (net.Conn, error) { return l.conn, l.err }
